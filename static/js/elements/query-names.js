/** What is known of a dataset's names and values: those of the page at once, the server's asked for once each. */

import { getJson } from "../lib/get.js";

/**
 * @typedef {import("../query/suggest.js").Known} Known
 * @typedef {import("../query/suggest.js").Values} Values
 * @typedef {{position: number, length: number, reason: string, near: string | null, query: string | null}} Hint what no row has
 * @typedef {{ok: true, hint?: Hint} | {ok: false, position: number, length: number, reason: string}} Check
 */

const NOTHING = /** @type {Known} */ ({ fields: [], runs: [], slices: [], live: [] });
const MOST_KEPT = 200;

export class QueryNames {
  #href;
  #signal;
  /** @type {Promise<Known> | null} */
  #known = null;
  #atHand;
  /** @type {Map<string, Promise<Values | null>>} */
  #values = new Map();

  /**
   * @param {string} href the dataset's grid
   * @param {Known["fields"]} fields those that the page itself names
   * @param {AbortSignal} signal
   */
  constructor(href, fields, signal) {
    this.#href = href;
    this.#signal = signal;
    this.#atHand = fields.length ? { ...NOTHING, fields } : NOTHING;
  }

  /** What is known without asking anybody. */
  get atHand() {
    return this.#atHand;
  }

  /** @returns {Promise<Known>} what is at hand where the server does not answer: typing goes on without it */
  known() {
    this.#known ??= this.#ask("suggestions").then((answer) => {
      // Where it failed, the next key asks again.
      if (!answer) this.#known = null;
      else this.#atHand = /** @type {Known} */ (answer);
      return this.#atHand;
    });
    return this.#known;
  }

  /**
   * @param {string} field
   * @param {string} prefix
   * @returns {Promise<Values | null>}
   */
  values(field, prefix) {
    const asked = new URLSearchParams({ field, prefix }).toString();
    const kept = this.#values.get(asked);
    if (kept) return kept;
    if (this.#values.size >= MOST_KEPT) this.#values.clear();
    const coming = this.#ask(`suggestions?${asked}`).then((answer) => {
      if (!answer) this.#values.delete(asked);
      return /** @type {Values | null} */ (answer);
    });
    this.#values.set(asked, coming);
    return coming;
  }

  /**
   * Whether a query means something.
   * @param {Record<string, string>} asked `q` and what else of the address matters
   * @returns {Promise<Check | null>} null where nobody knows
   */
  async check(asked) {
    return /** @type {Check | null} */ (await this.#ask(`query-check?${new URLSearchParams(asked)}`));
  }

  /**
   * @param {string} path
   * @returns {Promise<unknown>} null where the server refuses or does not answer
   */
  #ask(path) {
    return getJson(`${this.#href}${path}`, this.#signal).catch(() => null);
  }
}
