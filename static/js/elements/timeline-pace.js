/** Passes on the newest of many values, once for each frame the display draws. */

/** @template Value */
export class LatestPerFrame {
  #take;
  /** @type {{value: Value} | null} */
  #waiting = null;
  #request = 0;

  /** @param {(value: Value) => void} take */
  constructor(take) {
    this.#take = take;
  }

  /** @param {Value} value */
  give(value) {
    this.#waiting = { value };
    this.#request ||= requestAnimationFrame(this.flush);
  }

  /** Passes on what waits, now. */
  flush = () => {
    cancelAnimationFrame(this.#request);
    this.#request = 0;
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting) this.#take(waiting.value);
  };

  /** Forgets what waits. */
  cancel() {
    this.#waiting = null;
    this.flush();
  }
}
