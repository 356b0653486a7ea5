/** The largest labels of each picture of a grid, small, over its cell. Key H shows and hides them as long as the tab is. */

import { strokeOfName } from "../labels/label-colors.js";
import { debounce } from "../lib/debounce.js";
import { bindKeys } from "../lib/keys.js";
import { make } from "../lib/markup.js";
import { postJson } from "../lib/post.js";
import { naturalSizeOf } from "../viewer/natural-size.js";
import { actionButton } from "./action-button.js";
import { labelPalette } from "./label-palette.js";

/** @typedef {{label: number[], box: number[], source: number[], confidence: (number | null)[], width: number | null, height: number | null, total: number}} CellLabels */
/** @typedef {{labels: string[], cells: Record<string, CellLabels>}} SaidOfCells */

const AT_ONCE = 200;
const STORED = "transom-cell-labels";
const CELL = ".media-cell[data-item-id][data-state=ready]";
/** A screen of cells comes as one question. */
const QUIET_S = 0.08;
/** Cells whose labels are held: ten screens of small ones. */
const REMEMBERED = 3000;
const STROKE_PX = 1;
const HALO_PX = 2;
/** What the server leaves out of a run (webapp/pages/cell_labels.py). */
const LEAST_CONFIDENCE = 0.3;
/** Boxes smaller than this on the cell would hide what they name. */
const SMALLEST_PX = 5;

export class LabelCells {
  #grid;
  #url;
  #run;
  #signal;
  #button = actionButton("showLabels", () => this.#toggle());
  #isShown = remembered();
  /** Least recently asked first; null for a picture without labels. @type {Map<string, {labels: string[], cell: CellLabels} | null>} */
  #said = new Map();
  /** @type {Set<string>} */
  #wanted = new Set();
  #askSoon;
  #ticket = 0;

  /**
   * @param {HTMLElement} grid
   * @param {{url: string, run: string | null}} island
   * @param {AbortSignal} signal
   */
  constructor(grid, { url, run }, signal) {
    this.#grid = grid;
    this.#url = url;
    this.#run = run;
    this.#signal = signal;
    this.#askSoon = debounce(() => void this.#ask(), QUIET_S, signal);
    if (grid.dataset.mode === "objects") return;
    this.#button.title += run ? `. Of the run, what it is sure of by ${LEAST_CONFIDENCE} or more` : "";
    bindKeys(document, { h: () => this.#button.isConnected && this.#toggle() }, signal);
    const pictures = new MutationObserver(() => this.#look());
    pictures.observe(grid, { subtree: true, attributeFilter: ["data-state"] });
    const size = new ResizeObserver(() => this.#drawSoon());
    size.observe(grid);
    signal.addEventListener("abort", () => {
      pictures.disconnect();
      size.disconnect();
      cancelAnimationFrame(this.#ticket);
    });
    this.#look();
  }

  /** Wants the labels of the pictures that are there by now, and draws those that are known. */
  #look() {
    for (const cell of this.#ready) {
      const id = cell.dataset.itemId ?? "";
      if (!this.#said.has(id)) this.#wanted.add(id);
    }
    if (this.#wanted.size > 0) this.#askSoon();
    this.#drawSoon();
  }

  /** Asks for what is said of the cells that are wanted, the newest first, and offers to hide it where there is anything. */
  async #ask() {
    const ids = [...this.#wanted].slice(-AT_ONCE);
    for (const id of ids) this.#wanted.delete(id);
    if (this.#wanted.size > 0) this.#askSoon();
    for (const id of ids) this.#keep(id, null);
    try {
      const said = /** @type {SaidOfCells} */ (await postJson(this.#url, { ids, run: this.#run }, this.#signal));
      for (const [id, cell] of Object.entries(said.cells)) this.#keep(id, { labels: said.labels, cell });
      if (Object.keys(said.cells).length > 0) this.#offer();
    } catch {
      // A grid without boxes is a grid still: what does not come is not shown, and asked for when it is seen again.
      for (const id of ids) this.#said.delete(id);
    }
  }

  /**
   * @param {string} id
   * @param {{labels: string[], cell: CellLabels} | null} said
   */
  #keep(id, said) {
    this.#said.delete(id);
    this.#said.set(id, said);
    const [oldest] = this.#said.keys();
    if (this.#said.size > REMEMBERED && oldest !== undefined) this.#said.delete(oldest);
  }

  #offer() {
    if (!this.#button.isConnected) document.querySelector(".head__actions")?.prepend(this.#button);
    this.#drawSoon();
  }

  /** The cells that show a picture. @returns {HTMLElement[]} */
  get #ready() {
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
    for (const cell of this.#ready) {
      const said = this.#said.get(cell.dataset.itemId ?? "");
      const image = cell.querySelector("img");
      if (said && image && this.#isShown) drawCell(cell, image, said);
      else cell.querySelector(".media-cell__labels")?.remove();
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
  const natural = naturalSizeOf(image) ?? { width: image.naturalWidth, height: image.naturalHeight };
  const [across, down] = [shapes.width || natural.width, shapes.height || natural.height];
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
