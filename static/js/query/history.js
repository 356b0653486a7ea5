/** The queries that this browser asked a dataset lately, newest first. */

/**
 * @typedef {object} Shelf what of a Storage is used
 * @property {(name: string) => string | null} getItem
 * @property {(name: string, text: string) => void} setItem
 * @property {(name: string) => void} removeItem
 */

const PREFIX = "transom-queries-";
const MOST = 50;

export class QueryHistory {
  #shelf;
  #name;
  /** How far back one has walked; -1 is what was being typed. */
  #at = -1;
  #typed = "";

  /**
   * @param {Shelf | null} shelf localStorage; null where the browser forbids it: then nothing is remembered
   * @param {string} dataset what tells one dataset's history from another's
   */
  constructor(shelf, dataset) {
    this.#shelf = shelf;
    this.#name = `${PREFIX}${dataset}`;
  }

  /** @returns {string[]} */
  get texts() {
    try {
      const stored = JSON.parse(this.#shelf?.getItem(this.#name) ?? "[]");
      return Array.isArray(stored) ? stored.filter((one) => typeof one === "string").slice(0, MOST) : [];
    } catch {
      return [];
    }
  }

  /** @param {string} text */
  add(text) {
    const asked = text.trim();
    if (!asked) return;
    this.#write([asked, ...this.texts.filter((one) => one !== asked)].slice(0, MOST));
  }

  clear() {
    this.#at = -1;
    try {
      this.#shelf?.removeItem(this.#name);
    } catch {
      // What cannot be written was never remembered.
    }
  }

  /**
   * The query before or after the one that was walked to; null at either end.
   * @param {1 | -1} steps 1 is further back
   * @param {string} present what stands in the bar: it is what one comes back to
   * @returns {string | null}
   */
  walk(steps, present) {
    const { texts } = this;
    if (this.#at === -1 || texts[this.#at] !== present) [this.#at, this.#typed] = [-1, present];
    let next = this.#at + steps;
    // The newest is often what stands there already.
    if (steps === 1 && texts[next] === this.#typed.trim()) next += 1;
    if (next < -1 || next >= texts.length) return null;
    this.#at = next;
    return next === -1 ? this.#typed : (texts[next] ?? null);
  }

  /** @param {string[]} texts */
  #write(texts) {
    try {
      this.#shelf?.setItem(this.#name, JSON.stringify(texts));
    } catch {
      // A full or forbidden store: the bar works without a memory.
    }
  }
}
