/** The compressed files of frames seen lately, bounded in bytes: coming back to one costs no request. */

/** @template {{size: number}} Kind bytes */
export class ByteRing {
  /** Least recently used first. @type {Map<number, Kind>} */
  #files = new Map();
  #capacity_bytes;
  #held_bytes = 0;

  /** @param {number} capacity_bytes */
  constructor(capacity_bytes) {
    this.#capacity_bytes = capacity_bytes;
  }

  get held_bytes() {
    return this.#held_bytes;
  }

  /**
   * The file, which thereby counts as just used; undefined when it is not held.
   * @param {number} index
   */
  take(index) {
    const file = this.#files.get(index);
    if (file) {
      this.#files.delete(index);
      this.#files.set(index, file);
    }
    return file;
  }

  /**
   * Keeps a file and lets go of the oldest that no longer fit; one larger than the ring is not kept.
   * @param {number} index
   * @param {Kind} file
   */
  keep(index, file) {
    this.drop(index);
    this.#files.set(index, file);
    this.#held_bytes += file.size;
    for (const oldest of this.#files.keys()) {
      if (this.#held_bytes <= this.#capacity_bytes) break;
      this.drop(oldest);
    }
  }

  /** @param {number} index */
  drop(index) {
    this.#held_bytes -= this.#files.get(index)?.size ?? 0;
    this.#files.delete(index);
  }

  clear() {
    this.#files.clear();
    this.#held_bytes = 0;
  }
}
