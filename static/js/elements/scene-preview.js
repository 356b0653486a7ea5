/**
 * Frames across a scene's length over its cell: under a mouse or a pen that rests on it, and by the keys `,` and `.`
 * while the cell has the focus. Fingers scroll the grid, so they have none; neither has a scene that is an mp4 alone.
 */

import { outages } from "../hosts/outages.js";
import { grouped } from "../lib/digits.js";
import { getJson } from "../lib/get.js";
import { make } from "../lib/markup.js";

/** A hand that only passes asks for nothing. */
const REST_MS = 120;
/** Places across a cell where a frame is shown: a cell is some 200 pixels wide. */
const STOPS = 40;
/** A hand in motion leaves these loading behind it. */
const UNDERWAY = 3;
const LISTS = 12;

/** @typedef {{prefix: string, urls: string[], references: string[]}} Frames */
/** @typedef {import("../thumbnails/thumbnails.js").Wish} Wish */

/** Lists that came, least recently used first. @type {Map<string, Promise<Frames>>} */
const lists = new Map();

export class ScenePreview {
  #cell;
  #list;
  #queue;
  #store;
  #wish;
  #life = new AbortController();
  /** Set while it is open. @type {AbortController | null} */
  #open = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** Where the pointer is, as a share of the cell's width. */
  #share = 0;
  #stop = 0;
  /** @type {Frames | null} */
  #frames = null;
  /** By stop. @type {Map<number, HTMLImageElement>} */
  #images = new Map();
  /** Oldest first. @type {Map<number, AbortController>} */
  #underway = new Map();
  #picture = make("span", { class: "media-cell__glance" });
  #done = make("span", { class: "media-cell__done" });
  #number = make("span", { class: "media-cell__frame" });
  #layer = make("span", { class: "media-cell__preview", "aria-hidden": "true" }, this.#picture, this.#number, this.#done);

  /**
   * @param {HTMLElement} cell
   * @param {string} list where the scene's list of frames is
   * @param {{queue: import("../media/loading.js").LoadQueue<any>, store: import("../thumbnails/thumbnails.js").Thumbnails,
   *   wish: (url: string, reference: string | undefined) => Wish}} shared
   */
  constructor(cell, list, { queue, store, wish }) {
    this.#cell = cell;
    this.#list = list;
    this.#queue = queue;
    this.#store = store;
    this.#wish = wish;
    const on = { signal: this.#life.signal };
    cell.addEventListener("pointerenter", (event) => this.#enter(event), on);
    cell.addEventListener("pointermove", (event) => this.#move(event), on);
    cell.addEventListener("pointerleave", () => this.close(), on);
    cell.addEventListener("blur", () => this.close(), on);
    cell.addEventListener("keydown", (event) => this.#key(event), on);
  }

  /** Shows the scene's first frame again. */
  close() {
    clearTimeout(this.#timer);
    this.#open?.abort();
    this.#open = null;
    this.#layer.remove();
    this.#cell.toggleAttribute("data-preview", false);
    for (const image of this.#images.values()) image.removeAttribute("src");
    this.#images.clear();
    this.#picture.replaceChildren();
  }

  dispose() {
    this.close();
    this.#life.abort();
  }

  /** @param {PointerEvent} event */
  #enter(event) {
    if (event.pointerType === "touch") return;
    this.#share = shareOf(event, this.#cell);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#begin(() => this.#stopAt(this.#share)), REST_MS);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (event.pointerType === "touch") return;
    this.#share = shareOf(event, this.#cell);
    if (this.#open && this.#frames) this.#show(this.#stopAt(this.#share));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const step = { ",": -1, ".": 1 }[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (this.#open && this.#frames) this.#show(this.#stop + step);
    else if (!this.#open) void this.#begin(() => (step > 0 ? 1 : this.#stops - 1));
  }

  /** @param {() => number} first which stop is shown first, once the frames are known */
  async #begin(first) {
    if (this.#open) return;
    const open = (this.#open = new AbortController());
    try {
      this.#frames ??= await framesOf(this.#list);
    } catch {
      // The page of the scene says why.
      this.#open = null;
    }
    if (this.#open !== open || !this.#frames || this.#frames.urls.length < 2) return;
    this.#cell.querySelector(".media-cell__stage")?.append(this.#layer);
    this.#cell.toggleAttribute("data-preview", true);
    this.#show(first());
  }

  get #stops() {
    return Math.min(STOPS, this.#frames?.urls.length ?? 0);
  }

  /** @param {number} share */
  #stopAt(share) {
    return Math.round(share * (this.#stops - 1));
  }

  /** @param {number} wanted */
  #show(wanted) {
    const frames = /** @type {Frames} */ (this.#frames);
    const stop = Math.max(0, Math.min(this.#stops - 1, wanted));
    const last = frames.urls.length - 1;
    const frame = Math.round((stop * last) / (this.#stops - 1));
    this.#stop = stop;
    this.#number.textContent = `frame ${grouped(frame)} / ${grouped(last)}`;
    this.#done.style.inlineSize = `${(100 * frame) / last}%`;
    this.#cell.dataset.frame = String(frame);
    this.#paint();
    if (!this.#images.has(stop) && !this.#underway.has(stop)) void this.#load(stop, this.#wish(frames.prefix + frames.urls[frame], frames.references[frame]));
  }

  /** The frame asked for; while it comes, the nearest that is there. */
  #paint() {
    const near = [...this.#images.keys()].sort((one, other) => Math.abs(one - this.#stop) - Math.abs(other - this.#stop));
    const image = this.#images.get(near[0] ?? -1);
    if (image && image.parentElement !== this.#picture) this.#picture.replaceChildren(image);
    this.#layer.toggleAttribute("data-waiting", near[0] !== this.#stop);
  }

  /**
   * @param {number} stop
   * @param {Wish} wish
   */
  async #load(stop, wish) {
    const open = this.#open;
    if (!open) return;
    const load = new AbortController();
    this.#underway.set(stop, load);
    const [oldest] = this.#underway.keys();
    if (this.#underway.size > UNDERWAY && oldest !== undefined) this.#underway.get(oldest)?.abort();
    const signal = AbortSignal.any([load.signal, open.signal]);
    try {
      const kept = await this.#store.kept(wish, signal);
      // The queue serves the newest wish first: this one is before all cells.
      const { image } = kept ?? (await this.#queue.request((end) => outages.load(wish.url, (stop) => this.#store.load(wish, stop), { signal: end }), signal));
      if (signal.aborted) return;
      Object.assign(image, { className: "media-cell__image", alt: "" });
      this.#images.set(stop, image);
      this.#paint();
    } catch {
      // The nearest frame stays; the scene's own page says why one does not load.
    } finally {
      if (this.#underway.get(stop) === load) this.#underway.delete(stop);
    }
  }
}

/**
 * @param {PointerEvent} event
 * @param {HTMLElement} cell
 */
function shareOf({ clientX }, cell) {
  const { left, width } = cell.getBoundingClientRect();
  return Math.max(0, Math.min(1, (clientX - left) / width));
}

/**
 * A scene's frames: asked for once, also by those who come back.
 * @param {string} url
 * @returns {Promise<Frames>}
 */
function framesOf(url) {
  const known = lists.get(url);
  if (known) return known;
  const asked = /** @type {Promise<Frames>} */ (getJson(url));
  asked.catch(() => lists.delete(url));
  lists.set(url, asked);
  const [oldest] = lists.keys();
  if (lists.size > LISTS && oldest !== undefined) lists.delete(oldest);
  return asked;
}
