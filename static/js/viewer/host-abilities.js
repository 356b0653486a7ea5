/**
 * What is known of media hosts: whether pages may read their files (CORS), and whether they send parts of them (ranges).
 * It is learned from what hosts answered, and forgotten after a while: an admin may mend a host at any time.
 */

import { TabMemory } from "./tab-memory.js";

/** A host that was mended is found out within this time, without asking it for every picture until then. */
const STANDS_S = 300;

/** @typedef {{readable?: boolean, ranges?: boolean}} Abilities */

export class HostAbilities {
  #memory;
  #now_s;

  /** @param {{memory?: TabMemory, now_s?: () => number}} boundaries */
  constructor({ memory = new TabMemory("host"), now_s = () => Date.now() / 1000 } = {}) {
    this.#memory = memory;
    this.#now_s = now_s;
  }

  /**
   * Whether pages may read the files of an origin; undefined while nobody knows.
   * @param {string} origin
   */
  readable(origin) {
    return this.#of(origin).readable;
  }

  /**
   * Whether an origin sends parts of a file; undefined while nobody knows.
   * @param {string} origin
   */
  ranges(origin) {
    return this.#of(origin).ranges;
  }

  /**
   * Takes in what an answer showed, besides what was known.
   * @param {string} origin
   * @param {Abilities} learned
   */
  learn(origin, learned) {
    this.#memory.write(origin, { ...this.#of(origin), ...learned, since_s: this.#now_s() });
  }

  /** @param {string} origin */
  forget(origin) {
    this.#memory.write(origin, undefined);
  }

  /**
   * @param {string} origin
   * @returns {Abilities}
   */
  #of(origin) {
    const note = this.#memory.read(origin);
    if (typeof note !== "object" || note === null || !("since_s" in note)) return {};
    const { since_s, ...known } = /** @type {{since_s: number} & Abilities} */ (note);
    const age_s = this.#now_s() - since_s;
    return age_s >= 0 && age_s < STANDS_S ? known : {};
  }
}
