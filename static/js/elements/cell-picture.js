/** The picture of one cell: waiting for its host (`data-held`), loading, ready, or the reason why not. */

import { originOf } from "../credentials/access.js";
import { HostDown, outages } from "../hosts/outages.js";
import { make, part } from "../lib/markup.js";
import { sizeClassOf } from "../thumbnails/size-classes.js";
import { cropElement, objectCaption } from "./cell-crop.js";
import { explain, forget } from "./doctor.js";
import { pageThumbnails } from "./page-thumbnails.js";
import { ScenePreview } from "./scene-preview.js";

/**
 * @typedef {object} PictureItem
 * @property {string} id of an item, a scene, an annotation or a prediction
 * @property {string} reference_id
 * @property {string} url
 * @property {number | null} width pixels; null until measured
 * @property {number | null} height pixels; null until measured
 */
/**
 * @typedef {object} MoreOfRow
 * @property {string | null} url null when there is no still to show
 * @property {string} [href] its own page, below that of its dataset
 * @property {string} [item_id] of an object, what it is on
 * @property {(number | null)[]} [crop] of an object: left, top, right, bottom in pixels
 * @property {string | null} [label]
 * @property {number | null} [confidence]
 * @property {string | null} [frames] of a scene: where its list of frames is
 * @property {string | null} [still] of a scene: the reference id of the frame at `url`
 */
/** @typedef {Omit<PictureItem, "url"> & MoreOfRow} CellRow */

/** @typedef {import("../media/diagnosis.js").Diagnosis} Diagnosis */
/** @typedef {import("../thumbnails/thumbnails.js").Wish} Wish */
/** @typedef {import("../thumbnails/thumbnails.js").Shown} Shown */

/**
 * @typedef {object} Shared what the cells of a grid have together
 * @property {import("../media/loading.js").LoadQueue<any>} queue
 * @property {import("../lib/measurements.js").Measurements | null} measurements
 * @property {import("../thumbnails/thumbnails.js").Thumbnails} [store] by default the page's
 */

/** Cells of one density come out a little differently on each window; their crops are the same. */
const SHAPE_STEPS = 20;

export class CellPicture {
  #cell;
  #row;
  #queue;
  #measurements;
  #store;
  /** @type {ScenePreview | null} */
  #preview = null;
  /** The load under way. @type {AbortController | null} */
  #load = null;
  /** What the picture on the cell was made for; null for the picture itself. @type {Wish | null} */
  #made = null;
  /** Why it is not there. @type {Diagnosis | null} */
  #diagnosis = null;

  /**
   * @param {HTMLElement} cell
   * @param {CellRow} row
   * @param {Shared} shared
   */
  constructor(cell, row, { queue, measurements, store = pageThumbnails() }) {
    this.#cell = cell;
    this.#row = row;
    this.#queue = queue;
    this.#measurements = measurements;
    this.#store = store;
    if (row.crop) this.#caption();
    const { frames, url } = row;
    if (frames && url) this.#preview = new ScenePreview(cell, frames, { queue, store, wish: (frame, reference) => this.#wish(frame, reference) });
  }

  /** Asks for the picture, unless it is there, on its way, or known not to load; for a sharper one where the cell has grown. */
  load() {
    const { state } = this.#cell.dataset;
    if (this.#load || !this.#row.url || (state !== "loading" && !this.#isCoarse)) return;
    this.#load = new AbortController();
    void this.#run(this.#load, this.#wish(this.#row.url));
  }

  /** Whether the cell has grown since its thumbnail was made. */
  get #isCoarse() {
    return this.#made !== null && this.#made.size.width < this.#size.width;
  }

  get #size() {
    const { clientWidth, clientHeight } = this.#cell;
    return sizeClassOf({ width: clientWidth, height: clientHeight }, devicePixelRatio);
  }

  /** Why the picture is not there; null while it may come. */
  get diagnosis() {
    return this.#diagnosis;
  }

  /** Takes the wish back: the cell is out of sight. */
  rest() {
    this.#load?.abort();
    this.#load = null;
    this.#preview?.close();
  }

  /**
   * Tries again what failed.
   * @param {(diagnosis: Diagnosis) => boolean} [isMeant] by default any
   */
  retry(isMeant = () => true) {
    if (this.#cell.dataset.state !== "error" || !this.#row.url || !this.#diagnosis || !isMeant(this.#diagnosis)) return;
    forget(this.#row.url);
    this.#diagnosis = null;
    this.#cell.querySelector(".media-cell__reason")?.remove();
    this.#cell.dataset.state = "loading";
    this.load();
  }

  /** Lets go of the picture: the cell leaves the page. */
  dispose() {
    this.rest();
    this.#preview?.dispose();
    // Without its source the element gives its decoded copy back before it is collected.
    for (const image of this.#cell.querySelectorAll("img")) image.removeAttribute("src");
  }

  /**
   * @param {string} url
   * @param {string} [referenceId] of the item whose picture that is, where it is not the cell's own
   * @returns {Wish}
   */
  #wish(url, referenceId = this.#row.still ?? this.#row.reference_id) {
    const { id, item_id, href, crop, width, height } = this.#row;
    // What is said of a whole picture has no place in it.
    const box = crop?.every((side) => typeof side === "number") ? crop : null;
    const of = width && height ? { width, height } : null;
    return {
      dataset: /\bds_[^/?]+/.exec(href ?? "")?.[0] ?? "",
      item: item_id ?? id,
      url: new URL(url, document.baseURI).href,
      referenceId,
      size: this.#size,
      crop: box && { box: /** @type {number[]} */ (box), of, ...this.#shape() },
    };
  }

  /** What a crop has to fill, and how much of that its caption covers. */
  #shape() {
    const { clientWidth, clientHeight } = this.#cell;
    const caption = this.#cell.querySelector(".media-cell__caption")?.clientHeight ?? 0;
    const step = (/** @type {number} */ share) => Math.round(share * SHAPE_STEPS) / SHAPE_STEPS;
    return clientHeight > 0 ? { aspect: step(clientWidth / clientHeight), foot: step(caption / clientHeight) } : { aspect: 1, foot: 0 };
  }

  /**
   * @param {AbortController} load
   * @param {Wish} wish
   */
  async #run(load, wish) {
    const { signal } = load;
    try {
      const shown = (await this.#store.kept(wish, signal)) ?? (await this.#fetched(wish, signal));
      signal.throwIfAborted();
      if (shown) this.#ready(shown, wish);
      if (shown?.isOld && !outages.isDown(originOf(wish.url))) await this.#renew(wish, signal);
    } catch (reason) {
      if (!signal.aborted && !isDisposal(reason)) throw reason;
    } finally {
      if (this.#load === load) this.#load = null;
    }
  }

  /**
   * The picture from its host; while that is down the cell waits.
   * @param {Wish} wish
   * @param {AbortSignal} signal
   * @returns {Promise<Shown | null>} null when it does not come, and the cell says why
   */
  async #fetched(wish, signal) {
    const origin = originOf(wish.url);
    const why = (/** @type {unknown} */ reason) => explain(wish.url, "image", reason);
    for (;;) {
      await this.#hostIsUp(origin, signal);
      try {
        return await this.#queue.request((stop) => outages.load(wish.url, (end) => this.#store.load(wish, end), { signal: stop, why }), signal);
      } catch (reason) {
        if (signal.aborted || isDisposal(reason)) throw reason;
        if (!(reason instanceof HostDown) && (await this.#isItsOwn(wish.url, reason, signal))) return null;
      }
    }
  }

  /**
   * @param {string} origin
   * @param {AbortSignal} signal
   */
  async #hostIsUp(origin, signal) {
    if (!outages.isDown(origin)) return;
    this.#cell.toggleAttribute("data-held", true);
    try {
      await outages.up(origin, signal);
    } finally {
      this.#cell.removeAttribute("data-held");
    }
  }

  /**
   * Finds out why a picture did not come, and says so where it is this file's own fault.
   * @param {string} url
   * @param {unknown} reason
   * @param {AbortSignal} signal
   */
  async #isItsOwn(url, reason, signal) {
    const diagnosis = await explain(url, "image", reason);
    signal.throwIfAborted();
    outages.reportFailure(diagnosis);
    if (outages.isDown(originOf(url))) return false;
    // What is there already stays.
    if (!this.#made) this.#failed(diagnosis);
    return true;
  }

  /**
   * What is kept is shown until its host has said whether it still holds.
   * @param {Wish} wish
   * @param {AbortSignal} signal
   */
  async #renew(wish, signal) {
    try {
      const shown = await this.#queue.request((stop) => this.#store.renew(wish, stop), signal);
      if (shown && !signal.aborted) this.#ready(shown, wish);
    } catch {
      // The next visit asks again.
    }
  }

  /**
   * @param {Shown} shown
   * @param {Wish} wish
   */
  #ready(shown, wish) {
    const { crop } = wish;
    this.#made = shown.isThumbnail ? wish : null;
    this.#preview?.close();
    // The cell's caption already says what the picture is.
    Object.assign(shown.image, { className: "media-cell__image", alt: "" });
    part(this.#cell, "span", "media-cell__stage").replaceChildren(crop ? cropElement(shown, crop, this.#row.label) : shown.image);
    this.#cell.dataset.state = "ready";
    const { id, item_id, width, height } = this.#row;
    if (width && height) return;
    this.#measurements?.add({ id: item_id ?? id, width: shown.width, height: shown.height });
  }

  /** @param {Diagnosis} diagnosis */
  #failed(diagnosis) {
    const { kind, sentence, remedy } = diagnosis;
    this.#diagnosis = diagnosis;
    const reason = make("span", { class: "media-cell__reason", "data-kind": kind, title: `${sentence} ${remedy}` }, sentence);
    part(this.#cell, "span", "media-cell__stage").replaceChildren(reason);
    this.#cell.dataset.state = "error";
  }

  #caption() {
    const { label, confidence } = this.#row;
    const caption = part(this.#cell, "span", "media-cell__caption");
    caption.textContent ||= objectCaption(label, confidence);
    this.#cell.dataset.caption = "always";
  }
}

/**
 * Whether a load ended only because the queue did.
 * @param {unknown} reason
 */
function isDisposal(reason) {
  return reason instanceof DOMException && reason.name === "AbortError";
}
