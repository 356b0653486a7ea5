/**
 * When each frame of a scene begins. A frame's identity is its index; its time comes from here, and never the
 * other way round by a guess.
 */

export class Timeline {
  #starts_s;
  #end_s;

  /**
   * @param {ArrayLike<number>} starts_s when each frame begins, in seconds, rising; at least one
   * @param {number} end_s when the last frame ends, in seconds
   */
  constructor(starts_s, end_s) {
    if (starts_s.length === 0) throw new RangeError("a timeline has at least one frame");
    this.#starts_s = starts_s;
    this.#end_s = end_s;
  }

  /**
   * Frames of one length, the first at `start_s`.
   * @param {number} count at least 1
   * @param {number} rate_hz frames a second
   * @param {number} [start_s]
   */
  static even(count, rate_hz, start_s = 0) {
    const starts_s = Float64Array.from({ length: count }, (_, index) => start_s + index / rate_hz);
    return new Timeline(starts_s, start_s + count / rate_hz);
  }

  /** How many frames there are. */
  get count() {
    return this.#starts_s.length;
  }

  /** When the last frame ends, in seconds. */
  get end_s() {
    return this.#end_s;
  }

  /** Frames a second, on average. */
  get rate_hz() {
    return this.count / (this.#end_s - this.start_s(0));
  }

  /**
   * When a frame begins, in seconds; for the index after the last, when that one ends.
   * @param {number} index from 0
   */
  start_s(index) {
    return index >= this.count ? this.#end_s : /** @type {number} */ (this.#starts_s[index]);
  }

  /**
   * The frame on screen at a time: the last that has begun; the first before it begins.
   * @param {number} time_s
   */
  indexAt(time_s) {
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.start_s(middle) <= time_s + ROUNDING_S) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /**
   * The nearest index that is a frame; 0 for what is no number.
   * @param {number} index any number
   */
  clamp(index) {
    return Math.max(0, Math.min(this.count - 1, Math.trunc(index) || 0));
  }
}

/** Keeps 3 x (1 / 30), which floating point makes a little less than 0.1, on frame 3. */
const ROUNDING_S = 1e-6;
