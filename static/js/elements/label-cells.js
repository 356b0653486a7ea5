/** The largest labels of each picture of a grid, small, over its cell. Key H shows and hides them as long as the tab is. */

import { strokeOfName } from "../labels/label-colors.js";
import { bindKeys } from "../lib/keys.js";
import { make } from "../lib/markup.js";
import { postJson } from "../lib/post.js";
import { actionButton } from "./action-button.js";
import { labelPalette } from "./label-palette.js";

/** @typedef {{label: number[], box: number[], source: number[], confidence: (number | null)[], width: number | null, height: number | null, total: number}} CellLabels */
/** @typedef {{labels: string[], cells: Record<string, CellLabels>}} SaidOfCells */

const AT_ONCE = 200;
const STORED = "transom-cell-labels";
const CELL = ".media-cell[data-item-id]";
const STROKE_PX = 1;
const HALO_PX = 2;
/** What the server leaves out of a run (webapp/pages/cell_labels.py). */
const LEAST_CONFIDENCE = 0.3;
/** Boxes smaller than this on the cell would hide what they name. */
const SMALLEST_PX = 5;

export class LabelCells {
  #grid;
  #button = actionButton("showLabels", () => this.#toggle());
  #isShown = remembered();
  /** @type {Map<string, {labels: string[], cell: CellLabels}>} */
  #said = new Map();
  #ticket = 0;

  /**
   * @param {HTMLElement} grid
   * @param {{url: string, run: string | null}} island
   * @param {AbortSignal} signal
   */
  constructor(grid, { url, run }, signal) {
    this.#grid = grid;
    bindKeys(document, { h: () => this.#said.size > 0 && this.#toggle() }, signal);
    const pictures = new MutationObserver(() => this.#drawSoon());
    pictures.observe(grid, { subtree: true, attributeFilter: ["data-state"] });
    const size = new ResizeObserver(() => this.#drawSoon());
    size.observe(grid);
    signal.addEventListener("abort", () => {
      pictures.disconnect();
      size.disconnect();
      cancelAnimationFrame(this.#ticket);
    });
    // A grid without boxes is a grid still: what does not come is not shown.
    this.#ask(url, run, signal).catch(() => {});
  }

  /**
   * Asks for what is said of all cells, and offers to hide it where there is anything.
   * @param {string} url
   * @param {string | null} run
   * @param {AbortSignal} signal
   */
  async #ask(url, run, signal) {
    const ids = this.#cells.map((cell) => cell.dataset.itemId ?? "");
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const said = /** @type {SaidOfCells} */ (await postJson(url, { ids: ids.slice(at, at + AT_ONCE), run }, signal));
      for (const [id, cell] of Object.entries(said.cells)) this.#said.set(id, { labels: said.labels, cell });
    }
    if (this.#said.size === 0) return;
    this.#button.title += run ? `. Of the run, what it is sure of by ${LEAST_CONFIDENCE} or more` : "";
    document.querySelector(".head__actions")?.prepend(this.#button);
    this.#drawSoon();
  }

  /** @returns {HTMLElement[]} */
  get #cells() {
    return [...this.#grid.querySelectorAll(CELL)].filter((cell) => cell instanceof HTMLElement);
  }

  #toggle() {
    this.#isShown = !this.#isShown;
    remember(this.#isShown);
    this.#drawSoon();
  }

  #drawSoon() {
    this.#ticket ||= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#ticket = 0;
    this.#button.setAttribute("aria-pressed", String(this.#isShown));
    for (const cell of this.#cells) {
      const said = this.#said.get(cell.dataset.itemId ?? "");
      const image = cell.querySelector("img");
      const canvas = cell.querySelector(".media-cell__labels");
      if (!said || !image || !this.#isShown || cell.dataset.state !== "ready") canvas?.remove();
      else drawCell(cell, image, said);
    }
  }
}

/**
 * @param {HTMLElement} cell
 * @param {HTMLImageElement} image fills the cell, and what does not fit is cut off on both sides
 * @param {{labels: string[], cell: CellLabels}} said
 */
function drawCell(cell, image, { labels, cell: shapes }) {
  const canvas = canvasOf(cell);
  const { clientWidth, clientHeight } = image;
  const density = devicePixelRatio;
  const [width, height] = [Math.round(clientWidth * density), Math.round(clientHeight * density)];
  if (canvas.width === width && canvas.height === height && canvas.dataset.count) return;
  Object.assign(canvas, { width, height });
  canvas.dataset.count = String(shapes.label.length);
  const [across, down] = [shapes.width || image.naturalWidth, shapes.height || image.naturalHeight];
  const scale = Math.max(width / across, height / down);
  const [x, y] = [(width - across * scale) / 2, (height - down * scale) / 2];
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const { inks, halo } = labelPalette();
  shapes.label.forEach((label, index) => {
    const [left = 0, top = 0, right = 0, bottom = 0] = shapes.box.slice(4 * index, 4 * index + 4).map((side) => side * scale);
    if (right - left < SMALLEST_PX * density && bottom - top < SMALLEST_PX * density) return;
    // No dashes: at this size they would hide more than they tell.
    const strokes = /** @type {const} */ ([[halo, HALO_PX], [inks[strokeOfName(labels[label] ?? "").color] ?? "", STROKE_PX]]);
    for (const [ink, width_px] of strokes) {
      context.strokeStyle = ink;
      context.lineWidth = width_px * density;
      context.strokeRect(x + left, y + top, right - left, bottom - top);
    }
  });
}

/** @param {HTMLElement} cell */
function canvasOf(cell) {
  const found = cell.querySelector("canvas");
  if (found) return found;
  const canvas = make("canvas", { class: "media-cell__labels", "aria-hidden": "true" });
  cell.querySelector(".media-cell__stage")?.append(canvas);
  return canvas;
}

function remembered() {
  try {
    return sessionStorage.getItem(STORED) !== "hidden";
  } catch {
    return true;
  }
}

/** @param {boolean} isShown */
function remember(isShown) {
  try {
    sessionStorage.setItem(STORED, isShown ? "shown" : "hidden");
  } catch {
    // Storage may be forbidden: then it lasts as long as the page.
  }
}
