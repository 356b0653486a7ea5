/** One opened source at work: what is wanted of it, what is held, and playing. It paints nothing itself. */

import { FrameScheduler } from "./frame-scheduler.js";
import { Glances } from "./glances.js";
import { PictureCache } from "./picture-cache.js";
import { Playback } from "./playback.js";

/** @typedef {import("./section.js").Section} Section */
/** @typedef {ImageBitmap | HTMLVideoElement} Picture */

/**
 * @typedef {object} ViewingBoundaries
 * @property {(index: number, picture: Picture) => void} paint puts a frame on screen at once
 * @property {(index: number, reason: unknown) => void} fail the wanted frame cannot be shown
 * @property {(index: number, origin: string) => void} [hold] the wanted frame waits for its host, which is down
 * @property {(index: number) => void} wanted another frame is wanted now; its picture may come within the call that follows
 * @property {(isPlaying: boolean) => void} playing
 * @property {() => void} glanced a picture that `peek` had not is there now
 */

/** Playing goes over single broken frames; this many in a row mean that the host is gone. */
const FAILURES_THAT_STOP = 5;

export class Viewing {
  #source;
  #boundaries;
  #cache;
  #scheduler;
  #playback;
  #glances;
  /** @type {number | null} */
  #painted = null;
  #failuresInARow = 0;
  /** The source playing by itself. @type {OwnPlay | null} */
  #own = null;
  #ownDropped = 0;

  /**
   * @param {import("./frame-source.js").FrameSource} source disposed with this
   * @param {ViewingBoundaries} boundaries
   * @param {{capacity_bytes: number}} limits
   */
  constructor(source, boundaries, { capacity_bytes }) {
    this.#source = source;
    this.#boundaries = boundaries;
    this.#cache = new PictureCache({ capacity_bytes });
    this.#scheduler = new FrameScheduler(source, this.#cache, {
      show: this.#show,
      fail: this.#fail,
      hold: this.#hold,
      now_s: () => performance.now() / 1000,
    });
    this.#playback = new Playback(source.timeline, {
      want: (index) => this.#want(index),
      ended: () => boundaries.playing(false),
      requestTick: (tick) => requestAnimationFrame(tick),
      cancelTick: (ticket) => cancelAnimationFrame(ticket),
    });
    const isBusy = () => this.isPlaying || this.#painted !== this.wanted;
    this.#glances = new Glances((index, signal) => source.load(index, signal), { isBusy, arrived: boundaries.glanced });
  }

  get source() {
    return this.#source;
  }

  get timeline() {
    return this.#source.timeline;
  }

  /** The frame asked for last. */
  get wanted() {
    return this.#own?.index ?? this.#scheduler.wanted ?? 0;
  }

  get isPlaying() {
    return this.#own !== null || this.#playback.isPlaying;
  }

  /** Frames that were due since playing began and never came on screen. */
  get dropped() {
    return this.#own || this.#ownDropped ? this.#ownDropped : this.#playback.dropped;
  }

  /** Bytes of decoded pictures held. */
  get held_bytes() {
    return this.#cache.held_bytes;
  }

  /** Which frames are held decoded: inclusive ranges, in order. */
  get held() {
    return this.#scheduler.held;
  }

  /** @param {number} bytes the most that decoded pictures may hold */
  set capacity_bytes(bytes) {
    this.#cache.capacity_bytes = bytes;
  }

  /**
   * A frame's picture for a preview, which does not own it; null while there is none. Where the pointer rests one is fetched.
   * @param {number} index
   */
  peek(index) {
    return this.#scheduler.peek(index) ?? this.#glances.of(index);
  }

  /**
   * Stops playing and asks for a frame.
   * @param {number} index any number; the nearest frame is meant
   */
  goTo(index) {
    this.stop();
    this.#want(this.timeline.clamp(index));
  }

  /** Asks again for what failed. */
  retry() {
    this.#scheduler.retry();
  }

  /**
   * Plays on from the wanted frame.
   * @param {{speed: number, section: Section | null, isLooping: boolean}} how 1 is the scene's own speed, negative is backwards
   */
  play({ speed, section, isLooping }) {
    const from = startOf(this.wanted, speed, section, this.timeline.count);
    this.#halt();
    this.#failuresInARow = 0;
    this.#ownDropped = 0;
    this.#boundaries.playing(true);
    if (this.#source.play && speed > 0) this.#playItself(from, { speed, section, isLooping });
    else this.#playback.start(from, { speed, section, isLooping });
  }

  /** Stops playing on the frame that is on screen. */
  stop() {
    const own = this.#own;
    this.#halt();
    if (!own) return;
    this.#boundaries.playing(false);
    this.#want(own.index);
  }

  /** Gives everything back, the source too. */
  dispose() {
    this.#halt();
    this.#glances.dispose();
    this.#scheduler.dispose();
    this.#source.dispose();
  }

  #halt() {
    this.#own?.stop();
    this.#own = null;
    this.#playback.stop();
  }

  /** @param {number} index */
  #want(index) {
    this.#glances.rest();
    this.#boundaries.wanted(index);
    this.#scheduler.want(index);
  }

  /**
   * @param {number} index
   * @param {ImageBitmap} picture
   */
  #show = (index, picture) => {
    if (this.#own) return;
    this.#failuresInARow = 0;
    this.#painted = index;
    this.#playback.shown(index);
    this.#boundaries.paint(index, picture);
  };

  /**
   * @param {number} index
   * @param {unknown} reason
   */
  #fail = (index, reason) => {
    this.#failuresInARow += 1;
    this.#playback.failed();
    if (this.#failuresInARow >= FAILURES_THAT_STOP) this.stop();
    this.#boundaries.fail(index, reason);
  };

  /**
   * @param {number} index
   * @param {string} origin
   */
  #hold = (index, origin) => {
    if (this.isPlaying) this.stop();
    this.#boundaries.hold?.(index, origin);
  };

  /**
   * Lets the source play by itself. Only it knows which frame is on; this counts what it left out.
   * @param {number} from
   * @param {{speed: number, section: Section | null, isLooping: boolean}} how
   */
  #playItself(from, { speed, section, isLooping }) {
    const last = section?.last ?? this.timeline.count - 1;
    const own = { index: from, stop: () => {} };
    this.#own = own;
    let isFirst = true;
    const ended = () => {
      if (this.#own !== own) return;
      if (!isLooping) return this.stop();
      own.stop();
      this.#playItself(section?.first ?? 0, { speed, section, isLooping });
    };
    /** @type {import("./frame-source.js").Present} */
    const present = (index, picture) => {
      if (this.#own !== own) return;
      if (index > last) return ended();
      if (!isFirst) this.#ownDropped += Math.max(0, index - own.index - 1);
      isFirst = false;
      own.index = index;
      this.#painted = index;
      this.#boundaries.wanted(index);
      this.#boundaries.paint(index, picture);
    };
    own.stop = this.#source.play?.(from, speed, present, ended) ?? own.stop;
  }
}

/** @typedef {{index: number, stop: () => void}} OwnPlay */

/**
 * Where playing begins: here, or at the section's or the scene's other end when there is nothing ahead.
 * @param {number} wanted
 * @param {number} speed
 * @param {Section | null} section
 * @param {number} count
 */
function startOf(wanted, speed, section, count) {
  const { first, last } = section ?? { first: 0, last: count - 1 };
  const [begin, end] = speed > 0 ? [first, last] : [last, first];
  const isBeyond = wanted < first || wanted > last || wanted === end;
  return isBeyond ? begin : wanted;
}
