/**
 * Decoded pictures, the least recently shown thrown out first, bounded in bytes.
 */

/** A decoded frame and what it holds in memory. `close` gives the memory back at once. */
/** @typedef {{width: number, height: number, close: () => void}} Picture */

/** About 70 frames of 1280 x 720: enough to step back and forth, small beside the browser's own caches. */
const CAPACITY_BYTES = 256 * 1024 * 1024;
/** Canvas pixels are RGBA, one byte each. */
const BYTES_PER_PIXEL = 4;

/** @template {Picture} Kind */
export class PictureCache {
  /** @type {Map<number, Kind>} oldest first */
  #pictures = new Map();
  #capacity_bytes;
  #held_bytes = 0;
  #largest_bytes = 0;

  /** @param {{capacity_bytes?: number}} limits */
  constructor({ capacity_bytes = CAPACITY_BYTES } = {}) {
    this.#capacity_bytes = capacity_bytes;
  }

  get held_bytes() {
    return this.#held_bytes;
  }

  /** How many pictures of the largest size seen fit; Infinity before the first. */
  get room() {
    return this.#capacity_bytes / this.#largest_bytes;
  }

  /** @param {number} index */
  has(index) {
    return this.#pictures.has(index);
  }

  /**
   * The picture, which thereby counts as just used; undefined when it is not held.
   * @param {number} index
   */
  take(index) {
    const picture = this.#pictures.get(index);
    if (picture) {
      this.#pictures.delete(index);
      this.#pictures.set(index, picture);
    }
    return picture;
  }

  /**
   * Keeps a picture and closes what no longer fits. The newest always stays.
   * @param {number} index
   * @param {Kind} picture
   */
  keep(index, picture) {
    this.#drop(index);
    this.#pictures.set(index, picture);
    const size = bytesOf(picture);
    this.#held_bytes += size;
    this.#largest_bytes = Math.max(this.#largest_bytes, size);
    for (const oldest of this.#pictures.keys()) {
      if (this.#held_bytes <= this.#capacity_bytes || oldest === index) break;
      this.#drop(oldest);
    }
  }

  /** Closes every picture. */
  dispose() {
    for (const index of [...this.#pictures.keys()]) this.#drop(index);
  }

  /** @param {number} index */
  #drop(index) {
    const picture = this.#pictures.get(index);
    if (!picture) return;
    this.#pictures.delete(index);
    this.#held_bytes -= bytesOf(picture);
    picture.close();
  }
}

/** @param {Picture} picture */
function bytesOf({ width, height }) {
  return width * height * BYTES_PER_PIXEL;
}
