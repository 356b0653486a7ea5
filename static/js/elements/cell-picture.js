/** The picture of one cell: waiting, loading, ready, or the reason why not. */

import { make, part } from "../lib/markup.js";
import { loadImage } from "../media/image-load.js";
import { explain, forget } from "./doctor.js";

/**
 * @typedef {object} PictureItem
 * @property {string} id
 * @property {string} reference_id
 * @property {string} url
 * @property {number | null} width pixels; null until measured
 * @property {number | null} height pixels; null until measured
 */

export class CellPicture {
  #cell;
  #item;
  #queue;
  #measurements;
  /** The load under way. @type {AbortController | null} */
  #load = null;

  /**
   * @param {HTMLElement} cell
   * @param {PictureItem} item
   * @param {{queue: import("../media/loading.js").LoadQueue<HTMLImageElement>,
   *   measurements: import("../lib/measurements.js").Measurements | null}} shared
   */
  constructor(cell, item, { queue, measurements }) {
    this.#cell = cell;
    this.#item = item;
    this.#queue = queue;
    this.#measurements = measurements;
  }

  /** Asks for the picture, unless it is there, on its way, or known not to load. */
  load() {
    if (this.#load || this.#cell.dataset.state !== "loading") return;
    this.#load = new AbortController();
    void this.#run(this.#load);
  }

  /** Takes the wish back: the cell is out of sight. */
  rest() {
    this.#load?.abort();
    this.#load = null;
  }

  /** Tries again what failed. */
  retry() {
    if (this.#cell.dataset.state !== "error") return;
    forget(this.#item.url);
    this.#cell.querySelector(".media-cell__reason")?.remove();
    this.#cell.dataset.state = "loading";
    this.load();
  }

  /** @param {AbortController} load */
  async #run(load) {
    // The cell's caption already says what the picture is.
    const image = make("img", { class: "media-cell__image", alt: "" });
    try {
      await this.#queue.request((signal) => loadImage(image, this.#item.url, signal), load.signal);
      this.#ready(image);
    } catch (reason) {
      if (load.signal.aborted || isDisposal(reason)) return;
      const diagnosis = await explain(this.#item.url, "image", reason);
      if (!load.signal.aborted) this.#failed(diagnosis);
    } finally {
      if (this.#load === load) this.#load = null;
    }
  }

  /** @param {HTMLImageElement} image */
  #ready(image) {
    part(this.#cell, "span", "media-cell__stage").replaceChildren(image);
    this.#cell.dataset.state = "ready";
    const { id, width, height } = this.#item;
    if (width && height) return;
    this.#measurements?.add({ id, width: image.naturalWidth, height: image.naturalHeight });
  }

  /** @param {import("../media/diagnosis.js").Diagnosis} diagnosis */
  #failed({ kind, sentence, remedy }) {
    const reason = make("span", { class: "media-cell__reason", "data-kind": kind, title: `${sentence} ${remedy}` }, sentence);
    part(this.#cell, "span", "media-cell__stage").replaceChildren(reason);
    this.#cell.dataset.state = "error";
  }
}

/**
 * Whether a load ended only because the queue did.
 * @param {unknown} reason
 */
function isDisposal(reason) {
  return reason instanceof DOMException && reason.name === "AbortError";
}
