/**
 * Which of a row of things are selected: one by one, or as a range from the last one touched.
 */

export class Selection {
  #order;
  /** @type {Map<string, number>} */
  #position;
  /** @type {Set<string>} */
  #selected = new Set();
  /** What was selected before the range now being drawn. @type {Set<string>} */
  #beforeRange = new Set();
  /** @type {string | null} */
  #anchor = null;

  /** @param {string[]} ids in the order they are shown */
  constructor(ids) {
    this.#order = ids;
    this.#position = new Map(ids.map((id, index) => [id, index]));
  }

  get size() {
    return this.#selected.size;
  }

  /** The selected ids, in the order they are shown. */
  get ids() {
    return this.#order.filter((id) => this.#selected.has(id));
  }

  /** @param {string} id */
  has(id) {
    return this.#selected.has(id);
  }

  /**
   * Selects or deselects one, from which the next range starts.
   * @param {string} id
   */
  toggle(id) {
    if (!this.#selected.delete(id)) this.#selected.add(id);
    this.#anchor = id;
    this.#beforeRange = new Set(this.#selected);
  }

  /**
   * Selects everything from the last toggled one to this one, both inclusive.
   * A second range from the same start replaces the first.
   * @param {string} id
   */
  extendTo(id) {
    if (this.#anchor === null) {
      this.toggle(id);
      return;
    }
    const [from, to] = [this.#indexOf(this.#anchor), this.#indexOf(id)].sort((a, b) => a - b);
    this.#selected = new Set([...this.#beforeRange, ...this.#order.slice(from, /** @type {number} */ (to) + 1)]);
  }

  selectAll() {
    this.#selected = new Set(this.#order);
    this.#beforeRange = new Set(this.#selected);
  }

  clear() {
    this.#selected.clear();
    this.#beforeRange.clear();
    this.#anchor = null;
  }

  /** @param {string} id */
  #indexOf(id) {
    return /** @type {number} */ (this.#position.get(id));
  }
}
