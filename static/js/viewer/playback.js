/**
 * Plays frames by the clock: the frame due follows from the time since the start, never from counting ticks, so a slow
 * tick drops frames and the pace does not drift.
 * Frames are counted as a sequence that runs on through every loop, downwards when playing backwards: place 0 is the
 * section's first frame, and its first frame again has place n after a loop of n frames.
 */

/** @typedef {{first: number, last: number}} Section frames, both inclusive */

/**
 * @typedef {object} PlaybackBoundaries
 * @property {(frame: number) => void} want asks for a frame
 * @property {() => void} ended the last frame is due, or playing was stopped
 * @property {(tick: (now_ms: number) => void) => number} requestTick as requestAnimationFrame
 * @property {(ticket: number) => void} cancelTick as cancelAnimationFrame
 */

/** Keeps a time that floating point makes a little less than a frame's start on that frame. */
const ROUNDING_S = 1e-6;

export class Playback {
  #timeline;
  #boundaries;
  /** @type {number | null} */
  #ticket = null;
  #speed = 1;
  /** @type {Section} */
  #section;
  #isLooping = false;
  /** The scene's time at `#anchor_ms`; it is moved only when the speed or the section changes. */
  #anchor_s = 0;
  /** Set when the first frame is on screen: waiting for the network is no reason to skip frames. @type {number | null} */
  #anchor_ms = null;
  #latest_ms = 0;
  /** Places in the sequence: the one due now, and the last one that came on screen. */
  #due = 0;
  #shown = 0;
  #isStarted = false;
  /** Still true after the end, until the last frame has come. */
  #isCounting = false;
  #dropped = 0;

  /**
   * @param {import("./timeline.js").Timeline} timeline
   * @param {PlaybackBoundaries} boundaries
   */
  constructor(timeline, boundaries) {
    this.#timeline = timeline;
    this.#boundaries = boundaries;
    this.#section = this.#whole;
  }

  get isPlaying() {
    return this.#ticket !== null;
  }

  /** Frames that were due since the start and never came on screen. */
  get dropped() {
    return this.#dropped;
  }

  get speed() {
    return this.#speed;
  }

  /** Goes on from the same place at another speed; 1 is the scene's own, negative is backwards, 0 is none. */
  set speed(speed) {
    if (!speed) throw new RangeError("a scene that plays has a speed");
    this.#change(() => (this.#speed = speed));
  }

  get isLooping() {
    return this.#isLooping;
  }

  set isLooping(isLooping) {
    this.#change(() => (this.#isLooping = isLooping));
  }

  /** Plays within these frames from now on; null is the whole scene. */
  set section(/** @type {Section | null} */ section) {
    this.#change(() => (this.#section = section ?? this.#whole));
  }

  /**
   * Plays from a frame on; from the other end of the section when the frame is outside, or nothing comes after it.
   * @param {number} from
   * @param {{speed?: number, section?: Section | null, isLooping?: boolean}} manner
   */
  start(from, { speed = 1, section = null, isLooping = false } = {}) {
    if (this.isPlaying) return;
    this.#isCounting = false;
    this.speed = speed;
    this.#section = section ?? this.#whole;
    this.#isLooping = isLooping;
    const { first, last } = this.#section;
    const [begin, end] = speed > 0 ? [first, last] : [last, first];
    const frame = from < first || from > last || from === end ? begin : from;
    this.#anchor_s = this.#timeline.start_s(speed > 0 ? frame : frame + 1);
    this.#anchor_ms = null;
    this.#isStarted = false;
    this.#isCounting = true;
    this.#dropped = 0;
    this.#due = this.#shown = frame - first;
    this.#ticket = this.#boundaries.requestTick(this.#tick);
    this.#boundaries.want(frame);
  }

  /** Stops on the frame that is due. */
  stop() {
    if (this.isPlaying) this.#countMissed(this.#due);
    this.#isCounting = false;
    this.#end();
  }

  /**
   * Takes note of the frame now on screen.
   * @param {number} frame
   */
  shown(frame) {
    if (!this.#isCounting || frame < this.#section.first || frame > this.#section.last) return;
    // A frame wanted before playing began may still arrive.
    if (!this.#isStarted && frame !== this.#frameOf(this.#due)) return;
    this.#isStarted = true;
    const place = this.#lastPlaceOf(frame);
    if ((place - this.#shown) * this.#direction <= 0) return;
    this.#countMissed(place);
    this.#shown = place;
  }

  /** Takes note that the frame due cannot be shown, so the clock need not wait for it. */
  failed() {
    this.#isStarted = true;
  }

  get #whole() {
    return { first: 0, last: this.#timeline.count - 1 };
  }

  get #direction() {
    return Math.sign(this.#speed);
  }

  /** How many frames a loop has. */
  get #length() {
    return this.#section.last - this.#section.first + 1;
  }

  /** @param {number} now_ms */
  #tick = (now_ms) => {
    this.#ticket = this.#boundaries.requestTick(this.#tick);
    if (!this.#isStarted) return;
    this.#anchor_ms ??= now_ms;
    this.#latest_ms = now_ms;
    const due = this.#placeNow();
    if (due !== this.#due) {
      this.#due = due;
      this.#boundaries.want(this.#frameOf(due));
    }
    if (!this.#isLooping && due === this.#lastPlace) this.#end();
  };

  /** The place where playing ends, unless it loops. */
  get #lastPlace() {
    return this.#speed > 0 ? this.#length - 1 : 0;
  }

  /** The scene's time at the last tick, running on through every loop. */
  get #now_s() {
    if (this.#anchor_ms === null) return this.#anchor_s;
    return this.#anchor_s + ((this.#latest_ms - this.#anchor_ms) / 1000) * this.#speed;
  }

  /** The place in the sequence that is due now. */
  #placeNow() {
    const { first, last } = this.#section;
    const loop = this.#isLooping ? this.#loopNow() : 0;
    const time_s = this.#now_s - loop * this.#loop_s;
    // Backwards, a frame is on screen from its end down to its start.
    const frame = this.#timeline.indexAt(this.#speed > 0 ? time_s : time_s - 3 * ROUNDING_S);
    return loop * this.#length + Math.max(first, Math.min(last, frame)) - first;
  }

  /** Which loop is running: 0 is the first one, negative backwards. */
  #loopNow() {
    const { first, last } = this.#section;
    if (this.#speed > 0) return Math.floor((this.#now_s - this.#timeline.start_s(first) + ROUNDING_S) / this.#loop_s);
    return Math.ceil((this.#now_s - this.#timeline.start_s(last + 1) - ROUNDING_S) / this.#loop_s);
  }

  get #loop_s() {
    return this.#timeline.start_s(this.#section.last + 1) - this.#timeline.start_s(this.#section.first);
  }

  /** @param {number} place */
  #frameOf(place) {
    return this.#section.first + remainder(place, this.#length);
  }

  /**
   * The place at which a frame was due last.
   * @param {number} frame
   */
  #lastPlaceOf(frame) {
    const place = frame - this.#section.first;
    const sinceDue = remainder((this.#due - place) * this.#direction, this.#length);
    return this.#due - sinceDue * this.#direction;
  }

  /**
   * Counts the frames between the last one shown and a place, both exclusive.
   * @param {number} place
   */
  #countMissed(place) {
    this.#dropped += Math.max(0, (place - this.#shown) * this.#direction - 1);
  }

  /**
   * Changes the manner of playing without a jump: the time so far is settled, and the count begins a new sequence.
   * @param {() => void} change
   */
  #change(change) {
    if (!this.isPlaying) {
      change();
      return;
    }
    this.#countMissed(this.#due);
    const frame = this.#frameOf(this.#due);
    const isDueShown = this.#shown === this.#due;
    const loop = this.#isLooping ? this.#loopNow() : 0;
    this.#anchor_s = this.#now_s - loop * this.#loop_s;
    if (this.#anchor_ms !== null) this.#anchor_ms = this.#latest_ms;
    change();
    const { first, last } = this.#section;
    if (frame < first || frame > last) this.#anchor_s = this.#timeline.start_s(this.#speed > 0 ? first : last + 1);
    const due = this.#placeNow();
    this.#shown = isDueShown ? due : due - this.#direction;
    this.#due = due;
    if (this.#frameOf(due) !== frame) this.#boundaries.want(this.#frameOf(due));
  }

  #end() {
    if (this.#ticket === null) return;
    this.#boundaries.cancelTick(this.#ticket);
    this.#ticket = null;
    this.#boundaries.ended();
  }
}

/**
 * The remainder that is never negative.
 * @param {number} dividend
 * @param {number} divisor
 */
function remainder(dividend, divisor) {
  return ((dividend % divisor) + divisor) % divisor;
}
