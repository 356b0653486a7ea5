/**
 * `<media-stage>`: one picture, large: fitted to the stage, pixel for pixel or zoomed, with its measured size;
 * or the reason why it is not there. Dispatches `picture-ready` with detail `{width, height}` in pixels.
 */

import { credentialChanges } from "../credentials/page-profiles.js";
import { pixelSize } from "../lib/digits.js";
import { bindKeys } from "../lib/keys.js";
import { make, part } from "../lib/markup.js";
import { Measurements } from "../lib/measurements.js";
import { originOf } from "../credentials/access.js";
import { loadPicture } from "../credentials/load-picture.js";
import { HostDown, outages } from "../hosts/outages.js";
import { withDeadline } from "../media/loading.js";
import { explain, forget } from "./doctor.js";
import { reasonPanel } from "./reason-panel.js";
import { StageView } from "./stage-view.js";
import { ViewerOutages, isAsked } from "./viewer-outages.js";

/** @typedef {import("./cell-picture.js").PictureItem} PictureItem */

/** What browsers give an image that says nothing of its size. */
const UNSIZED_PX = { width: 300, height: 150 };

export class MediaStage extends HTMLElement {
  /** @type {PictureItem | null} */
  #item = null;
  /** @type {string | null} */
  #measureUrl = null;
  #life = new AbortController();
  #load = new AbortController();
  #view = make("div");
  #bar = make("div");
  #sizeText = make("span");
  /** @type {StageView | null} */
  #stage = null;
  /** @type {ViewerOutages | null} */
  #outages = null;

  connectedCallback() {
    this.#life = new AbortController();
    const { signal } = this.#life;
    this.#build();
    this.#outages = new ViewerOutages(this, { stage: this, back: () => this.#retry(), signal });
    bindKeys(document, this.#keys, signal);
    addEventListener("online", () => this.dataset.state === "error" && this.#retry(), { signal });
    credentialChanges.addEventListener("change", () => this.dataset.state === "error" && this.#retry(), { signal });
    if (this.#item) void this.#start();
  }

  disconnectedCallback() {
    this.#life.abort();
    this.#load.abort();
    this.#clear();
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

  /** Where the picture is; null while it is not there. */
  get view() {
    return this.#stage;
  }

  /** Makes the parts that the server did not render, in the order in which they stand. */
  #build() {
    this.#view = part(this, "div", "media-stage__view");
    this.#bar = part(this, "div", "media-stage__bar");
    this.#sizeText = part(this.#bar, "span", "media-stage__size");
  }

  async #start() {
    const item = /** @type {PictureItem} */ (this.#item);
    this.#load.abort();
    const load = (this.#load = new AbortController());
    this.dataset.state = "loading";
    const image = make("img", { class: "media-stage__image", alt: item.reference_id });
    try {
      const why = (/** @type {unknown} */ reason) => explain(item.url, "image", reason);
      const ask = (/** @type {AbortSignal} */ signal) => loadPicture(image, item.url, signal, { referenceId: item.reference_id });
      await withDeadline((signal) => outages.load(item.url, ask, { signal, why }), { signal: load.signal });
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
    image.draggable = false;
    this.#clear();
    this.#stage = new StageView(image);
    this.#view.append(this.#stage.element);
    this.#bar.append(this.#stage.controls);
    // A vector image without a size of its own is as large as a browser draws it.
    this.#stage.resize(size.width || UNSIZED_PX.width, size.height || UNSIZED_PX.height);
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
    const known = reason instanceof HostDown ? outages.of(reason.origin)?.diagnosis : undefined;
    const diagnosis = known ?? (await explain(item.url, "image", reason));
    if (signal.aborted) return;
    outages.reportFailure(diagnosis);
    this.#clear();
    if (this.#outages?.hold([originOf(item.url)]) && isAsked(diagnosis)) return;
    this.#view.append(reasonPanel(diagnosis, { url: item.url, retry: () => this.#retry() }));
    this.#sizeText.textContent = "";
    this.dataset.state = "error";
  }

  #retry() {
    if (!this.#item) return;
    forget(this.#item.url);
    this.#clear();
    void this.#start();
  }

  /** Takes away what is on the stage. */
  #clear() {
    this.#stage?.controls.remove();
    this.#stage?.dispose();
    this.#stage = null;
    this.#view.replaceChildren();
  }

  #keys = {
    0: () => this.#stage?.fit(),
    1: () => this.#stage?.actual(),
    "+": () => this.#stage?.zoomIn(),
    "=": () => this.#stage?.zoomIn(),
    "-": () => this.#stage?.zoomOut(),
  };
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
