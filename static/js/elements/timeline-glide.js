/** Takes a timeline's view from one range to another, so that one sees where it went; at once for who prefers no motion. */

/** @typedef {{first: number, span: number}} Range in frames */

const LENGTH_MS = 120;

export class TimelineGlide {
  #show;
  #request = 0;
  /** @type {Range | null} */
  #goal = null;

  /** @param {(range: Range) => void} show */
  constructor(show) {
    this.#show = show;
  }

  /**
   * @param {Range} from
   * @param {Range} goal
   */
  to({ first, span }, goal) {
    this.stop();
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return this.#show(goal);
    this.#goal = goal;
    let start_ms = 0;
    const tick = (/** @type {number} */ now_ms) => {
      start_ms ||= now_ms;
      const share = Math.min(1, (now_ms - start_ms) / LENGTH_MS);
      const eased = 1 - (1 - share) ** 3;
      if (share === 1) {
        this.stop();
        return this.#show(goal);
      }
      this.#request = requestAnimationFrame(tick);
      this.#show({ first: first + (goal.first - first) * eased, span: span + (goal.span - span) * eased });
    };
    this.#request = requestAnimationFrame(tick);
  }

  /** Where a glide under way ends, so that a second step goes on from there; null when none is. */
  get goal() {
    return this.#goal;
  }

  stop() {
    cancelAnimationFrame(this.#request);
    this.#request = 0;
    this.#goal = null;
  }
}
