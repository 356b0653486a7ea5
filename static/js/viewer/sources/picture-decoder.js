/**
 * Turns a file or an image element into one bitmap: its first picture, turned as its EXIF orientation says.
 * Pictures too large to be worth holding are made smaller, and only one of them is decoded at a time.
 */

import { grouped } from "../../lib/digits.js";
import { LoadQueue } from "../../media/loading.js";
import { CannotShow } from "../frame-source.js";
import { noteNaturalSize } from "../natural-size.js";

/** @typedef {import("../../media/picture-size.js").PictureSize} PictureSize */
/** @typedef {(from: ImageBitmapSource, options?: ImageBitmapOptions) => Promise<ImageBitmap>} CreateBitmap */

/** 64 MiB decoded. A display of 4K shows half as many pixels. */
const LARGE_PIXELS = 16_000_000;
/** 1 GiB decoded. Chromium 156 refuses 2 GiB, and a page that comes near is in danger of ending. */
const MOST_PIXELS = 2 ** 28;
/** No canvas of today's browsers has a longer side. */
const LONGEST_PIXELS = 16_384;

export class PictureDecoder {
  #createBitmap;
  /** @type {LoadQueue<ImageBitmap>} */
  #oneAtATime = new LoadQueue({ parallel: 1 });

  /** @param {CreateBitmap} createBitmap as the browser's createImageBitmap */
  constructor(createBitmap) {
    this.#createBitmap = createBitmap;
  }

  /**
   * Decodes what is in bounds.
   * @param {ImageBitmapSource} from
   * @param {PictureSize | null} size as the file claims; null when it is not known before
   * @param {AbortSignal} signal
   * @returns {Promise<ImageBitmap>} closed by whoever takes it; rejects with CannotShow, with the signal's reason, or as the browser does
   */
  async decode(from, size, signal) {
    signal.throwIfAborted();
    if (size && size.width * size.height > MOST_PIXELS) throw tooLarge(size);
    if (size && fits(size)) return this.#run(from, signal);
    return this.#oneAtATime.request((stop) => this.#run(from, stop), signal);
  }

  /** Stops what waits. */
  dispose() {
    this.#oneAtATime.dispose();
  }

  /**
   * @param {ImageBitmapSource} from
   * @param {AbortSignal} signal
   */
  async #run(from, signal) {
    const bitmap = await this.#createBitmap(from);
    const fitting = fits(bitmap) ? bitmap : await this.#shrink(bitmap);
    if (signal.aborted) fitting.close();
    signal.throwIfAborted();
    return fitting;
  }

  /** @param {ImageBitmap} bitmap */
  async #shrink(bitmap) {
    const { width, height } = bitmap;
    const scale = Math.min(Math.sqrt(LARGE_PIXELS / (width * height)), LONGEST_PIXELS / Math.max(width, height));
    const side = (/** @type {number} */ length) => Math.max(1, Math.floor(length * scale));
    try {
      const smaller = await this.#createBitmap(bitmap, { resizeWidth: side(width), resizeHeight: side(height), resizeQuality: "medium" });
      noteNaturalSize(smaller, { width, height });
      return smaller;
    } finally {
      bitmap.close();
    }
  }
}

/** @param {PictureSize} size */
function fits({ width, height }) {
  return width * height <= LARGE_PIXELS && Math.max(width, height) <= LONGEST_PIXELS;
}

/** @param {PictureSize} size */
function tooLarge({ width, height }) {
  return new CannotShow(`This frame is ${grouped(width)} × ${grouped(height)} pixels: too large to be decoded in a browser.`);
}
