/**
 * Small pictures of frames that somebody points at and has not asked for: one load at a time, only while nothing else
 * is wanted, kept small so that many stay.
 */

import { withDeadline } from "../media/loading.js";

/** A pointer that moves on asks for nothing. */
const REST_S = 0.08;
/** Wide enough for the preview on a dense display. */
const WIDTH_PX = 336;
/** About 250 KiB each: a hundred are a hundredth of what a browser has. */
const MOST = 100;

export class Glances {
  #load;
  #boundaries;
  /** Oldest first. @type {Map<number, ImageBitmap>} */
  #small = new Map();
  /** Frames that did not come. @type {Set<number>} */
  #failed = new Set();
  /** @type {AbortController | null} */
  #loading = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {(index: number, signal: AbortSignal) => Promise<ImageBitmap>} load
   * @param {object} boundaries
   * @param {() => boolean} boundaries.isBusy whether somebody waits for another frame
   * @param {() => void} boundaries.arrived another picture is there
   * @param {(picture: ImageBitmap, width: number) => Promise<ImageBitmap>} [boundaries.shrink]
   */
  constructor(load, { isBusy, arrived, shrink = inBrowser }) {
    this.#load = load;
    this.#boundaries = { isBusy, arrived, shrink };
  }

  /**
   * A frame's small picture; where there is none yet it is asked for, should the pointer rest there.
   * @param {number} index
   * @returns {ImageBitmap | null}
   */
  of(index) {
    const known = this.#small.get(index) ?? null;
    clearTimeout(this.#timer);
    if (!known && !this.#failed.has(index)) this.#timer = setTimeout(() => void this.#ask(index), REST_S * 1000);
    return known;
  }

  /** Stops what is under way: another frame is wanted. */
  rest() {
    clearTimeout(this.#timer);
    this.#loading?.abort();
    this.#loading = null;
  }

  dispose() {
    this.rest();
    for (const picture of this.#small.values()) picture.close();
    this.#small.clear();
  }

  /** @param {number} index */
  async #ask(index) {
    if (this.#boundaries.isBusy()) return;
    this.#loading?.abort();
    const { signal } = (this.#loading = new AbortController());
    try {
      const whole = await withDeadline((stop) => this.#load(index, stop), { signal });
      const small = await this.#boundaries.shrink(whole, Math.min(WIDTH_PX, whole.width));
      whole.close();
      if (signal.aborted) return small.close();
      this.#keep(index, small);
      this.#boundaries.arrived();
    } catch {
      if (!signal.aborted) this.#failed.add(index);
    }
  }

  /**
   * @param {number} index
   * @param {ImageBitmap} small
   */
  #keep(index, small) {
    this.#small.set(index, small);
    const [oldest] = this.#small.keys();
    if (this.#small.size <= MOST || oldest === undefined) return;
    this.#small.get(oldest)?.close();
    this.#small.delete(oldest);
  }
}

/** @type {(picture: ImageBitmap, width: number) => Promise<ImageBitmap>} */
function inBrowser(picture, width) {
  return createImageBitmap(picture, { resizeWidth: width, resizeQuality: "medium" });
}
