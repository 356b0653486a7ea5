/**
 * `<media-stage>`: one picture, large: fitted to the stage or pixel for pixel, with its measured size;
 * or the reason why it is not there. Dispatches `picture-ready` with detail `{width, height}` in pixels.
 */

import { pixelSize } from "../lib/digits.js";
import { bindKeys } from "../lib/keys.js";
import { make, part } from "../lib/markup.js";
import { Measurements } from "../lib/measurements.js";
import { loadImage } from "../media/image-load.js";
import { withDeadline } from "../media/loading.js";
import { explain, forget } from "./doctor.js";
import { reasonPanel } from "./reason-panel.js";

/** @typedef {import("./cell-picture.js").PictureItem} PictureItem */

export class MediaStage extends HTMLElement {
  /** @type {PictureItem | null} */
  #item = null;
  /** @type {string | null} */
  #measureUrl = null;
  #life = new AbortController();
  #load = new AbortController();
  #view = make("div");
  #sizeText = make("span");
  #zoomButton = make("button");

  connectedCallback() {
    this.#life = new AbortController();
    const { signal } = this.#life;
    this.#build();
    this.#view.addEventListener("dblclick", this.#toggleZoom, { signal });
    this.#zoomButton.addEventListener("click", this.#toggleZoom, { signal });
    bindKeys(document, { z: this.#toggleZoom }, signal);
    addEventListener("online", () => this.dataset.state === "error" && this.#retry(), { signal });
    this.#setZoom("fit");
    if (this.#item) void this.#start();
  }

  disconnectedCallback() {
    this.#life.abort();
    this.#load.abort();
  }

  /**
   * Starts showing the picture.
   * @param {PictureItem} item
   * @param {{measureUrl?: string | undefined}} where a size that the browser finds is sent
   */
  show(item, { measureUrl } = {}) {
    this.#item = item;
    this.#measureUrl = measureUrl ?? null;
    if (this.isConnected) void this.#start();
  }

  /** Makes the parts that the server did not render, in the order in which they stand. */
  #build() {
    this.#view = part(this, "div", "media-stage__view");
    const bar = part(this, "div", "media-stage__bar");
    this.#sizeText = part(bar, "span", "media-stage__size");
    this.#zoomButton = part(bar, "button", "media-stage__zoom", { type: "button", title: "Z" });
  }

  async #start() {
    const item = /** @type {PictureItem} */ (this.#item);
    this.#load.abort();
    const load = (this.#load = new AbortController());
    this.dataset.state = "loading";
    const image = make("img", { class: "media-stage__image", alt: item.reference_id });
    try {
      await withDeadline((signal) => loadImage(image, item.url, signal), { signal: load.signal });
      this.#ready(image, item);
    } catch (reason) {
      if (!load.signal.aborted) await this.#failed(item, reason, load.signal);
    }
  }

  /**
   * @param {HTMLImageElement} image
   * @param {PictureItem} item
   */
  #ready(image, item) {
    const size = { width: image.naturalWidth, height: image.naturalHeight };
    image.width = size.width;
    image.height = size.height;
    this.#view.replaceChildren(image);
    this.#zoomButton.hidden = false;
    this.#sizeText.textContent = sizeSentence(size, item);
    this.dataset.state = "ready";
    this.dispatchEvent(new CustomEvent("picture-ready", { detail: size }));
    if (item.width && item.height) return;
    if (this.#measureUrl) new Measurements(this.#measureUrl, this.#life.signal).add({ id: item.id, ...size });
  }

  /**
   * @param {PictureItem} item
   * @param {unknown} reason
   * @param {AbortSignal} signal
   */
  async #failed(item, reason, signal) {
    const diagnosis = await explain(item.url, "image", reason);
    if (signal.aborted) return;
    this.#view.replaceChildren(reasonPanel(diagnosis, { url: item.url, retry: () => this.#retry() }));
    this.#sizeText.textContent = "";
    this.#zoomButton.hidden = true;
    this.dataset.state = "error";
  }

  #retry() {
    if (!this.#item) return;
    forget(this.#item.url);
    this.#view.replaceChildren();
    void this.#start();
  }

  #toggleZoom = () => {
    this.#setZoom(this.dataset.zoom === "fit" ? "actual" : "fit");
  };

  /** @param {"fit" | "actual"} zoom */
  #setZoom(zoom) {
    this.dataset.zoom = zoom;
    this.#zoomButton.textContent = zoom === "fit" ? "1:1" : "Fit";
    this.#zoomButton.setAttribute("aria-label", zoom === "fit" ? "1:1, show pixel for pixel" : "Fit into the stage");
    // What can be scrolled must be reachable from the keyboard.
    const isScrolling = zoom === "actual";
    this.#view.toggleAttribute("data-takes-arrows", isScrolling);
    if (isScrolling) this.#view.tabIndex = 0;
    else this.#view.removeAttribute("tabindex");
  }
}

/**
 * @param {{width: number, height: number}} size as measured here
 * @param {PictureItem} item
 */
function sizeSentence(size, { width, height }) {
  const isAsRecorded = !width || !height || (width === size.width && height === size.height);
  return isAsRecorded ? pixelSize(size) : `${pixelSize(size)}, recorded as ${pixelSize({ width, height })}`;
}

customElements.define("media-stage", MediaStage);
