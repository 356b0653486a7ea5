/**
 * The cells of a grid that exist: those near the window. An element is one row's for as long as it lives; places whose
 * row is not known hold placeholders, which have no row and are used again.
 */

import { make } from "../lib/markup.js";
import { icon } from "./action-button.js";
import { objectCaption } from "./cell-crop.js";
import { CellPicture } from "./cell-picture.js";

/** @typedef {import("../grid/row-blocks.js").Row} Row */
/** @typedef {import("../grid/row-blocks.js").Positions} Positions */
/** @typedef {{element: HTMLElement, row: Row | null, picture: CellPicture | null}} Cell */
/** @typedef {ConstructorParameters<typeof CellPicture>[2]} SharedByPictures */

/** Placeholders kept for the next place: as many as a large window of small cells has. */
const SPARE = 300;


export class GridCells {
  #grid;
  #shared;
  #isSelecting;
  #isSelected;
  #isGone;
  /** By position. @type {Map<number, Cell>} */
  #cells = new Map();
  /** @type {WeakMap<Element, number>} */
  #positions = new WeakMap();
  /** What the server rendered, by id. @type {Map<string, HTMLElement>} */
  #rendered;
  /** @type {HTMLElement[]} */
  #spare = [];
  /** @type {import("../grid/grid-layout.js").GridLayout | null} */
  #layout = null;
  #shift_px = 0;
  #current = 0;
  #setSize = "-1";

  /**
   * @param {HTMLElement} grid
   * @param {SharedByPictures} shared
   * @param {object} about
   * @param {boolean} about.isSelecting whether one may select here
   * @param {(id: string) => boolean} about.isSelected
   * @param {(id: string) => boolean} about.isGone
   */
  constructor(grid, shared, { isSelecting, isSelected, isGone }) {
    this.#grid = grid;
    this.#shared = shared;
    this.#isSelecting = isSelecting;
    this.#isSelected = isSelected;
    this.#isGone = isGone;
    const rendered = [...grid.children].filter((child) => child instanceof HTMLElement);
    this.#rendered = new Map(rendered.map((cell) => [cell.dataset.itemId ?? "", cell]));
    grid.replaceChildren();
  }

  /** How many there are. */
  get size() {
    return this.#cells.size;
  }

  /** @param {number | null} total of all rows; null while not known */
  set total(total) {
    this.#setSize = String(total ?? -1);
    for (const { element } of this.#cells.values()) element.setAttribute("aria-setsize", this.#setSize);
  }

  /**
   * The position of the cell that an element is or is in; null outside of every cell.
   * @param {Element | null} element
   */
  positionOf(element) {
    const cell = element?.closest(".media-cell");
    return cell ? (this.#positions.get(cell) ?? null) : null;
  }

  /** @param {number} position */
  elementAt(position) {
    return this.#cells.get(position)?.element ?? null;
  }

  /**
   * Places all cells anew.
   * @param {import("../grid/grid-layout.js").GridLayout} layout
   * @param {number} shift_px what a row's place in the box is less than its place in the whole
   */
  arrange(layout, shift_px) {
    this.#layout = layout;
    this.#shift_px = shift_px;
    for (const [position, { element }] of this.#cells) this.#put(element, position);
  }

  /**
   * Makes what is near, and removes what is not.
   * @param {object} view
   * @param {Positions} view.near
   * @param {Positions} view.seen pictures of these are asked for first
   * @param {number | null} view.kept a position whose cell has the focus, and stays wherever it is
   * @param {(position: number) => Row | null} view.rowAt
   * @param {boolean} view.isLoading false while the hand is too fast for pictures to come
   * @returns {boolean} whether cells came or went
   */
  draw({ near, seen, kept, rowAt, isLoading }) {
    let isChanged = false;
    for (const [position, cell] of this.#cells) {
      if ((position >= near.start && position < near.end) || position === kept) continue;
      this.#remove(position, cell);
      isChanged = true;
    }
    /** @type {HTMLElement | null} */
    let before = null;
    for (const position of withKept(near, kept)) {
      const known = this.#cells.get(position);
      const row = rowAt(position);
      const isTrue = known && (known.row?.id === row?.id || (known.row !== null && row === null));
      if (!isTrue) {
        this.#make(position, row, before, known);
        isChanged = true;
      }
      before = this.#cells.get(position)?.element ?? before;
    }
    this.#rendered.clear();
    if (isLoading) this.#load(near, seen);
    return isChanged;
  }

  /**
   * Moves what is known of positions, where they turn out to be others.
   * @param {number} by
   */
  renumber(by) {
    const moved = [...this.#cells].map(([position, cell]) => /** @type {[number, Cell]} */ ([position + by, cell]));
    this.#cells = new Map(moved);
    for (const [position, { element }] of moved) this.#put(element, position);
  }

  /**
   * Moves cells to where their rows are by now, and removes those whose place is another row's.
   * @param {Map<string, number>} places of rows that are known, by id
   * @param {Positions} known the places that those fill
   * @param {number} by how far all others are moved
   */
  follow(places, known, by) {
    /** @type {[number, Cell][]} */
    const kept = [];
    for (const [position, cell] of [...this.#cells]) {
      const place = cell.row ? places.get(cell.row.id) : undefined;
      const otherwise = position + by;
      const isFree = otherwise >= 0 && (otherwise < known.start || otherwise >= known.end);
      if (place === undefined && !isFree) this.#remove(position, cell);
      else kept.push([place ?? otherwise, cell]);
    }
    this.#cells = new Map(kept.sort(([one], [other]) => one - other));
    /** @type {Element | null} */
    let before = null;
    for (const [position, { element }] of this.#cells) {
      if (before && before.nextElementSibling !== element) before.after(element);
      before = element;
      this.#put(element, position);
    }
  }

  /**
   * Keeps one cell in the tab order.
   * @param {number} position
   */
  setCurrent(position) {
    const before = this.elementAt(this.#current);
    if (before) before.tabIndex = -1;
    this.#current = position;
    const now = this.elementAt(position);
    if (now) now.tabIndex = 0;
  }

  /** Shows anew which are selected and which are gone. */
  mark() {
    for (const { element, row } of this.#cells.values()) {
      if (row) this.#markOne(element, row.id);
    }
  }

  /**
   * Tries again what failed.
   * @param {(diagnosis: import("../media/diagnosis.js").Diagnosis) => boolean} [isMeant] by default any
   */
  retry(isMeant) {
    for (const { picture } of this.#cells.values()) picture?.retry(isMeant);
  }

  /** Why pictures are not there, one reason for each that is not. */
  get diagnoses() {
    return [...this.#cells.values()].flatMap(({ picture }) => picture?.diagnosis ?? []);
  }

  dispose() {
    for (const [position, cell] of [...this.#cells]) this.#remove(position, cell);
  }

  /**
   * @param {Positions} near
   * @param {Positions} seen
   */
  #load(near, seen) {
    // The queue serves the newest wish first, so what is seen is asked for last, and its first one last of all.
    for (let position = near.end - 1; position >= near.start; position -= 1) {
      if (position < seen.start || position >= seen.end) this.#cells.get(position)?.picture?.load();
    }
    for (let position = seen.end - 1; position >= seen.start; position -= 1) this.#cells.get(position)?.picture?.load();
  }

  /**
   * @param {number} position
   * @param {Row | null} row
   * @param {HTMLElement | null} before the cell that stands before it
   * @param {Cell | undefined} known what was at this place
   */
  #make(position, row, before, known) {
    const element = row ? (this.#adopt(row) ?? cellOf(row)) : (this.#spare.pop() ?? placeholder());
    const hasFocus = known?.element === document.activeElement && known !== undefined;
    if (row) this.#dress(element, row);
    this.#put(element, position);
    element.tabIndex = position === this.#current ? 0 : -1;
    if (before) before.after(element);
    else this.#grid.prepend(element);
    if (hasFocus) element.focus({ preventScroll: true });
    if (known) this.#remove(position, known);
    this.#cells.set(position, { element, row, picture: row ? new CellPicture(element, row, this.#shared) : null });
  }

  /**
   * @param {HTMLElement} element
   * @param {Row} row
   */
  #dress(element, row) {
    element.setAttribute("role", "option");
    if (this.#isSelecting) element.append(make("span", { class: "tick media-cell__tick", "aria-hidden": "true" }));
    this.#markOne(element, row.id);
  }

  /**
   * @param {HTMLElement} element
   * @param {string} id
   */
  #markOne(element, id) {
    element.setAttribute("aria-selected", String(this.#isSelected(id)));
    element.toggleAttribute("data-gone", this.#isGone(id));
  }

  /** @param {Row} row */
  #adopt(row) {
    const rendered = this.#rendered.get(row.id);
    this.#rendered.delete(row.id);
    return rendered;
  }

  /**
   * @param {HTMLElement} element
   * @param {number} position
   */
  #put(element, position) {
    const layout = this.#layout;
    if (!layout) return;
    const { left_px, width_px } = layout.columnOf(position);
    const { style } = element;
    style.left = `${left_px}px`;
    style.top = `${layout.topOf(position) - this.#shift_px}px`;
    style.width = `${width_px}px`;
    style.height = `${layout.cellHeight_px}px`;
    element.setAttribute("aria-posinset", String(position + 1));
    element.setAttribute("aria-setsize", this.#setSize);
    this.#positions.set(element, position);
  }

  /**
   * @param {number} position
   * @param {Cell} cell
   */
  #remove(position, { element, row, picture }) {
    picture?.dispose();
    element.remove();
    this.#positions.delete(element);
    this.#cells.delete(position);
    if (!row && this.#spare.length < SPARE) this.#spare.push(element);
  }
}

/**
 * @param {Positions} near
 * @param {number | null} kept
 */
function* withKept({ start, end }, kept) {
  if (kept !== null && kept < start) yield kept;
  for (let position = start; position < end; position += 1) yield position;
  if (kept !== null && kept >= end) yield kept;
}

/** A cell as the server renders it (templates/macros/cells.html). @param {Row} row */
function cellOf(row) {
  const state = row.url === null ? "none" : "loading";
  const cell = make("a", { class: "media-cell", "data-item-id": row.id, "data-state": state, href: row.href });
  cell.append(make("span", { class: "media-cell__stage" }, ...(row.url === null ? [icon("source")] : [])));
  if (row.note) cell.append(make("span", { class: "media-cell__note" }, row.note));
  cell.append(make("span", { class: "media-cell__caption" }, row.crop ? `${objectCaption(row.label, row.confidence)} · ${row.reference_id}` : row.reference_id));
  return cell;
}

function placeholder() {
  return make("div", { class: "media-cell", "data-state": "waiting", role: "option", "aria-label": "On its way", "aria-busy": "true" });
}
