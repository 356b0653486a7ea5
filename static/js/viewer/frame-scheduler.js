/**
 * Decides which frame to load next and which to show.
 * The wanted frame comes first, then a few in the direction of travel. A frame is shown when it is the wanted one,
 * or when it was wanted later than the one on screen: while the wish runs ahead of the network the picture follows,
 * and never goes back.
 */

import { withDeadline } from "../media/loading.js";
import { MEDIA_TIMEOUT_S } from "../media/verdicts.js";

/** Three to six did equally well; more made a fast drag slower (Chromium 156, HTTP/1 and 2). */
const PARALLEL = 4;
const AHEAD = 8;
/** Frames fetched ahead when the wish jumps: most of a wider guess would be thrown away. */
const AHEAD_WHEN_JUMPING = 2;
/** A load younger than this is let finish: aborting near work left a fast drag with one picture a second. */
const PATIENCE_S = 1;
/** A frame that failed is not asked for again within this time: a host that is down is not hammered. */
const FAILURE_STANDS_S = 10;

/**
 * @template {import("./picture-cache.js").Picture} Kind
 * @typedef {object} Boundaries
 * @property {(index: number, signal: AbortSignal) => Promise<Kind>} load
 * @property {(index: number, picture: Kind) => void} show puts a picture on screen at once
 * @property {(index: number, reason: unknown) => void} fail the wanted frame cannot be shown
 * @property {() => number} now_s
 */

/** @template {import("./picture-cache.js").Picture} Kind */
export class FrameScheduler {
  #count;
  #cache;
  #boundaries;
  #timeout_s;
  /** @type {number | null} */
  #wanted = null;
  #stride = 1;
  #wishes = 0;
  /** The number of the last wish for each frame that was wanted and not shown since. @type {Map<number, number>} */
  #wishOf = new Map();
  #shownWish = 0;
  /** @type {Map<number, {abort: AbortController, since_s: number}>} */
  #loading = new Map();
  /** @type {Map<number, {reason: unknown, since_s: number}>} */
  #failed = new Map();
  #disposed = false;

  /**
   * @param {number} count frames in the scene
   * @param {import("./picture-cache.js").PictureCache<Kind>} cache disposed with the scheduler
   * @param {Boundaries<Kind>} boundaries
   * @param {{timeout_s?: number}} limits
   */
  constructor(count, cache, boundaries, { timeout_s = MEDIA_TIMEOUT_S } = {}) {
    this.#count = count;
    this.#cache = cache;
    this.#boundaries = boundaries;
    this.#timeout_s = timeout_s;
  }

  /** The frame asked for last; null before the first wish. */
  get wanted() {
    return this.#wanted;
  }

  /**
   * Asks for a frame: shown at once when it is held, else as soon as it comes.
   * @param {number} index from 0
   */
  want(index) {
    if (this.#disposed) return;
    if (this.#wanted !== null && index !== this.#wanted) this.#stride = index - this.#wanted;
    this.#wanted = index;
    this.#wishes += 1;
    this.#wishOf.set(index, this.#wishes);
    const held = this.#cache.take(index);
    if (held) this.#show(index, held);
    else this.#recallFailure(index);
    this.#fill();
  }

  /** Forgets every failure and asks for the wanted frame again. */
  retry() {
    this.#failed.clear();
    if (this.#wanted !== null) this.want(this.#wanted);
  }

  /** Stops every load and gives the pictures back. */
  dispose() {
    this.#disposed = true;
    for (const { abort } of this.#loading.values()) abort.abort();
    this.#loading.clear();
    this.#cache.dispose();
  }

  #fill() {
    for (const index of this.#targets()) {
      if (this.#cache.has(index) || this.#loading.has(index) || this.#failed.has(index)) continue;
      if (!this.#hasPlaceFor(index)) return;
      void this.#load(index);
    }
  }

  /**
   * Whether a load may start now. One place is kept for the wanted frame, so that it never waits for a prefetched one.
   * @param {number} index
   */
  #hasPlaceFor(index) {
    if (index === this.#wanted) return this.#loading.size < PARALLEL || this.#abortFarthest();
    const others = this.#loading.size - (this.#loading.has(/** @type {number} */ (this.#wanted)) ? 1 : 0);
    return others < PARALLEL - 1;
  }

  /** The frames worth having now, the most urgent first. */
  #targets() {
    const wanted = /** @type {number} */ (this.#wanted);
    const wish = Math.abs(this.#stride) === 1 ? AHEAD : AHEAD_WHEN_JUMPING;
    // Half of the room is for what was just seen, so that prefetching large frames does not throw them out.
    const ahead = Math.min(wish, Math.max(0, Math.floor(this.#cache.room / 2) - 1));
    const targets = [wanted];
    for (let step = 1; step <= ahead; step += 1) {
      const index = wanted + step * this.#stride;
      if (index >= 0 && index < this.#count) targets.push(index);
    }
    return targets;
  }

  /** Makes room for the wanted frame: the load farthest from it goes, unless all are young. */
  #abortFarthest() {
    const wanted = /** @type {number} */ (this.#wanted);
    const latest_s = this.#boundaries.now_s() - PATIENCE_S;
    const old = [...this.#loading].filter(([, { since_s }]) => since_s <= latest_s).map(([index]) => index);
    if (old.length === 0) return false;
    const farthest = old.reduce((far, index) => (Math.abs(index - wanted) > Math.abs(far - wanted) ? index : far));
    this.#loading.get(farthest)?.abort.abort();
    this.#loading.delete(farthest);
    return true;
  }

  /** @param {number} index */
  async #load(index) {
    const abort = new AbortController();
    this.#loading.set(index, { abort, since_s: this.#boundaries.now_s() });
    const limits = { timeout_s: this.#timeout_s, signal: abort.signal };
    /** @type {Kind | null} */
    let picture = null;
    try {
      picture = await withDeadline((signal) => this.#boundaries.load(index, signal), limits);
    } catch (reason) {
      if (!abort.signal.aborted) this.#refused(index, reason);
    }
    if (this.#loading.get(index)?.abort === abort) this.#loading.delete(index);
    if (picture) this.#arrived(index, picture);
    if (!this.#disposed) this.#fill();
  }

  /**
   * @param {number} index
   * @param {Kind} picture
   */
  #arrived(index, picture) {
    if (this.#disposed) {
      picture.close();
      return;
    }
    this.#cache.keep(index, picture);
    const isNewer = (this.#wishOf.get(index) ?? 0) > this.#shownWish;
    if (isNewer) this.#show(index, picture);
  }

  /**
   * @param {number} index
   * @param {unknown} reason
   */
  #refused(index, reason) {
    this.#failed.set(index, { reason, since_s: this.#boundaries.now_s() });
    if (index === this.#wanted) this.#recallFailure(index);
  }

  /**
   * Shows why the wanted frame failed, if it did lately; an old failure is forgotten and the frame loads again.
   * @param {number} index
   */
  #recallFailure(index) {
    const failure = this.#failed.get(index);
    if (!failure) return;
    if (this.#boundaries.now_s() - failure.since_s > FAILURE_STANDS_S) {
      this.#failed.delete(index);
      return;
    }
    // The reason is on screen now: a frame wanted before this one must not cover it.
    this.#settle(index);
    this.#boundaries.fail(index, failure.reason);
  }

  /**
   * @param {number} index
   * @param {Kind} picture
   */
  #show(index, picture) {
    this.#settle(index);
    this.#boundaries.show(index, picture);
  }

  /**
   * The wish for this frame is answered, and with it every older one.
   * @param {number} index
   */
  #settle(index) {
    this.#shownWish = Math.max(this.#shownWish, this.#wishOf.get(index) ?? 0);
    for (const [frame, wish] of this.#wishOf) if (wish <= this.#shownWish) this.#wishOf.delete(frame);
  }
}
