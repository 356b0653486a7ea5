/**
 * The frames of a scene, kept as the columns the server sent: 3000 frames share one address prefix.
 */

/**
 * @typedef {object} FrameColumns
 * @property {string} prefix
 * @property {string[]} urls what follows the prefix, one for each frame
 * @property {string[]} ids
 * @property {string[]} references
 * @property {(Record<string, unknown> | null)[] | null} [metadata] null when it is too much to send
 */

export class FrameList {
  #columns;

  /** @param {FrameColumns} columns */
  constructor(columns) {
    this.#columns = columns;
  }

  get count() {
    return this.#columns.urls.length;
  }

  /** @param {number} index from 0 */
  url(index) {
    return this.#columns.prefix + this.#at(this.#columns.urls, index);
  }

  /** @param {number} index from 0 */
  id(index) {
    return this.#at(this.#columns.ids, index);
  }

  /** @param {number} index from 0 */
  reference(index) {
    return this.#at(this.#columns.references, index);
  }

  /**
   * The metadata of a frame; null where the server sent none.
   * @param {number} index from 0
   */
  metadata(index) {
    return this.#columns.metadata ? this.#at(this.#columns.metadata, index) : null;
  }

  /**
   * The nearest index that is a frame.
   * @param {number} index any number
   */
  clamp(index) {
    return Math.max(0, Math.min(this.count - 1, Math.trunc(index) || 0));
  }

  /**
   * @template Value
   * @param {Value[]} column
   * @param {number} index
   * @returns {Value}
   */
  #at(column, index) {
    if (!(index in column)) throw new RangeError(`there is no frame ${index} among ${this.count}`);
    return /** @type {Value} */ (column[index]);
  }
}
