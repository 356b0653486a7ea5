/**
 * The picture on the stage: fitted, pixel for pixel, or zoomed and moved by wheel, fingers, pointer and keys.
 * `.stage-view` has `data-scale`, CSS pixels a picture pixel, and `data-mode`: fit, actual or free.
 */

import { make } from "../lib/markup.js";
import { Camera } from "../viewer/camera.js";
import { Hand } from "./stage-hand.js";
import { ZoomControls } from "./zoom-controls.js";

const KEY_STEP = 1.25;
/** From this many device pixels a picture pixel on, pixels are squares and not smoothed. */
const PIXELATED_FROM = 2;

/** @typedef {import("../viewer/camera.js").Point} Point */
/** Where the picture lies on the stage: its corner in CSS pixels, and CSS pixels a picture pixel. @typedef {Point & {scale: number}} View */

export class StageView {
  element = make("div", { class: "stage-view" });
  /** Has the picture's box, in the picture's pixels: what is put in it scales with the picture. */
  layer = make("div", { class: "stage-view__layer" });
  #camera = new Camera();
  #controls = new ZoomControls(this);
  #scaled;
  /** @type {View} */
  #view = { x: 0, y: 0, scale: 1 };
  #size = { width: 0, height: 0 };
  #extent = { width: 0, height: 0 };
  /** @type {Set<(view: View) => void>} */
  #watchers = new Set();
  /** @type {Set<(point: Point) => void>} */
  #pressWatchers = new Set();
  #life = new AbortController();
  #resizes = new ResizeObserver(() => this.#measure());

  /**
   * @param {HTMLElement} picture a canvas or an image; it fills the layer
   * @param {{scaled?: (scale: number) => void}} [wishes] scaled hears CSS pixels a picture pixel when they change
   */
  constructor(picture, { scaled = () => {} } = {}) {
    this.#scaled = scaled;
    picture.classList.add("stage-view__picture");
    this.layer.append(picture);
    this.element.append(this.layer);
    new Hand(this.element, this.#camera, { moved: () => this.#show(), pressed: (point) => this.#pressWatchers.forEach((hear) => hear(point)) }, this.#life.signal);
    if (picture instanceof HTMLCanvasElement) this.resize(picture.width, picture.height);
    this.#resizes.observe(this.element);
    this.#followDensity();
  }

  dispose() {
    this.#life.abort();
    this.#resizes.disconnect();
  }

  /** Buttons for the zoom, to be put where the page has room for them. */
  get controls() {
    return this.#controls.element;
  }

  /** CSS pixels a picture pixel. */
  get scale() {
    return this.#camera.scale;
  }

  /** The size of the picture that is painted, in its pixels. */
  get size() {
    return this.#size;
  }

  /** The size of the stage itself, in CSS pixels. */
  get extent() {
    return this.#extent;
  }

  /** Where the picture lies now. */
  get view() {
    return this.#view;
  }

  /**
   * Calls back whenever the picture lies elsewhere, or the stage has another size.
   * @param {(view: View) => void} moved
   * @param {AbortSignal} signal
   */
  watch(moved, signal) {
    this.#watchers.add(moved);
    signal.addEventListener("abort", () => this.#watchers.delete(moved));
  }

  /**
   * Calls back when the stage is pressed and the picture not dragged.
   * @param {(point: Point) => void} pressed hears where, in CSS pixels on the stage
   * @param {AbortSignal} signal
   */
  watchPresses(pressed, signal) {
    this.#pressWatchers.add(pressed);
    signal.addEventListener("abort", () => this.#pressWatchers.delete(pressed));
  }

  /**
   * Takes note of the size of the picture that is painted, in its pixels.
   * @param {number} width
   * @param {number} height
   */
  resize(width, height) {
    this.#size = { width, height };
    this.layer.style.width = `${width}px`;
    this.layer.style.height = `${height}px`;
    this.#camera.resizePicture({ width, height });
    this.#show();
  }

  zoomIn() {
    this.#camera.zoomBy(KEY_STEP);
    this.#show();
  }

  zoomOut() {
    this.#camera.zoomBy(1 / KEY_STEP);
    this.#show();
  }

  fit() {
    this.#camera.fit();
    this.#show();
  }

  actual() {
    this.#camera.actual();
    this.#show();
  }

  #measure() {
    const { clientWidth: width, clientHeight: height } = this.element;
    this.#extent = { width, height };
    this.#camera.resizeStage(this.#extent, devicePixelRatio);
    this.#show();
  }

  /** A window that moves to another screen has other pixels, and maybe the same size. */
  #followDensity() {
    const changed = () => {
      this.#measure();
      this.#followDensity();
    };
    matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener("change", changed, { once: true, signal: this.#life.signal });
  }

  #show() {
    const { scale, deviceScale, mode, isCropped } = this.#camera;
    const { x, y } = this.#onDevicePixels();
    this.layer.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
    this.element.toggleAttribute("data-pixelated", deviceScale > PIXELATED_FROM - 0.001);
    this.element.toggleAttribute("data-cropped", isCropped);
    this.element.dataset.mode = mode;
    this.#controls.show(deviceScale, mode);
    this.#view = { x, y, scale };
    this.#watchers.forEach((hear) => hear(this.#view));
    const text = String(Number(scale.toFixed(4)));
    if (this.element.dataset.scale === text) return;
    this.element.dataset.scale = text;
    this.#scaled(scale);
  }

  /** The picture's corner; where its pixels are whole device pixels they must lie on them, or they blur. */
  #onDevicePixels() {
    const { origin, deviceScale } = this.#camera;
    if (Math.abs(deviceScale - Math.round(deviceScale)) > 0.001) return origin;
    const { left, top } = this.element.getBoundingClientRect();
    const snapped = (/** @type {number} */ at, /** @type {number} */ start) =>
      Math.round((start + at) * devicePixelRatio) / devicePixelRatio - start;
    return { x: snapped(origin.x, left), y: snapped(origin.y, top) };
  }
}
