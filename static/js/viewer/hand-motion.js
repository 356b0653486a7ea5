/** How the hand moves through the frames, told from the wishes of the last moment: it says what to fetch ahead. */

/**
 * `rest` before the second wish, `slow` in steps of one or two frames, `fast` in larger steps of a kind, `jump` otherwise.
 * @typedef {"rest" | "slow" | "fast" | "jump"} Pace
 */

/** @typedef {{index: number, at_s: number}} Moment */

/** A wish after a longer pause begins a new movement. */
const PAUSE_S = 1.5;
/** The speed is that of the last moment, so that it follows a hand that turns or brakes. */
const WINDOW_S = 0.3;
/** A hand that moves is heard of at every refresh of the display, or at every repeat of a key. */
export const REST_S = 0.05;
const SLOW_STEP = 2;
/** Steps of one movement differ by less than this factor from one to the next. */
const OF_A_KIND = 4;
const STEPS_OF_STRIDE = 5;

export class HandMotion {
  /** The wishes of the movement under way, oldest first. @type {Moment[]} */
  #moments = [];
  /** @type {Pace} */
  #pace = "rest";
  #step = 0;

  /**
   * Takes note of a wish.
   * @param {number} index
   * @param {number} at_s
   */
  note(index, at_s) {
    const last = this.#moments.at(-1);
    const step = last ? index - last.index : 0;
    if (last && step === 0) return;
    if (last) this.#turn(step, at_s - last.at_s);
    this.#step = step;
    this.#moments.push({ index, at_s });
    while (this.#moments.length > STEPS_OF_STRIDE + 1 && at_s - /** @type {Moment} */ (this.#moments[1]).at_s > WINDOW_S) {
      this.#moments.shift();
    }
  }

  get pace() {
    return this.#pace;
  }

  /** How far the wanted frame is from the one wanted before, in frames; 0 at first. */
  get step() {
    return this.#step;
  }

  /** Where the movement goes: 1 towards the end, -1 towards the start, 0 when it has no direction. */
  get direction() {
    return this.#pace === "slow" || this.#pace === "fast" ? Math.sign(this.#step) : 0;
  }

  /** The usual step of the movement, in frames, never negative: the median of the last few. */
  get stride() {
    const steps = this.#moments
      .slice(-STEPS_OF_STRIDE - 1)
      .map(({ index }, place, all) => Math.abs(index - (all[place - 1]?.index ?? index)))
      .slice(1)
      .sort((a, b) => a - b);
    return steps[steps.length >> 1] ?? 0;
  }

  /**
   * Frames a second, never negative; 0 while the hand rests or has no direction.
   * @param {number} now_s
   */
  speed_hz(now_s) {
    const last = this.#moments.at(-1);
    const first = this.#moments.find(({ at_s }) => now_s - at_s <= WINDOW_S);
    if (!last || !first || last === first || now_s <= first.at_s || this.direction === 0) return 0;
    if (now_s - last.at_s >= REST_S) return 0;
    return Math.abs(last.index - first.index) / (now_s - first.at_s);
  }

  /**
   * Decides whether a step goes on with the movement or begins another one.
   * @param {number} step
   * @param {number} pause_s
   */
  #turn(step, pause_s) {
    const isSlow = Math.abs(step) <= SLOW_STEP;
    const isLike = pause_s <= PAUSE_S && step * this.#step > 0;
    const ratio = Math.abs(step / this.#step);
    if (isSlow) this.#pace = "slow";
    else this.#pace = isLike && ratio < OF_A_KIND && ratio > 1 / OF_A_KIND ? "fast" : "jump";
    // What came before the turn says nothing of the speed after it; the last place is where it begins.
    if (this.#pace === "jump") this.#moments = [];
    else if (!isLike) this.#moments = this.#moments.slice(-1);
  }
}
