/**
 * Plays frames by the clock: the frame due follows from the time since the start, never from counting ticks,
 * so a slow tick drops frames and the pace does not drift.
 */

/**
 * @typedef {object} PlaybackBoundaries
 * @property {(frame: number) => void} want asks for a frame
 * @property {() => void} ended the last frame is due, or playing was stopped
 * @property {(tick: (now_ms: number) => void) => number} requestTick as requestAnimationFrame
 * @property {(ticket: number) => void} cancelTick as cancelAnimationFrame
 */

export class Playback {
  #rate_hz;
  #count;
  #boundaries;
  /** @type {number | null} */
  #ticket = null;
  #first = 0;
  /** Set when the first frame is on screen: waiting for the network is no reason to skip frames. @type {number | null} */
  #start_ms = null;
  #due = 0;
  #lastShown = 0;
  #isStarted = false;
  /** Still true after the end, until the last frame has come. */
  #isCounting = false;
  #dropped = 0;

  /**
   * @param {{rate_hz: number, count: number}} scene frames a second, and frames
   * @param {PlaybackBoundaries} boundaries
   */
  constructor({ rate_hz, count }, boundaries) {
    this.#rate_hz = rate_hz;
    this.#count = count;
    this.#boundaries = boundaries;
  }

  get isPlaying() {
    return this.#ticket !== null;
  }

  /** Frames that were due since the start and never came on screen. */
  get dropped() {
    return this.#dropped;
  }

  /**
   * Plays from a frame on; from the first one when it is the last.
   * @param {number} frame
   */
  start(frame) {
    if (this.isPlaying) return;
    this.#first = frame >= this.#count - 1 ? 0 : frame;
    this.#start_ms = null;
    this.#isStarted = false;
    this.#isCounting = true;
    this.#dropped = 0;
    this.#due = this.#lastShown = this.#first;
    this.#ticket = this.#boundaries.requestTick(this.#tick);
    this.#boundaries.want(this.#first);
  }

  /** Stops on the frame that is due. */
  stop() {
    this.#isCounting = false;
    this.#end();
  }

  /**
   * Takes note of the frame now on screen.
   * @param {number} frame
   */
  shown(frame) {
    // A frame wanted before playing began may still arrive.
    if (!this.#isCounting || (!this.#isStarted && frame !== this.#first)) return;
    this.#isStarted = true;
    this.#dropped += Math.max(0, frame - this.#lastShown - 1);
    this.#lastShown = frame;
  }

  /** Takes note that the frame due cannot be shown, so the clock need not wait for it. */
  failed() {
    this.#isStarted = true;
  }

  /** @param {number} now_ms */
  #tick = (now_ms) => {
    this.#ticket = this.#boundaries.requestTick(this.#tick);
    if (!this.#isStarted) return;
    this.#start_ms ??= now_ms;
    const elapsed_frames = Math.floor(((now_ms - this.#start_ms) / 1000) * this.#rate_hz + ROUNDING);
    const due = Math.min(this.#count - 1, this.#first + elapsed_frames);
    if (due === this.#due) return;
    this.#due = due;
    this.#boundaries.want(due);
    if (due === this.#count - 1) this.#end();
  };

  #end() {
    if (this.#ticket === null) return;
    this.#boundaries.cancelTick(this.#ticket);
    this.#ticket = null;
    this.#boundaries.ended();
  }
}

/** Frames; keeps 0.1 s x 30 Hz, which floating point makes 2.9999..., on frame 3. */
const ROUNDING = 1e-6;
