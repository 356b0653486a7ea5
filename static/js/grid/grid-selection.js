/**
 * Which rows of a result are selected: some, or all but some. A range runs from the row touched last; its rows need not
 * be loaded, who asks for it brings them.
 */

/** Rows of one range: what a slice takes in one call. */
export const LONGEST_RANGE = 10_000;

/** @typedef {{id: string, item_id?: string}} Chosen */

export class GridSelection {
  #isAll = false;
  /** What is selected; while all are, what is not. @type {Map<string, string>} */
  #marked = new Map();
  /** The same before the range being drawn. @type {Map<string, string>} */
  #beforeRange = new Map();
  /** @type {number | null} */
  #anchor = null;

  /** Whether all that match are selected, but for `but`. */
  get isAll() {
    return this.#isAll;
  }

  /** The ids selected one by one or in ranges; none while all are. */
  get ids() {
    return this.#isAll ? [] : [...this.#marked.keys()];
  }

  /** The items of `ids`: those that objects are on, once each. */
  get itemIds() {
    return this.#isAll ? [] : [...new Set(this.#marked.values())];
  }

  /** What is not selected while all else is. */
  get but() {
    return this.#isAll ? [...this.#marked.keys()] : [];
  }

  /** The position that the next range begins at; null for none. */
  get anchor() {
    return this.#anchor;
  }

  /**
   * How many are selected.
   * @param {number} total all that match
   */
  count(total) {
    return this.#isAll ? Math.max(0, total - this.#marked.size) : this.#marked.size;
  }

  /** @param {string} id */
  has(id) {
    return this.#marked.has(id) !== this.#isAll;
  }

  /**
   * Selects or deselects one, from which the next range starts.
   * @param {Chosen} row
   * @param {number} position
   */
  toggle(row, position) {
    if (!this.#marked.delete(row.id)) this.#mark(row);
    this.#anchor = position;
    this.#beforeRange = new Map(this.#marked);
  }

  /**
   * Selects a range. A second one from the same start replaces the first.
   * @param {Chosen[]} rows
   */
  selectRange(rows) {
    this.#marked = new Map(this.#beforeRange);
    for (const row of rows) {
      if (this.#isAll) this.#marked.delete(row.id);
      else this.#mark(row);
    }
  }

  selectAll() {
    this.clear();
    this.#isAll = true;
  }

  /**
   * Selects what an address names.
   * @param {string[]} ids
   */
  restore(ids) {
    this.clear();
    for (const id of ids) this.#mark({ id });
    this.#beforeRange = new Map(this.#marked);
  }

  /**
   * Selects all but what an address names.
   * @param {string[]} ids
   */
  restoreAllBut(ids) {
    this.restore(ids);
    this.#isAll = true;
  }

  /**
   * Takes note of the item that a selected object is on.
   * @param {Chosen | undefined} row
   */
  learn(row) {
    if (row && !this.#isAll && this.#marked.has(row.id)) this.#mark(row);
  }

  /** @param {string} id of a row that is not there */
  forget(id) {
    if (!this.#isAll) this.#marked.delete(id);
  }

  clear() {
    this.#isAll = false;
    this.#marked.clear();
    this.#beforeRange.clear();
    this.#anchor = null;
  }

  /** @param {Chosen} row */
  #mark({ id, item_id }) {
    this.#marked.set(id, item_id ?? id);
  }
}

/**
 * The positions of a range, both ends included.
 * @param {number} anchor
 * @param {number} position
 * @returns {{start: number, end: number}} `end` is not part of it
 */
export function rangeBetween(anchor, position) {
  return { start: Math.min(anchor, position), end: Math.max(anchor, position) + 1 };
}
