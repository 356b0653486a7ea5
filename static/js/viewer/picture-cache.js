/**
 * Decoded pictures, bounded in bytes. What is farthest from the wanted frame is thrown out first, and what lies
 * behind the hand counts as twice as far as what lies ahead of it.
 */

/** A decoded frame and what it holds in memory. `close` gives the memory back at once. */
/** @typedef {{width: number, height: number, close: () => void}} Picture */

const MEBIBYTE = 1024 * 1024;
/** Canvas pixels are RGBA, one byte each. */
const BYTES_PER_PIXEL = 4;
const BEHIND_COUNTS = 2;

/**
 * How much memory decoded pictures may take on a device, in bytes: a sixteenth of it.
 * @param {number | undefined} deviceMemory_GiB as `navigator.deviceMemory` says, which knows nothing above 8
 */
export function defaultCapacity_bytes(deviceMemory_GiB) {
  const sixteenth_MiB = (deviceMemory_GiB ?? 4) * 64;
  return Math.max(128, Math.min(512, sixteenth_MiB)) * MEBIBYTE;
}

/** @template {Picture} Kind */
export class PictureCache {
  /** @type {Map<number, Kind>} */
  #pictures = new Map();
  #capacity_bytes;
  #held_bytes = 0;
  #largest_bytes = 0;
  #expected = 0;
  #wanted = 0;
  #direction = 0;
  /** @type {[number, number][] | null} */
  #ranges = null;

  /** @param {{capacity_bytes?: number}} limits */
  constructor({ capacity_bytes = defaultCapacity_bytes(undefined) } = {}) {
    this.#capacity_bytes = capacity_bytes;
  }

  get held_bytes() {
    return this.#held_bytes;
  }

  get capacity_bytes() {
    return this.#capacity_bytes;
  }

  /** A smaller capacity throws out at once what no longer fits. */
  set capacity_bytes(capacity_bytes) {
    this.#capacity_bytes = capacity_bytes;
    this.#fit();
  }

  /** How many pictures of the largest size seen fit; Infinity before the first. */
  get room() {
    return this.#capacity_bytes / this.#largest_bytes;
  }

  /** How many pictures are being made elsewhere: their memory counts before they come. */
  set expected(/** @type {number} */ count) {
    this.#expected = count;
    this.#fit();
  }

  /** What is held, as sorted runs of frames, first and last inclusive. */
  get ranges() {
    this.#ranges ??= runs([...this.#pictures.keys()].sort((a, b) => a - b));
    return this.#ranges;
  }

  /** @param {number} index */
  has(index) {
    return this.#pictures.has(index);
  }

  /**
   * The picture, which stays the cache's own; undefined when it is not held.
   * @param {number} index
   */
  peek(index) {
    return this.#pictures.get(index);
  }

  /**
   * The held frame that is nearest to a frame; null when nothing is held.
   * @param {number} index
   * @returns {number | null}
   */
  nearest(index) {
    /** @type {number | null} */
    let nearest = null;
    for (const held of this.#pictures.keys()) {
      if (nearest === null || Math.abs(held - index) < Math.abs(nearest - index)) nearest = held;
    }
    return nearest;
  }

  /**
   * Says which frame is wanted: it is never thrown out, and the others by their distance from it.
   * @param {number} index
   * @param {number} direction of travel: 1 towards the end, -1 towards the start, 0 unknown
   */
  aim(index, direction) {
    this.#wanted = index;
    this.#direction = direction;
  }

  /**
   * Takes a picture, and closes what no longer fits: it may be this one. A frame already held keeps its newer picture.
   * @param {number} index
   * @param {Kind} picture
   */
  keep(index, picture) {
    this.#drop(index);
    this.#pictures.set(index, picture);
    this.#ranges = null;
    const size = bytesOf(picture);
    this.#held_bytes += size;
    this.#largest_bytes = Math.max(this.#largest_bytes, size);
    this.#fit();
  }

  /** Closes every picture. */
  dispose() {
    for (const index of [...this.#pictures.keys()]) this.#drop(index);
  }

  #fit() {
    const capacity_bytes = this.#capacity_bytes - this.#expected * this.#largest_bytes;
    while (this.#held_bytes > capacity_bytes) {
      const farthest = this.#farthest();
      if (farthest === null) return;
      this.#drop(farthest);
    }
  }

  /** The held frame to throw out first; null when only the wanted one is left. */
  #farthest() {
    /** @type {number | null} */
    let farthest = null;
    let greatest = 0;
    for (const index of this.#pictures.keys()) {
      const distance = this.#distance(index);
      if (distance > greatest) [farthest, greatest] = [index, distance];
    }
    return farthest;
  }

  /** @param {number} index */
  #distance(index) {
    const step = index - this.#wanted;
    return Math.abs(step) * (step * this.#direction < 0 ? BEHIND_COUNTS : 1);
  }

  /** @param {number} index */
  #drop(index) {
    const picture = this.#pictures.get(index);
    if (!picture) return;
    this.#pictures.delete(index);
    this.#ranges = null;
    this.#held_bytes -= bytesOf(picture);
    picture.close();
  }
}

/**
 * @param {number[]} indexes rising
 * @returns {[number, number][]}
 */
function runs(indexes) {
  /** @type {[number, number][]} */
  const found = [];
  for (const index of indexes) {
    const last = found.at(-1);
    if (last && last[1] === index - 1) last[1] = index;
    else found.push([index, index]);
  }
  return found;
}

/** @param {Picture} picture */
function bytesOf({ width, height }) {
  return width * height * BYTES_PER_PIXEL;
}
