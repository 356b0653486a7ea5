/**
 * The labels over a picture: one canvas over the stage, in the stage's own pixels, so that lines are as thin and sharp
 * at any zoom. What is drawn is said about the picture painted, or nothing is.
 * `data-frame` is the index of the picture whose labels are drawn, "" while none are; `data-count` how many.
 */

import { make } from "../lib/markup.js";
import { drawLabels } from "../labels/label-drawing.js";
import { Picker } from "../labels/label-picking.js";
import { drawTags } from "./label-tag-drawing.js";
import { labelPalette } from "./label-palette.js";

/** @typedef {import("./label-desk.js").LabelDesk} LabelDesk */
/** @typedef {import("./stage-view.js").StageView} StageView */
/** @typedef {import("./stage-view.js").View} View */
/** @typedef {import("../viewer/camera.js").Point} Point */

/** How far beside a line a press still means it, in CSS pixels. */
const REACH_PX = 5;
/** A drawing that takes longer is not made anew for each movement: it is moved, and made when the hand rests. */
const SLOW_MS = 24;
const REST_MS = 90;
/** Pictures that follow each other faster than this are flown over: nobody reads names on them. */
const FLYING_MS = 25;
/** Waits shorter than this are not worth a word. */
const WORD_DELAY_MS = 300;

export class LabelLayer {
  #canvas = make("canvas", { class: "label-layer", "aria-hidden": "true", "data-frame": "", "data-count": 0 });
  /** What is selected and pointed at, over the others: a hand that moves among many does not have all drawn anew. */
  #top = make("canvas", { class: "label-layer-top", "aria-hidden": "true", hidden: true });
  #word = make("span", { class: "label-layer__word", role: "status", hidden: true });
  #context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d"));
  #topContext = /** @type {CanvasRenderingContext2D} */ (this.#top.getContext("2d"));
  #stage;
  #desk;
  #masks;
  /** @type {Picker | null} */
  #picker = null;
  /** What the picker was made of. @type {unknown} */
  #pickable = null;
  /** Where the stage was pressed last. @type {Point | null} */
  #pressed = null;
  /** The view drawn. @type {View | null} */
  #drawnView = null;
  #took_ms = 0;
  /** When another picture was painted last. */
  #turned_ms = 0;
  #isFlying = false;
  /** More has changed than what is selected or pointed at. */
  #isStale = true;
  #ticket = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #restTimer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #wordTimer;

  /**
   * @param {StageView} stage
   * @param {LabelDesk} desk
   * @param {{masks: import("./mask-layer.js").MaskLayer, signal: AbortSignal}} needs
   */
  constructor(stage, desk, { masks, signal }) {
    this.#stage = stage;
    this.#desk = desk;
    this.#masks = masks;
    stage.element.append(this.#canvas, this.#top, this.#word);
    stage.watch(() => this.#moved(), signal);
    stage.watchPresses((point) => desk.select(this.#meantBy(point)), signal);
    stage.element.addEventListener("pointermove", (event) => this.#point(event), { signal });
    stage.element.addEventListener("pointerleave", () => desk.point(-1), { signal });
    desk.watch((change) => (change === "picture" ? this.#turn() : this.#drawSoon(change)), signal);
    masks.watch(() => this.#drawSoon(), signal);
    signal.addEventListener("abort", () => this.#end());
    this.draw();
  }

  /** Another picture is painted. */
  #turn() {
    const now_ms = performance.now();
    this.#isFlying = now_ms - this.#turned_ms < FLYING_MS;
    this.#turned_ms = now_ms;
    this.draw();
    if (this.#isFlying) this.#restSoon();
  }

  /** Draws at once: in the task that painted the picture. */
  draw() {
    cancelAnimationFrame(this.#ticket);
    this.#ticket = 0;
    // Names that were left out are still owed.
    if (!this.#isFlying) clearTimeout(this.#restTimer);
    const began_ms = performance.now();
    this.#isStale = false;
    this.#fit(this.#canvas);
    const { picture, isShown } = this.#desk;
    const count = picture?.set && isShown ? this.#drawSet(picture.set) : this.#drawNone();
    this.#drawTop();
    this.#drawnView = this.#stage.view;
    this.#canvas.style.transform = this.#top.style.transform = "";
    this.#took_ms = performance.now() - began_ms;
    this.#tell(picture, count);
  }

  /** @param {import("./label-desk.js").LabelSet} set */
  #drawSet(set) {
    const { visible, shown, matching, mode, opacity, hasTags } = this.#desk;
    const count = drawLabels(this.#context, set, { visible, view: this.#fullView, colors: labelPalette(), match: matching, mode });
    this.#masks.draw(this.#context, set, { shown, view: this.#fullView, size: this.#size, opacity });
    if (hasTags && !this.#isFlying) drawTags(this.#context, this.#desk, { visible, view: this.#fullView, first: [] });
    return count;
  }

  #drawNone() {
    this.#context.setTransform(1, 0, 0, 1, 0, 0);
    this.#context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    return 0;
  }

  /** Draws what is selected and what is pointed at. */
  #drawTop() {
    const { set, visible, selected, hovered, matching, mode, isShown } = this.#desk;
    const meant = [selected, hovered].filter((index) => visible[index] === 1);
    this.#top.hidden = !set || !isShown || meant.length === 0;
    if (!set || this.#top.hidden) return;
    this.#fit(this.#top);
    const only = new Uint8Array(set.length);
    for (const index of meant) only[index] = 1;
    drawLabels(this.#topContext, set, { visible: only, view: this.#fullView, colors: labelPalette(), selected, hovered, match: matching, mode });
    drawTags(this.#topContext, this.#desk, { visible: only, view: this.#fullView, first: meant });
  }

  get #size() {
    return this.#desk.picture?.size ?? { width: 0, height: 0 };
  }

  get #fullView() {
    return { ...this.view, ...this.#stage.extent, density: devicePixelRatio };
  }

  /** Where the item's own pixels lie on the stage: its picture may be held smaller. @returns {View} */
  get view() {
    const { x, y, scale } = this.#stage.view;
    const width = this.#desk.picture?.size.width ?? 0;
    return { x, y, scale: width > 0 ? (scale * this.#stage.size.width) / width : scale };
  }

  /** @param {import("./label-desk.js").Change} [change] */
  #drawSoon(change) {
    if (change !== "place") this.#isStale = true;
    this.#ticket ||= requestAnimationFrame(() => {
      this.#ticket = 0;
      if (this.#isStale) this.draw();
      else this.#drawTop();
    });
  }

  /** The picture lies elsewhere. Many labels go along as they are drawn, until the hand rests. */
  #moved() {
    if (this.#took_ms < SLOW_MS || !this.#drawnView) return this.#drawSoon();
    const { x, y, scale } = this.#stage.view;
    const by = scale / this.#drawnView.scale;
    this.#canvas.style.transform = this.#top.style.transform = `translate(${x - this.#drawnView.x * by}px, ${y - this.#drawnView.y * by}px) scale(${by})`;
    this.#restSoon();
  }

  /** Draws all of it once the hand rests. */
  #restSoon() {
    clearTimeout(this.#restTimer);
    this.#restTimer = setTimeout(() => {
      this.#isFlying = false;
      this.#drawSoon();
    }, REST_MS);
  }

  /**
   * Gives a canvas the stage's size in device pixels.
   * @param {HTMLCanvasElement} canvas
   */
  #fit(canvas) {
    const { extent } = this.#stage;
    const density = devicePixelRatio;
    const [width, height] = [Math.round(extent.width * density), Math.round(extent.height * density)];
    if (canvas.width === width && canvas.height === height) return;
    Object.assign(canvas, { width, height });
    canvas.style.width = `${width / density}px`;
    canvas.style.height = `${height / density}px`;
  }

  /**
   * @param {import("./label-desk.js").LabelledPicture | null} picture
   * @param {number} count
   */
  #tell(picture, count) {
    this.#canvas.dataset.frame = picture?.set ? String(picture.index) : "";
    this.#canvas.dataset.count = String(count);
    const isWaiting = picture !== null && picture.set === null;
    if (!isWaiting) {
      clearTimeout(this.#wordTimer);
      this.#wordTimer = undefined;
      this.#word.hidden = true;
    } else {
      this.#wordTimer ??= setTimeout(() => this.#sayWaiting(), WORD_DELAY_MS);
    }
  }

  #sayWaiting() {
    this.#word.textContent = "Labels on their way";
    this.#word.hidden = false;
  }

  /** @param {PointerEvent} event */
  #point(event) {
    if (event.buttons !== 0 || event.pointerType === "touch") return;
    const { left, top } = this.#stage.element.getBoundingClientRect();
    const index = this.#shapesAt({ x: event.clientX - left, y: event.clientY - top })[0] ?? -1;
    this.#stage.element.toggleAttribute("data-on-label", index >= 0);
    this.#desk.point(index);
  }

  /** What a press selects: the smallest shape there; pressed again, the one it covers. @param {Point} point */
  #meantBy(point) {
    const hits = this.#shapesAt(point);
    const isAgain = this.#pressed !== null && Math.hypot(point.x - this.#pressed.x, point.y - this.#pressed.y) <= REACH_PX;
    this.#pressed = point;
    const at = isAgain ? hits.indexOf(this.#desk.selected) : -1;
    return hits[(at + 1) % Math.max(1, hits.length)] ?? -1;
  }

  /** The shapes under a point of the stage, the smallest first. @param {Point} point @returns {number[]} */
  #shapesAt(point) {
    const { set, visible, isShown } = this.#desk;
    if (!set || !isShown) return [];
    if (this.#pickable !== visible) {
      this.#pickable = visible;
      this.#picker = new Picker(set, visible);
    }
    const { x, y, scale } = this.view;
    return this.#picker?.allAt((point.x - x) / scale, (point.y - y) / scale, REACH_PX / scale) ?? [];
  }

  #end() {
    cancelAnimationFrame(this.#ticket);
    clearTimeout(this.#restTimer);
    clearTimeout(this.#wordTimer);
    this.#canvas.remove();
    this.#top.remove();
    this.#word.remove();
  }
}
