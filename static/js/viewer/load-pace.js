/** How long loads take, told from the last few of them. */

const REMEMBERED = 9;
/** The first loads also open connections, and say too little. */
const ENOUGH = 4;

export class LoadPace {
  /** Oldest first. @type {number[]} */
  #durations_s = [];
  /** Set when one load brings several frames: then the time of one says nothing of the rate. */
  areShared = false;

  /** @param {number} duration_s from the start to the picture */
  note(duration_s) {
    this.#durations_s.push(duration_s);
    if (this.#durations_s.length > REMEMBERED) this.#durations_s.shift();
  }

  /** The median of the last few, in seconds; 0 while too little is known. */
  get typical_s() {
    if (this.areShared || this.#durations_s.length < ENOUGH) return 0;
    return this.#durations_s.toSorted((a, b) => a - b)[this.#durations_s.length >> 1] ?? 0;
  }

  /**
   * How many loads end in a second when some run at once; Infinity while unknown.
   * @param {number} parallel
   */
  rate_hz(parallel) {
    return parallel / this.typical_s;
  }
}
