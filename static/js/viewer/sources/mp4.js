/**
 * A video file as frames: read by range requests, taken apart on this page, decoded by the browser in a worker.
 * Exact: a frame is the packet that the file's own table puts at its place, whatever its time.
 */

import { CannotShow } from "../frame-source.js";
import { Decoding } from "./mp4-decoding.js";
import { openFile } from "./mp4-file.js";
import { VideoTrack } from "./mp4-track.js";

/** @typedef {import("../frame-source.js").FrameSource} FrameSource */

/** What the pictures of a scene may take when nobody says otherwise. */
const USUAL_CAPACITY_BYTES = 256 * 2 ** 20;
const BYTES_PER_PIXEL = 4;
/** Pictures around the hand: a third of what can be held, so that going back finds what was seen. */
const SHARE = 1 / 3;
const [FEWEST, MOST] = [6, 240];

/**
 * Opens a video.
 * @param {string} url
 * @param {object} options
 * @param {number | null} options.count how many frames the scene has; null when the video is all there is
 * @param {AbortSignal} options.signal stops opening
 * @param {(fraction: number) => void} [options.onProgress] while the file is read, where that takes long
 * @param {(is: boolean) => void} [options.onRanges] hears whether the host sends parts of the file
 * @param {number} [options.capacity_bytes] what the viewer may hold of pictures
 * @param {import("./mp4-file.js").Why} [options.why] explains a part that did not come; by default nobody does
 * @param {string} [options.referenceId] what the scene is called
 * @returns {Promise<FrameSource>} rejects with CannotShow, or with the signal's reason
 */
export async function openMp4(url, { count, signal, onProgress = () => {}, onRanges, capacity_bytes = USUAL_CAPACITY_BYTES, why, referenceId }) {
  signal.throwIfAborted();
  const mediabunny = await import("../../../vendor/mediabunny/mediabunny.min.mjs");
  // It would write addresses to the console.
  mediabunny.Logging.level = mediabunny.LogLevel.Silent;
  const file = await openFile(mediabunny, url, { signal, onProgress, onRanges, why, referenceId });
  const track = await VideoTrack.open(mediabunny, file, { signal, onProgress });
  if (count !== null && count !== track.index.count) {
    track.dispose();
    throw new CannotShow(
      `The video holds ${track.index.count} frames, the scene ${count}: which belongs to which cannot be told.`,
    );
  }
  return new Mp4Source(track, capacity_bytes);
}

/**
 * @typedef {object} Load
 * @property {(picture: ImageBitmap) => void} resolve
 * @property {(reason: unknown) => void} reject
 */

/** @implements {FrameSource} */
class Mp4Source {
  /** @type {"mp4"} */
  kind = "mp4";
  parallel = 4;
  /** The source makes the frames around the hand by itself. */
  ahead = 0;
  /** @type {((index: number, picture: ImageBitmap) => void) | null} */
  onSpare = null;
  #track;
  #decoding;
  /** @type {Map<number, Load[]>} */
  #loads = new Map();
  #isDisposed = false;

  /**
   * @param {VideoTrack} track
   * @param {number} capacity_bytes
   */
  constructor(track, capacity_bytes) {
    this.#track = track;
    this.timeline = track.index.timeline;
    this.says = `exact frames of the video, ${track.codecName} decoded here`;
    const picture_bytes = track.shape.width * track.shape.height * BYTES_PER_PIXEL;
    const window = Math.max(FEWEST, Math.min(MOST, Math.floor((capacity_bytes * SHARE) / picture_bytes)));
    this.#decoding = new Decoding(track, window, {
      deliver: (frame, picture) => this.#deliver(frame, picture),
      fail: (frame, reason) => this.#settle(frame, ({ reject }) => reject(reason)),
    });
  }

  /**
   * @param {number} index
   * @param {AbortSignal} signal
   * @returns {Promise<ImageBitmap>}
   */
  load(index, signal) {
    return new Promise((resolve, reject) => {
      if (this.#isDisposed) return reject(stopped());
      if (signal.aborted) return reject(signal.reason);
      if (index !== this.timeline.clamp(index)) return reject(new CannotShow(`The video has no frame ${index}.`));
      const load = { resolve, reject };
      this.#loads.set(index, [...(this.#loads.get(index) ?? []), load]);
      signal.addEventListener("abort", () => this.#withdraw(index, load, signal.reason), { once: true });
      this.#decoding.ask(index);
    });
  }

  /** @param {import("../frame-source.js").Wish} wish */
  aim(wish) {
    if (!this.#isDisposed) this.#decoding.aim({ ...wish, index: this.timeline.clamp(wish.index) });
  }

  dispose() {
    this.#isDisposed = true;
    this.#decoding.dispose();
    this.#track.dispose();
    for (const frame of [...this.#loads.keys()]) this.#settle(frame, ({ reject }) => reject(stopped()));
  }

  /**
   * @param {number} index
   * @param {Load} load
   * @param {unknown} reason
   */
  #withdraw(index, load, reason) {
    const others = (this.#loads.get(index) ?? []).filter((one) => one !== load);
    if (others.length > 0) this.#loads.set(index, others);
    else if (this.#loads.delete(index)) this.#decoding.withdraw(index);
    load.reject(reason);
  }

  /**
   * @param {number} frame
   * @param {ImageBitmap} picture
   */
  #deliver(frame, picture) {
    const [first, ...others] = this.#loads.get(frame) ?? [];
    this.#loads.delete(frame);
    if (first) first.resolve(picture);
    else if (this.onSpare) this.onSpare(frame, picture);
    else picture.close();
    // Each taker closes its own: the second asks again.
    if (others.length > 0) this.#again(frame, others);
  }

  /**
   * @param {number} frame
   * @param {Load[]} loads
   */
  #again(frame, loads) {
    this.#loads.set(frame, loads);
    this.#decoding.ask(frame);
  }

  /**
   * @param {number} frame
   * @param {(load: Load) => void} settle
   */
  #settle(frame, settle) {
    const loads = this.#loads.get(frame) ?? [];
    this.#loads.delete(frame);
    loads.forEach(settle);
  }
}

function stopped() {
  return new DOMException("The video was closed.", "AbortError");
}
