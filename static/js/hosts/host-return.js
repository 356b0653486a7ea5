/** Waits for a host that is down: asks it again, ever the same small thing, until it answers. */

/** The first time soon: many outages are a blink. */
const FIRST_S = 1;
const LONGEST_S = 3;
/** Packets may be dropped and a host may be slow: an answer is listened for longer than the next question waits. */
const LISTEN_S = 10;
const MOST_OPEN = 4;
/** Who says it is back and then is not is asked ever less. */
const LONGEST_AFTER_FALSE_RETURNS_S = 60;

/**
 * @typedef {object} ReturnBoundaries
 * @property {(signal: AbortSignal) => Promise<boolean>} ask whether the host answers now
 * @property {() => boolean} isVisible nobody looks at a hidden page: it asks nothing
 * @property {() => void} returned called once
 */

export class HostReturn {
  #boundaries;
  #wait_s;
  #longest_s;
  #life = new AbortController();
  #open = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {ReturnBoundaries} boundaries
   * @param {{falseReturns?: number}} [past] how often it was said to be back lately and was not
   */
  constructor(boundaries, { falseReturns = 0 } = {}) {
    this.#boundaries = boundaries;
    const factor = 2 ** falseReturns;
    this.#wait_s = Math.min(LONGEST_AFTER_FALSE_RETURNS_S, FIRST_S * factor);
    this.#longest_s = Math.min(LONGEST_AFTER_FALSE_RETURNS_S, LONGEST_S * factor);
    this.#askLater();
  }

  /** Asks now: the person wishes it, or the network changed. @returns {Promise<boolean>} whether the host answered */
  async askNow() {
    clearTimeout(this.#timer);
    this.#askLater();
    return this.#ask();
  }

  dispose() {
    clearTimeout(this.#timer);
    this.#life.abort();
  }

  #askLater() {
    this.#timer = setTimeout(() => {
      this.#askLater();
      if (this.#boundaries.isVisible() && this.#open < MOST_OPEN) void this.#ask();
    }, this.#wait_s * 1000);
    this.#wait_s = Math.min(this.#longest_s, this.#wait_s + 1);
  }

  async #ask() {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), LISTEN_S * 1000);
    this.#open += 1;
    try {
      const isBack = await this.#boundaries.ask(AbortSignal.any([limit.signal, this.#life.signal]));
      if (!isBack || this.#life.signal.aborted) return false;
      this.dispose();
      this.#boundaries.returned();
      return true;
    } finally {
      clearTimeout(timer);
      this.#open -= 1;
    }
  }
}
