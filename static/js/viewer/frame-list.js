/**
 * The frames of a scene: how many there are at once, which they are when the server's list has come. The page brings
 * one frame with it, so that the first picture waits for nothing. The list is kept as the columns the server sent:
 * 3000 frames share one address prefix.
 */

import { CannotShow } from "./frame-source.js";

/**
 * @typedef {object} FrameColumns
 * @property {string} prefix
 * @property {string[]} urls what follows the prefix, one for each frame
 * @property {string[]} ids
 * @property {string[]} references
 * @property {(Record<string, unknown> | null)[] | null} [metadata] null when it is too much to send
 */

/**
 * @typedef {object} ListedFrame
 * @property {number} index from 0
 * @property {string} url
 * @property {string} id
 * @property {string} reference
 * @property {Record<string, unknown> | null} metadata
 */

/** @typedef {{resolve: () => void, reject: (reason: unknown) => void}} Waiting */

export class FrameList {
  #count;
  #first;
  /** @type {FrameColumns | null} */
  #columns = null;
  /** Set while the list is known not to come. @type {{reason: unknown} | null} */
  #failure = null;
  /** @type {Set<Waiting>} */
  #waiting = new Set();

  /** @param {{count: number, first: ListedFrame | null}} known how many frames there are, and the one known already */
  constructor({ count, first }) {
    this.#count = count;
    this.#first = first;
  }

  /** How many frames there are. */
  get count() {
    return this.#count;
  }

  /** Whether every frame is known. */
  get isComplete() {
    return this.#columns !== null;
  }

  /**
   * Takes the server's list, and lets go who waits for it. A list of another length is of another scene than the page is.
   * @param {FrameColumns} columns
   */
  take(columns) {
    if (columns.urls.length !== this.#count) {
      this.fail(new CannotShow("The scene has changed since this page was opened. Reload the page."));
      return;
    }
    this.#columns = columns;
    this.#failure = null;
    this.#letGo((waiting) => waiting.resolve());
  }

  /**
   * Takes note that the list does not come; a later one is still taken.
   * @param {unknown} reason what waiting loads are rejected with
   */
  fail(reason) {
    this.#failure = { reason };
    this.#letGo((waiting) => waiting.reject(reason));
  }

  /**
   * Waits until a frame is known.
   * @param {number} index from 0
   * @param {AbortSignal} [signal]
   * @returns {Promise<string>} its address; rejects with the signal's reason, or with why the list does not come
   */
  async ready(index, signal) {
    signal?.throwIfAborted();
    const known = this.url(index);
    if (known !== null) return known;
    if (this.#failure) throw this.#failure.reason;
    await this.#arrival(signal);
    return /** @type {string} */ (this.url(index));
  }

  /**
   * Whether a frame is known already.
   * @param {number} index from 0
   */
  has(index) {
    return this.#columns !== null || this.#first?.index === index;
  }

  /** @param {number} index from 0 @returns {string | null} null while unknown */
  url(index) {
    if (this.#columns) return this.#columns.prefix + this.#at(this.#columns.urls, index);
    return this.#known(index)?.url ?? null;
  }

  /** @param {number} index from 0 @returns {string | null} null while unknown */
  id(index) {
    return this.#columns ? this.#at(this.#columns.ids, index) : (this.#known(index)?.id ?? null);
  }

  /** @param {number} index from 0 @returns {string | null} null while unknown */
  reference(index) {
    return this.#columns ? this.#at(this.#columns.references, index) : (this.#known(index)?.reference ?? null);
  }

  /**
   * The metadata of a frame; null while unknown, and where there is none or it was too much to send.
   * @param {number} index from 0
   */
  metadata(index) {
    const listed = this.#columns?.metadata ? this.#at(this.#columns.metadata, index) : null;
    return listed ?? this.#known(index)?.metadata ?? null;
  }

  /**
   * The nearest index that is a frame.
   * @param {number} index any number
   */
  clamp(index) {
    return Math.max(0, Math.min(this.#count - 1, Math.trunc(index) || 0));
  }

  /**
   * @param {AbortSignal | undefined} signal
   * @returns {Promise<void>}
   */
  #arrival(signal) {
    return new Promise((resolve, reject) => {
      const cancel = () => settle(() => reject(signal?.reason));
      const waiting = { resolve: () => settle(resolve), reject: (/** @type {unknown} */ reason) => settle(() => reject(reason)) };
      const settle = (/** @type {() => void} */ end) => {
        this.#waiting.delete(waiting);
        signal?.removeEventListener("abort", cancel);
        end();
      };
      signal?.addEventListener("abort", cancel);
      this.#waiting.add(waiting);
    });
  }

  /** @param {(waiting: Waiting) => void} tell */
  #letGo(tell) {
    for (const waiting of [...this.#waiting]) tell(waiting);
  }

  /** @param {number} index */
  #known(index) {
    this.#check(index);
    return this.#first?.index === index ? this.#first : null;
  }

  /**
   * @template Value
   * @param {Value[]} column
   * @param {number} index
   * @returns {Value}
   */
  #at(column, index) {
    this.#check(index);
    return /** @type {Value} */ (column[index]);
  }

  /** @param {number} index */
  #check(index) {
    if (Number.isInteger(index) && index >= 0 && index < this.#count) return;
    throw new RangeError(`there is no frame ${index} among ${this.#count}`);
  }
}
