/** What floats over the timeline under the pointer: the frame's number, its time, and its picture where that is held. */

import { make } from "../lib/markup.js";
import { timeOf } from "./timeline-words.js";

/** The same with and without a picture, so that nothing jumps on the way along the bar. */
const WIDTH_PX = 168;
const HIGHEST_PX = 126;

/** @typedef {{index: number, x_px: number, hasPicture: boolean}} Pointed */

export class TimelinePreview {
  #canvas = make("canvas", { class: "timeline-bar__thumbnail", hidden: true });
  #number = make("b", { class: "timeline-bar__number" });
  #time = make("span", { class: "timeline-bar__time" });
  element = make("div", { class: "timeline-bar__preview", "aria-hidden": "true", hidden: true }, this.#canvas);
  /** @type {Pointed | null} */
  #shown = null;
  #picture;

  /** @param {(index: number) => CanvasImageSource | null} picture */
  constructor(picture) {
    this.#picture = picture;
    this.element.style.inlineSize = `${WIDTH_PX}px`;
    this.element.append(make("div", { class: "timeline-bar__caption" }, this.#number, this.#time));
  }

  get shown() {
    return this.#shown;
  }

  /**
   * @param {Pointed} pointed `x_px` is the middle of the frame
   * @param {{width_px: number, timeline: import("./timeline-words.js").Times}} bar
   */
  show(pointed, { width_px, timeline }) {
    const left_px = Math.max(0, Math.min(width_px - WIDTH_PX, pointed.x_px - WIDTH_PX / 2));
    this.#shown = pointed;
    this.element.hidden = false;
    this.element.style.transform = `translateX(${Math.round(left_px)}px)`;
    this.#number.textContent = String(pointed.index);
    this.#time.textContent = timeOf(timeline, pointed.index);
    this.refresh();
  }

  hide() {
    this.#shown = null;
    this.element.hidden = true;
  }

  /** Paints the picture again: it may be held by now, or no more. */
  refresh() {
    if (!this.#shown) return;
    const picture = this.#shown.hasPicture ? this.#picture(this.#shown.index) : null;
    const size = picture && sizeOf(picture);
    this.#canvas.hidden = !size;
    if (picture && size) this.#paint(picture, size);
  }

  /**
   * @param {CanvasImageSource} picture
   * @param {{width: number, height: number}} size
   */
  #paint(picture, size) {
    const ratio = Math.max(1, devicePixelRatio);
    const inner_px = WIDTH_PX - 2;
    const height_px = Math.round(Math.min(HIGHEST_PX, (inner_px * size.height) / size.width));
    const [width, height] = [Math.round(inner_px * ratio), Math.round(height_px * ratio)];
    if (this.#canvas.width !== width || this.#canvas.height !== height) Object.assign(this.#canvas, { width, height });
    this.#canvas.style.blockSize = `${height_px}px`;
    const context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d"));
    const scale = Math.min(width / size.width, height / size.height);
    const [across, down] = [size.width * scale, size.height * scale];
    context.clearRect(0, 0, width, height);
    context.imageSmoothingQuality = "medium";
    context.drawImage(picture, (width - across) / 2, (height - down) / 2, across, down);
  }
}

/**
 * A picture's size in its own pixels; null when it has none yet, or was closed.
 * @param {CanvasImageSource} picture
 */
function sizeOf(picture) {
  const { videoWidth, videoHeight, displayWidth, displayHeight, naturalWidth, naturalHeight, width, height } =
    /** @type {Record<string, number | undefined>} */ (/** @type {unknown} */ (picture));
  const across = Number(videoWidth ?? displayWidth ?? naturalWidth ?? width);
  const down = Number(videoHeight ?? displayHeight ?? naturalHeight ?? height);
  return across > 0 && down > 0 ? { width: across, height: down } : null;
}
