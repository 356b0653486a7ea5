/**
 * What of a grid is to be seen: the page scrolls, and this keeps the cells to it. The first visible row is what stays
 * where it is when the window is resized, the cells change their size, or more rows turn out to be there.
 */

import { GridLayout, clamp } from "../grid/grid-layout.js";
import { ScrollScale } from "../grid/scroll-scale.js";

/** Cells exist this far outside of the window, in windows: half a screen hides the wait of a normal scroll. */
const NEAR_WINDOWS = 0.5;
/** A hand that passes this many windows a second sees nothing: no rows are asked for. */
const BLUR_WINDOWS_PER_S = 12;
/** One that passes this many has gone before a picture comes. */
const GLANCE_WINDOWS_PER_S = 4;
/** A hand is at rest this long after the last movement. */
const REST_S = 0.1;
const SIZES = /** @type {Record<string, string>} */ ({ small: "--cell-s", medium: "--cell-m", large: "--cell-l" });

/** @typedef {import("../grid/row-blocks.js").Positions} Positions */
/**
 * @typedef {object} Sight
 * @property {Positions} near
 * @property {Positions} seen
 * @property {number} first position of the first visible row's first cell; 0 while what is above the grid is seen
 * @property {number} share of the way to the end, 0 to 1
 * @property {boolean} isBlurred too fast for rows
 * @property {boolean} isLoading slow enough for pictures
 */

export class GridWindow {
  #grid;
  #cells;
  #show;
  #scale = new ScrollScale();
  #layout = new GridLayout({ width_px: 1, cell_px: 1, gap_px: 0, ratio: 1, count: 0 });
  #count = 0;
  #width_px = 0;
  /** What is kept in place: a position, and how far below its row's upper edge the window begins. */
  #anchor = { position: 0, below_px: 0 };
  #scrolled_px = 0;
  #top_px = 0;
  /** What stays above the rows while they scroll, and lies over the window's upper end. @type {HTMLElement | null} */
  #head;
  #head_px = 0;
  #ticket = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #pace = { time_s: 0, offset_px: 0, windows_per_s: 0 };

  /**
   * @param {HTMLElement} grid
   * @param {import("./grid-cells.js").GridCells} cells
   * @param {(sight: Sight) => void} show makes what is to be seen
   * @param {AbortSignal} signal
   */
  constructor(grid, cells, show, signal) {
    this.#grid = grid;
    this.#cells = cells;
    this.#show = show;
    this.#head = document.querySelector(".query__form");
    addEventListener("scroll", () => this.#scrolled(), { signal, passive: true });
    addEventListener("resize", () => this.arrange(), { signal });
    const observer = new ResizeObserver(() => this.#resized());
    observer.observe(grid);
    if (this.#head) observer.observe(this.#head);
    // What is above the grid may grow, too.
    if (grid.parentElement) observer.observe(grid.parentElement);
    signal.addEventListener("abort", () => {
      observer.disconnect();
      cancelAnimationFrame(this.#ticket);
      clearTimeout(this.#timer);
    });
  }

  get columns() {
    return this.#layout.columns;
  }

  /** Whole rows in the window, at least one. */
  get rows() {
    return Math.max(1, Math.floor((this.#height_px - this.#covered_px) / this.#layout.pitch_px));
  }

  /** @param {number} count of all rows */
  set count(count) {
    if (count === this.#count) return;
    this.#count = count;
    this.arrange();
  }

  /** Lays everything out anew; the first visible row stays. */
  arrange() {
    this.#head_px = this.#measuredHead();
    const style = getComputedStyle(this.#grid);
    const px = (/** @type {string} */ name) => Number.parseFloat(style.getPropertyValue(name));
    const [across = 3, down = 2] = style.getPropertyValue("--cell-ratio").split("/").map(Number);
    this.#width_px = this.#grid.clientWidth;
    const cell_px = px(SIZES[this.#grid.dataset.density ?? ""] ?? "--cell-m");
    this.#layout = new GridLayout({ width_px: this.#width_px, cell_px, gap_px: px("--cell-gap"), ratio: across / down, count: this.#count });
    const { pitch_px, full_px } = this.#layout;
    this.#scale.measure({ full_px, window_px: this.#height_px, pitch_px });
    this.#grid.style.blockSize = `${this.#scale.box_px}px`;
    this.#keepAnchor();
  }

  /**
   * Scrolls to a position's row: it becomes the first visible one.
   * @param {number} position
   */
  goTo(position) {
    this.#anchor = { position: clamp(position, 0, Math.max(0, this.#count - 1)), below_px: 0 };
    this.#keepAnchor();
  }

  /**
   * Scrolls as little as it takes to see a position whole.
   * @param {number} position
   */
  reveal(position) {
    const top_px = this.#layout.topOf(position);
    const last_px = top_px + this.#layout.pitch_px - (this.#height_px - this.#covered_px);
    const offset_px = clamp(this.#scale.offset_px, Math.min(last_px, top_px), top_px);
    if (offset_px === this.#scale.offset_px) return this.drawSoon();
    this.#setAnchor(offset_px);
    this.#keepAnchor();
  }

  /**
   * Takes note that what is seen is so many positions further on.
   * @param {number} by
   */
  renumber(by) {
    this.#anchor = { ...this.#anchor, position: Math.max(0, this.#anchor.position + by) };
    this.#cells.renumber(by);
    this.#keepAnchor();
  }

  /**
   * Takes note that the rows are others: so many, and what is seen is so many positions further on.
   * @param {{by: number, count: number}} change
   */
  renew({ by, count }) {
    this.#anchor = { ...this.#anchor, position: clamp(this.#anchor.position + by, 0, Math.max(0, count - 1)) };
    this.#count = count;
    this.arrange();
  }

  drawSoon() {
    this.#ticket ||= requestAnimationFrame(() => this.#draw(false));
  }

  #measuredHead() {
    return this.#head && getComputedStyle(this.#head).position === "sticky" ? this.#head.offsetHeight : 0;
  }

  /** How high the window is in which rows are seen: what stays above them is none of it. */
  get #height_px() {
    return innerHeight - this.#head_px;
  }

  /** What lies over the window's lower end. */
  get #covered_px() {
    const bar = document.querySelector("selection-bar:not([hidden])");
    return bar instanceof HTMLElement ? bar.offsetHeight : 0;
  }

  #scrolled() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#rest(), REST_S * 1000);
    this.drawSoon();
  }

  #resized() {
    if (this.#measuredHead() !== this.#head_px) this.arrange();
    else if (this.#grid.clientWidth !== this.#width_px) this.arrange();
    else this.drawSoon();
  }

  /** The hand is at rest: the scrollbar says what is true, pictures are asked for. */
  #rest() {
    const page_px = this.#scale.settle();
    if (page_px !== null) {
      this.#scrollPage(page_px);
      this.#cells.arrange(this.#layout, this.#scale.shift_px);
    }
    this.#draw(true);
  }

  #keepAnchor() {
    const { position, below_px } = this.#anchor;
    const offset_px = this.#layout.topOf(position) + Math.min(below_px, this.#layout.pitch_px - 1);
    const page_px = this.#scale.goTo(offset_px);
    this.#cells.arrange(this.#layout, this.#scale.shift_px);
    if (offset_px > 0 || this.#page_px > 0) this.#scrollPage(page_px);
    this.#scale.follow(this.#page_px);
    this.#pace = { time_s: 0, offset_px: 0, windows_per_s: 0 };
    this.#note();
    this.#draw(true);
  }

  /** How far the window begins below the grid's upper edge; negative while what is above the grid is seen. */
  get #page_px() {
    return this.#head_px - this.#grid.getBoundingClientRect().top;
  }

  /** @param {number} page_px */
  #scrollPage(page_px) {
    scrollBy({ top: page_px - this.#page_px, behavior: "instant" });
    this.#note();
  }

  /** Takes note of where the page is by our own doing. */
  #note() {
    this.#scrolled_px = scrollY;
    this.#top_px = this.#page_px;
  }

  /** @param {number} offset_px */
  #setAnchor(offset_px) {
    const position = this.#layout.positionAt(Math.max(0, offset_px));
    this.#anchor = { position, below_px: offset_px - this.#layout.topOf(position) };
  }

  /** @param {boolean} isAtRest */
  #draw(isAtRest) {
    cancelAnimationFrame(this.#ticket);
    this.#ticket = 0;
    this.#follow();
    const { offset_px } = this.#scale;
    this.#measurePace(offset_px, isAtRest);
    const near_px = NEAR_WINDOWS * this.#height_px;
    const { windows_per_s } = this.#pace;
    const hidden_px = this.#layout.full_px - this.#height_px;
    this.#show({
      near: this.#layout.between(offset_px - near_px, offset_px + this.#height_px + near_px),
      seen: this.#layout.between(offset_px, offset_px + this.#height_px),
      first: offset_px > 0 ? this.#layout.positionAt(offset_px) : 0,
      share: hidden_px > 0 ? clamp(offset_px / hidden_px, 0, 1) : 0,
      isBlurred: windows_per_s > BLUR_WINDOWS_PER_S,
      isLoading: windows_per_s < GLANCE_WINDOWS_PER_S,
    });
    if (windows_per_s > 0) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#rest(), REST_S * 1000);
    }
  }

  /** Finds where the page is. */
  #follow() {
    const page_px = this.#page_px;
    const isMoved = Math.abs(scrollY - this.#scrolled_px) >= 1;
    if (!isMoved) {
      // Only what is above the grid can have moved it.
      if (page_px > 0 && Math.abs(page_px - this.#top_px) >= 1) this.#scrollPage(this.#top_px);
      else this.#note();
      return;
    }
    const shift_px = this.#scale.shift_px;
    const corrected_px = this.#scale.follow(page_px);
    if (corrected_px !== null) this.#scrollPage(corrected_px);
    if (this.#scale.shift_px !== shift_px) this.#cells.arrange(this.#layout, this.#scale.shift_px);
    this.#note();
    this.#setAnchor(this.#scale.offset_px);
  }

  /**
   * @param {number} offset_px
   * @param {boolean} isAtRest
   */
  #measurePace(offset_px, isAtRest) {
    const time_s = performance.now() / 1000;
    const { time_s: before_s, offset_px: before_px } = this.#pace;
    const passed_s = Math.max(time_s - before_s, 0.004);
    const windows_per_s = isAtRest || before_s === 0 ? 0 : Math.abs(offset_px - before_px) / innerHeight / passed_s;
    this.#pace = { time_s, offset_px, windows_per_s };
  }
}
