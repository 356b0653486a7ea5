/** Notes that last as long as the browser's tab, across its pages. Where storage is forbidden, as long as the page. */

const PREFIX = "transom-";

export class TabMemory {
  #topic;
  #storage;
  /** @type {Map<string, string>} */
  #here = new Map();

  /**
   * @param {string} topic what the notes are about: one word
   * @param {() => Storage} storage throws where the person or the browser forbids storage
   */
  constructor(topic, storage = () => sessionStorage) {
    this.#topic = topic;
    this.#storage = storage;
  }

  /**
   * @param {string} name
   * @returns {unknown} undefined when there is no such note, or nobody can read it
   */
  read(name) {
    try {
      const text = this.#here.get(name) ?? this.#storage().getItem(this.#key(name));
      return text ? JSON.parse(text) : undefined;
    } catch {
      return undefined;
    }
  }

  /**
   * @param {string} name
   * @param {unknown} value undefined takes the note back
   */
  write(name, value) {
    try {
      if (value === undefined) this.#storage().removeItem(this.#key(name));
      else this.#storage().setItem(this.#key(name), JSON.stringify(value));
      this.#here.delete(name);
    } catch {
      if (value === undefined) this.#here.delete(name);
      else this.#here.set(name, JSON.stringify(value));
    }
  }

  /** @param {string} name */
  #key(name) {
    return `${PREFIX}${this.#topic}-${name}`;
  }
}
