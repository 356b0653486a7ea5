/**
 * The timeline under a scene: every frame a cell of one width, what is held of them, the section, marks, and the
 * playhead. It says what is wanted and shows what is told; it holds no picture and fetches none.
 * Rows that are to line up below it take `xOf`, `frameAt`, `visible` and `watchView` from here.
 */

import { make } from "../lib/markup.js";
import { TimelineView } from "../viewer/timeline-view.js";
import { drawTimeline } from "./timeline-drawing.js";
import { TimelineOverview } from "./timeline-overview.js";
import { TimelinePalette } from "./timeline-palette.js";
import { TimelinePreview } from "./timeline-preview.js";
import { INSET_PX, ROWS, WIDE_ROWS } from "./timeline-rows.js";
import { TimelineScrub } from "./timeline-scrub.js";
import { TimelineSection } from "./timeline-section.js";
import { TimelineGlide } from "./timeline-glide.js";
import { keyedFrame, placeText } from "./timeline-words.js";

/** @typedef {import("../viewer/timeline.js").Timeline} Timeline */
/** @typedef {import("./timeline-drawing.js").Section} Section */
/** @typedef {{first: number, span: number}} Range position of the left end and length, in frames */

/**
 * @typedef {object} TimelineWishes
 * @property {(index: number) => void} goTo at most once per frame of the display
 * @property {() => void} [dragStart]
 * @property {() => void} [dragEnd]
 * @property {(section: Section | null) => void} setSection
 * @property {(index: number) => CanvasImageSource | null} preview a held picture, or null
 */

/** One press of a zoom button. */
const ZOOM_STEP = 2;

export class TimelineBar {
  element = make("div", { class: "timeline-bar" });
  #canvas = make("canvas", { class: "timeline-bar__canvas", "aria-hidden": "true" });
  #slider = make("div", SLIDER, this.#canvas);
  #view = new TimelineView({ inset_px: INSET_PX });
  #wishes;
  #palette = new TimelinePalette(() => this.#redraw());
  #preview;
  #overview;
  #handles;
  #scrub;
  #glide = new TimelineGlide((range) => this.#show(range));
  /** @type {Set<() => void>} */
  #viewWatchers = new Set();
  #life = new AbortController();
  #request = 0;
  #isPlaying = false;
  /** @type {import("./timeline-drawing.js").Drawn} */
  #drawn;

  /** @param {TimelineWishes} wishes */
  constructor(wishes) {
    this.#wishes = wishes;
    this.#drawn = {
      view: this.#view, rows: ROWS, timeline: null, painted: null, wanted: null, hovered: null,
      held: [], section: null, isLooping: false, marks: [],
    };
    this.#preview = new TimelinePreview(wishes.preview);
    this.#overview = new TimelineOverview(this.#view, (range) => this.#showAtOnce(range));
    this.#scrub = new TimelineScrub(this.#slider, this.#view, {
      goTo: (index) => {
        this.#want(index);
        this.#drawNow();
      },
      dragStart: () => wishes.dragStart?.(),
      dragEnd: () => wishes.dragEnd?.(),
      hover: (index) => this.#point(index, { isDragging: this.#scrub.isDragging }),
      show: (range) => this.#showAtOnce(range),
      markAt: (x_px, y_px) => this.#markAt(x_px, y_px),
    });
    this.#handles = new TimelineSection(this.#view, {
      setSection: (section) => wishes.setSection(section),
      point: (index) => this.#point(index, { isDragging: false }),
      reveal: (index) => this.#reveal(index),
      xOf: (event) => this.#scrub.xOf(event),
    });
    this.element.append(this.#slider, ...this.#handles.elements, this.#overview.element, this.#preview.element, this.#palette.element);
    this.#listen();
    this.#tellPlace();
  }

  /** Another scene's times, with its frames; null when there is nothing to show. */
  set timeline(/** @type {Timeline | null} */ timeline) {
    const count = timeline?.count ?? 0;
    this.#drawn.timeline = timeline;
    if (count !== this.#view.count) this.#setCount(count);
    else this.#changed();
  }

  /** How many frames there are, where their times are not known. */
  set count(/** @type {number} */ count) {
    this.#drawn.timeline = null;
    this.#setCount(count);
  }

  /**
   * Shows which frame is wanted and which is on screen; null for none.
   * @param {{wanted: number | null, painted: number | null}} place
   */
  place({ wanted, painted }) {
    this.#takeWanted(wanted);
    if (painted === this.#drawn.painted) return;
    this.#drawn.painted = painted;
    this.#redraw();
  }

  /** Sorted ranges of frames whose pictures are held, both ends included. */
  set held(/** @type {readonly (readonly [number, number])[]} */ held) {
    this.#drawn.held = held;
    this.#preview.refresh();
    this.#redraw();
  }

  set section(/** @type {Section | null} */ section) {
    const now = this.#drawn.section;
    if (section?.first === now?.first && section?.last === now?.last) return;
    this.#drawn.section = section;
    this.#placeHandles();
    this.#redraw();
  }

  set isLooping(/** @type {boolean} */ isLooping) {
    if (isLooping === this.#drawn.isLooping) return;
    this.#drawn.isLooping = isLooping;
    this.#redraw();
  }

  /** While playing the view follows the playhead out of its end, unless it was moved away from it. */
  set isPlaying(/** @type {boolean} */ isPlaying) {
    const { wanted } = this.#drawn;
    if (isPlaying && !this.#isPlaying && wanted !== null) this.#reveal(wanted);
    this.#isPlaying = isPlaying;
  }

  set marks(/** @type {readonly number[]} */ marks) {
    const sorted = marks.toSorted((a, b) => a - b);
    if (String(sorted) === String(this.#drawn.marks)) return;
    this.#drawn.marks = sorted;
    this.#redraw();
  }

  /**
   * The left edge of a frame's cell, in CSS pixels from the left edge of `element`; of `index + 1`, its right edge.
   * @param {number} index
   */
  xOf(index) {
    return this.#view.xOf(index);
  }

  /**
   * The frame at a distance from the left edge of `element`; beyond the ends, the frame at that end of the view.
   * @param {number} x_px
   */
  frameAt(x_px) {
    return this.#view.frameAt(x_px);
  }

  /** The frames of which at least a part is in view, both included. */
  get visible() {
    return this.#view.visible;
  }

  /** Where frames begin and end in the element, in CSS pixels. */
  get sides() {
    return { left_px: this.#view.left_px, right_px: this.#view.right_px };
  }

  /**
   * Calls back when other frames are in view, or they lie elsewhere.
   * @param {() => void} changed
   * @param {AbortSignal} signal
   */
  watchView(changed, signal) {
    this.#viewWatchers.add(changed);
    signal.addEventListener("abort", () => this.#viewWatchers.delete(changed));
  }

  get isZoomed() {
    return this.#view.isZoomed;
  }

  zoomIn() {
    this.#zoom(1 / ZOOM_STEP);
  }

  zoomOut() {
    this.#zoom(ZOOM_STEP);
  }

  zoomAll() {
    this.#glide.to(this.#view, { first: 0, span: Math.max(1, this.#view.count) });
  }

  dispose() {
    this.#life.abort();
    this.#palette.dispose();
    this.#scrub.dispose();
    this.#glide.stop();
    cancelAnimationFrame(this.#request);
    this.element.remove();
  }

  #listen() {
    const on = { signal: this.#life.signal };
    this.#slider.addEventListener("keydown", this.#onKey, on);
    this.element.addEventListener("wheel", this.#scrub.onWheel, { ...on, passive: false });
    const size = new ResizeObserver(([entry]) => entry && this.#resize(entry.contentRect.width));
    size.observe(this.element);
    on.signal.addEventListener("abort", () => size.disconnect());
    const coarse = matchMedia("(pointer: coarse)");
    const layOut = () => {
      this.#drawn.rows = coarse.matches ? WIDE_ROWS : ROWS;
      this.element.style.blockSize = `${this.#drawn.rows.height}px`;
      this.#redraw();
    };
    coarse.addEventListener("change", layOut, on);
    addEventListener("resize", () => this.#redraw(), on);
    layOut();
  }

  /** @param {KeyboardEvent} press */
  #onKey = (press) => {
    const { count } = this.#view;
    const index = count > 0 ? keyedFrame(press, { index: this.#drawn.wanted ?? 0, count }) : null;
    if (index === null) return;
    press.preventDefault();
    this.#want(index);
  };

  /**
   * Asks for a frame, and shows at once that it is wanted: the line is under the pointer in the same frame of the
   * display, however long the picture takes.
   * @param {number} index
   */
  #want(index) {
    this.#takeWanted(index);
    this.#wishes.goTo(index);
  }

  /** @param {number | null} wanted */
  #takeWanted(wanted) {
    const was = this.#drawn.wanted;
    if (wanted === was) return;
    this.#drawn.wanted = wanted;
    this.#tellPlace();
    if (wanted !== null && !this.#scrub.isDragging) this.#follow(wanted, was);
    this.#redraw();
  }

  /** @param {number} count */
  #setCount(count) {
    this.#glide.stop();
    this.#view.count = count;
    Object.assign(this.#drawn, { painted: null, wanted: null, hovered: null, held: [] });
    this.#preview.hide();
    this.#tellPlace();
    this.#changed();
  }

  /** @param {number} width_px */
  #resize(width_px) {
    this.#view.width_px = width_px;
    this.#changed();
  }

  /** @param {number} factor */
  #zoom(factor) {
    const { wanted } = this.#drawn;
    const middle = this.#view.first + this.#view.span / 2;
    const about = wanted !== null && this.#view.contains(wanted) ? wanted + 0.5 : middle;
    // A second press while the first is still gliding goes on from where that one leads.
    const pending = (this.#glide.goal?.span ?? this.#view.span) / this.#view.span;
    this.#glide.to(this.#view, this.#view.zoomedAbout(about, pending * factor));
  }

  /** @param {number} index */
  #reveal(index) {
    this.#showAtOnce({ first: this.#view.firstToReveal(index), span: this.#view.span });
  }

  /**
   * Playing, the view goes along only with a playhead that was in it: whoever looks elsewhere is left there.
   * @param {number} wanted
   * @param {number | null} was
   */
  #follow(wanted, was) {
    if (this.#isPlaying && was !== null && !this.#view.contains(was)) return;
    this.#reveal(wanted);
  }

  /** @param {Range} range */
  #showAtOnce(range) {
    this.#glide.stop();
    this.#show(range);
  }

  /** @param {Range} range */
  #show({ first, span }) {
    const { first: firstBefore, span: spanBefore } = this.#view;
    this.#view.show(first, span);
    if (this.#view.first !== firstBefore || this.#view.span !== spanBefore) this.#changed();
  }

  /** Frames lie elsewhere than before. */
  #changed() {
    this.#overview.place();
    this.#placeHandles();
    this.#scrub.viewChanged();
    this.#redraw();
    for (const hear of this.#viewWatchers) hear();
  }

  #placeHandles() {
    this.#handles.place(this.#view.count > 0 ? this.#drawn.section : null, this.#drawn.timeline);
  }

  /**
   * @param {number | null} index
   * @param {{isDragging: boolean}} how a drag shows its picture on the stage already
   */
  #point(index, { isDragging }) {
    this.#drawn.hovered = isDragging ? null : index;
    if (index === null) this.#preview.hide();
    else {
      const { width_px } = this.#view;
      const x_px = this.#view.xOf(index + 0.5);
      this.#preview.show({ index, x_px, hasPicture: !isDragging }, { width_px, timeline: this.#drawn.timeline });
    }
    this.#redraw();
  }

  /**
   * The mark whose flag is at a point.
   * @param {number} x_px
   * @param {number} y_px
   */
  #markAt(x_px, y_px) {
    const { rows, marks } = this.#drawn;
    const reach_px = rows === WIDE_ROWS ? 16 : 4;
    if (y_px < rows.flags.top || y_px >= rows.numerals.top) return null;
    const distance = (/** @type {number} */ mark) => Math.abs(this.#view.xOf(mark + 0.5) + FLAG_PX / 2 - x_px);
    const near = marks.filter((mark) => distance(mark) <= reach_px + FLAG_PX / 2);
    return near.length > 0 ? near.reduce((best, mark) => (distance(mark) < distance(best) ? mark : best)) : null;
  }

  /** Says the place to those who do not see the canvas. */
  #tellPlace() {
    const { timeline, wanted } = this.#drawn;
    const last = Math.max(0, this.#view.count - 1);
    const index = wanted ?? 0;
    this.#slider.setAttribute("aria-disabled", String(this.#view.count === 0));
    this.#slider.setAttribute("aria-valuemax", String(last));
    this.#slider.setAttribute("aria-valuenow", String(index));
    this.#slider.setAttribute("aria-valuetext", this.#view.count > 0 ? placeText(timeline, { index, last }) : "No frames");
  }

  #redraw() {
    this.#request ||= requestAnimationFrame(() => this.#drawNow());
  }

  #drawNow() {
    cancelAnimationFrame(this.#request);
    this.#request = 0;
    const { width_px } = this.#view;
    if (width_px === 0) return;
    const ratio = devicePixelRatio;
    const { height: height_px } = this.#drawn.rows;
    const [width, height] = [Math.round(width_px * ratio), Math.round(height_px * ratio)];
    if (this.#canvas.width !== width || this.#canvas.height !== height) Object.assign(this.#canvas, { width, height });
    const context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d"));
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawTimeline(context, this.#drawn, this.#palette.now);
  }
}

const SLIDER = {
  class: "timeline-bar__slider",
  role: "slider",
  tabindex: 0,
  "aria-label": "Frame",
  "aria-orientation": "horizontal",
  "aria-valuemin": 0,
  "data-takes-arrows": true,
};
const FLAG_PX = 8;
