/** The browser's storage, in memory. */
export class MemoryStorage {
  #notes = new Map();

  get length() {
    return this.#notes.size;
  }

  clear() {
    this.#notes.clear();
  }

  /** @param {number} index */
  key(index) {
    return [...this.#notes.keys()][index] ?? null;
  }

  /** @param {string} key */
  getItem(key) {
    return this.#notes.get(key) ?? null;
  }

  /**
   * @param {string} key
   * @param {string} value
   */
  setItem(key, value) {
    this.#notes.set(key, value);
  }

  /** @param {string} key */
  removeItem(key) {
    this.#notes.delete(key);
  }
}
