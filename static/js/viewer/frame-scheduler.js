/**
 * Decides which frame to load next and which to show.
 * The wanted frame comes first, then those that the hand will reach. Shown is the wanted frame, or while it is on its
 * way the nearest one that is there: while the wish runs ahead of the network the picture follows.
 */

import { HostDown } from "../hosts/host-outages.js";
import { withDeadline } from "../media/loading.js";
import { MEDIA_TIMEOUT_S } from "../media/verdicts.js";
import { HandMotion, REST_S } from "./hand-motion.js";
import { LoadPace } from "./load-pace.js";
import { isOutrun, planAhead } from "./prefetch-plan.js";

/** A load younger than this is let finish: aborting near work left a fast drag with one picture a second. */
const PATIENCE_S = 1;
/** A load that takes this long may go even where it is near, for one that is wanted: something is wrong with it. */
const LAST_PATIENCE_S = 3;
/** Steps of the hand beyond which a frame is no longer near. */
const FAR_STEPS = 24;
/** Loads at once around a frame that was jumped to. */
const AT_REST = 2;
/** Neighbors are fetched when a place was looked at for so long: who jumps on finds the network free. */
const LOOK_S = 0.2;
/** A frame that failed is not asked for again within this time: a host that is down is not hammered. */
const FAILURE_STANDS_S = 10;

/** @typedef {import("./frame-source.js").FrameSource} FrameSource */

/**
 * @typedef {object} Boundaries
 * @property {(index: number, picture: ImageBitmap) => void} show puts a picture on screen at once; it is the cache's own
 * @property {(index: number, reason: unknown) => void} fail the wanted frame cannot be shown
 * @property {(index: number, origin: string) => void} [hold] the wanted frame waits until its host is back, and `retry` is called
 * @property {() => number} now_s
 */

export class FrameScheduler {
  #source;
  #cache;
  #boundaries;
  #timeout_s;
  #motion = new HandMotion();
  #loads = new LoadPace();
  /** @type {number | null} */
  #wanted = null;
  /** When something was asked for last. */
  #wished_s = -Infinity;
  /** The frame on screen; null before the first, and while a reason is there instead. @type {number | null} */
  #painted = null;
  /** The frames asked for since one was painted: they may come late and still be worth showing. @type {Set<number>} */
  #wishes = new Set();
  /** @type {Map<number, {abort: AbortController, since_s: number}>} */
  #loading = new Map();
  /** @type {Map<number, {reason: unknown, since_s: number}>} */
  #failed = new Map();
  /** Frames whose host is down: what is on screen stays while they are wanted. @type {Map<number, HostDown>} */
  #held = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #rest;
  #disposed = false;

  /**
   * @param {FrameSource} source hears its `onSpare` answered until the scheduler is disposed of; stays its owner's
   * @param {import("./picture-cache.js").PictureCache<ImageBitmap>} cache disposed with the scheduler
   * @param {Boundaries} boundaries
   * @param {{timeout_s?: number}} limits
   */
  constructor(source, cache, boundaries, { timeout_s = MEDIA_TIMEOUT_S } = {}) {
    this.#source = source;
    this.#cache = cache;
    this.#boundaries = boundaries;
    this.#timeout_s = timeout_s;
    source.onSpare = this.#spare;
  }

  /** The frame asked for last; null before the first wish. */
  get wanted() {
    return this.#wanted;
  }

  /** The frames that are decoded and held, as sorted runs, first and last inclusive. */
  get held() {
    return this.#cache.ranges;
  }

  /**
   * The picture of a frame if it is held; it stays the cache's own.
   * @param {number} index
   */
  peek(index) {
    return this.#cache.peek(index);
  }

  /**
   * Asks for a frame: shown at once when it is held, else as soon as it comes.
   * @param {number} index from 0
   */
  want(index) {
    if (this.#disposed) return;
    this.#wished_s = this.#boundaries.now_s();
    this.#motion.note(index, this.#wished_s);
    this.#wanted = index;
    this.#wishes.add(index);
    this.#cache.aim(index, this.#motion.direction);
    this.#source.aim?.({ index, step: this.#motion.step });
    if (this.#cache.has(index)) this.#show(index);
    else if (!this.#recallFailure(index)) this.#showNearest();
    this.#tellHold();
    this.#fill();
  }

  /** Forgets every failure and asks for the wanted frame again. */
  retry() {
    this.#failed.clear();
    this.#held.clear();
    if (this.#wanted !== null) this.want(this.#wanted);
  }

  /** Stops every load and gives the pictures back. */
  dispose() {
    this.#disposed = true;
    this.#source.onSpare = null;
    clearTimeout(this.#rest);
    for (const { abort } of this.#loading.values()) abort.abort();
    this.#loading.clear();
    this.#cache.dispose();
  }

  #fill() {
    if (this.#disposed || this.#wanted === null) return;
    const situation = this.#situation(this.#wanted);
    const isChasing = isOutrun(situation);
    // Nothing else tells that the hand has come to rest, and then the wanted frame is what counts.
    clearTimeout(this.#rest);
    if (isChasing) this.#rest = setTimeout(() => this.#fill(), REST_S * 1000);
    else if (!situation.isLooking) this.#rest = setTimeout(() => this.#fill(), LOOK_S * 1000);
    for (const index of [...(isChasing ? [] : [this.#wanted]), ...planAhead(situation)]) {
      if (this.#cache.has(index) || this.#loading.has(index) || this.#held.has(index) || this.#isRefused(index)) continue;
      if (!this.#hasPlaceFor(index)) {
        // Loads that never end tell nobody; one of them gives way in time.
        clearTimeout(this.#rest);
        if (index === this.#wanted) this.#rest = setTimeout(() => this.#fill(), PATIENCE_S * 1000);
        return;
      }
      void this.#load(index);
    }
  }

  /** @param {number} wanted */
  #situation(wanted) {
    const { pace, direction, stride } = this.#motion;
    // Half of the room is for what was just seen, so that prefetching large frames does not throw them out.
    const room = Math.max(0, Math.floor(this.#cache.room / 2) - 1);
    return {
      wanted,
      count: this.#source.timeline.count,
      most: Math.min(this.#source.ahead, room),
      pace,
      direction,
      stride,
      speed_hz: this.#motion.speed_hz(this.#boundaries.now_s()),
      load_s: this.#loads.typical_s,
      rate_hz: this.#loads.rate_hz(this.#source.parallel),
      isPainted: this.#painted === wanted,
      isLooking: this.#boundaries.now_s() - this.#wished_s >= LOOK_S,
    };
  }

  /**
   * Whether a load may start now. One place is kept for the wanted frame, so that it never waits for a prefetched one.
   * @param {number} index
   */
  #hasPlaceFor(index) {
    const { parallel } = this.#source;
    if (index === this.#wanted) return this.#loading.size < parallel || this.#abortFarthest();
    const others = this.#loading.size - (this.#loading.has(/** @type {number} */ (this.#wanted)) ? 1 : 0);
    // Where no movement says what comes next, the next wish is likely elsewhere, and should find the network free.
    const most = this.#motion.direction === 0 ? AT_REST : parallel - 1;
    return others < Math.max(1, most) && this.#loading.size < parallel;
  }

  /** Makes room for the wanted frame: of the loads that are no longer of use the farthest goes. */
  #abortFarthest() {
    const wanted = /** @type {number} */ (this.#wanted);
    const near = FAR_STEPS * Math.max(1, this.#motion.stride);
    const now_s = this.#boundaries.now_s();
    const useless = [...this.#loading].filter(([index, { since_s }]) => {
      const patience_s = Math.abs(index - wanted) > near ? PATIENCE_S : LAST_PATIENCE_S;
      return now_s - since_s >= patience_s;
    });
    const [first, ...others] = useless.map(([index]) => index);
    if (first === undefined) return false;
    const farthest = others.reduce((far, index) => (Math.abs(index - wanted) > Math.abs(far - wanted) ? index : far), first);
    this.#loading.get(farthest)?.abort.abort();
    this.#loading.delete(farthest);
    return true;
  }

  /** @param {number} index */
  async #load(index) {
    const abort = new AbortController();
    const since_s = this.#boundaries.now_s();
    this.#loading.set(index, { abort, since_s });
    this.#cache.expected = this.#loading.size;
    const limits = { timeout_s: this.#timeout_s, signal: abort.signal };
    /** @type {ImageBitmap | null} */
    let picture = null;
    try {
      picture = await withDeadline((signal) => this.#ask(index, signal), limits);
      this.#loads.note(this.#boundaries.now_s() - since_s);
    } catch (reason) {
      if (!abort.signal.aborted) this.#refused(index, reason);
    }
    if (this.#loading.get(index)?.abort === abort) this.#loading.delete(index);
    this.#cache.expected = this.#loading.size;
    if (picture) this.#arrived(index, picture);
    this.#fill();
  }

  /**
   * Loads from the source; a picture that comes although it was given up is closed.
   * @param {number} index
   * @param {AbortSignal} signal
   */
  async #ask(index, signal) {
    const picture = await this.#source.load(index, signal);
    if (signal.aborted) picture.close();
    signal.throwIfAborted();
    return picture;
  }

  /** @type {(index: number, picture: ImageBitmap) => void} */
  #spare = (index, picture) => {
    this.#loads.areShared = true;
    if (this.#cache.has(index)) picture.close();
    else this.#arrived(index, picture);
  };

  /**
   * @param {number} index
   * @param {ImageBitmap} picture
   */
  #arrived(index, picture) {
    if (this.#disposed) {
      picture.close();
      return;
    }
    this.#failed.delete(index);
    // Shown before it is kept: one that is not worth keeping is closed at once.
    if (this.#isWorthShowing(index)) this.#show(index, picture);
    this.#cache.keep(index, picture);
  }

  /**
   * Whether a frame that is there is better than the one on screen.
   * @param {number} index
   */
  #isWorthShowing(index) {
    const wanted = /** @type {number} */ (this.#wanted);
    if (index === wanted) return true;
    if (this.#wanted === null || this.#isRefused(wanted)) return false;
    if (this.#painted === null) return this.#wishes.has(index);
    const gain = Math.abs(this.#painted - wanted) / Math.abs(index - wanted);
    // After a jump, frames on the way that nobody asked for would look like playing.
    return this.#motion.pace === "jump" && !this.#wishes.has(index) ? gain >= 2 : gain > 1;
  }

  #showNearest() {
    const nearest = this.#cache.nearest(/** @type {number} */ (this.#wanted));
    if (nearest !== null && this.#isWorthShowing(nearest)) this.#show(nearest);
  }

  /**
   * @param {number} index
   * @param {unknown} reason
   */
  #refused(index, reason) {
    if (reason instanceof HostDown) {
      this.#held.set(index, reason);
      this.#tellHold();
      return;
    }
    this.#failed.set(index, { reason, since_s: this.#boundaries.now_s() });
    if (index === this.#wanted) this.#recallFailure(index);
  }

  #tellHold() {
    const wanted = /** @type {number} */ (this.#wanted);
    const held = this.#held.get(wanted);
    if (held && !this.#cache.has(wanted)) this.#boundaries.hold?.(wanted, held.origin);
  }

  /**
   * Whether a frame failed so lately that it is not asked for again. An old failure is forgotten.
   * @param {number} index
   */
  #isRefused(index) {
    const failure = this.#failed.get(index);
    if (!failure) return false;
    if (this.#boundaries.now_s() - failure.since_s <= FAILURE_STANDS_S) return true;
    this.#failed.delete(index);
    return false;
  }

  /**
   * Shows why the wanted frame failed, if it did lately.
   * @param {number} index
   */
  #recallFailure(index) {
    if (!this.#isRefused(index)) return false;
    this.#painted = null;
    this.#wishes.clear();
    this.#boundaries.fail(index, this.#failed.get(index)?.reason);
    return true;
  }

  /**
   * @param {number} index
   * @param {ImageBitmap | undefined} [picture] the held one unless it is new
   */
  #show(index, picture = this.#cache.peek(index)) {
    if (!picture) return;
    this.#painted = index;
    if (index === this.#wanted) this.#wishes.clear();
    this.#boundaries.show(index, picture);
  }
}
