/** The frames of a scene that somebody marked, kept in this browser and nowhere else. */

const PREFIX = "transom-marks-";
/** A finger held on the key must not fill the storage. */
const MOST = 500;

/** @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem">} Shelf */

export class Marks {
  #key;
  #shelf;
  /** @type {Set<number>} */
  #frames;

  /**
   * @param {string} sceneId
   * @param {Shelf | null} shelf localStorage; null where the browser forbids it: then marks last as long as the page
   */
  constructor(sceneId, shelf) {
    this.#key = PREFIX + sceneId;
    this.#shelf = shelf;
    this.#frames = new Set(read(shelf, this.#key));
  }

  /** The marked frames, in order. */
  get frames() {
    return [...this.#frames].sort((one, other) => one - other);
  }

  /**
   * Marks a frame, or takes its mark away.
   * @param {number} index
   */
  toggle(index) {
    if (!this.#frames.delete(index) && this.#frames.size < MOST) this.#frames.add(index);
    try {
      if (this.#frames.size === 0) this.#shelf?.removeItem(this.#key);
      else this.#shelf?.setItem(this.#key, JSON.stringify(this.frames));
    } catch {
      // The storage is full: the marks then last as long as the page.
    }
  }
}

/**
 * @param {Shelf | null} shelf
 * @param {string} key
 * @returns {number[]} empty where nothing, or nothing of ours, is stored
 */
function read(shelf, key) {
  try {
    const stored = JSON.parse(shelf?.getItem(key) ?? "[]");
    return Array.isArray(stored) ? stored.filter((frame) => Number.isSafeInteger(frame) && frame >= 0).slice(0, MOST) : [];
  } catch {
    return [];
  }
}
