/**
 * `<media-grid>`: shows the pictures of its cells as they come into view, and lets one choose among them.
 * The server renders the cells as links; this element fills them and never leaves one blank.
 * Dispatches `selection-change` with detail `{ids}`.
 */

import { gridStep } from "../lib/grid-step.js";
import { bindKeys } from "../lib/keys.js";
import { make } from "../lib/markup.js";
import { Measurements } from "../lib/measurements.js";
import { Selection } from "../lib/selection.js";
import { CellPicture } from "./cell-picture.js";
import { LoadQueue } from "../media/loading.js";

/** How far outside of the window a cell counts as near: half a screen hides the wait of a normal scroll. */
const NEAR = "50% 0px";

/** @typedef {import("./cell-picture.js").PictureItem} PictureItem */

export class MediaGrid extends HTMLElement {
  /** @type {PictureItem[]} */
  #items = [];
  /** @type {string | null} */
  #measureUrl = null;
  /** @type {HTMLAnchorElement[]} */
  #cells = [];
  /** @type {Map<Element, CellPicture>} */
  #pictures = new Map();
  #selection = new Selection([]);
  #life = new AbortController();

  connectedCallback() {
    this.#life = new AbortController();
    this.#cells = [...this.querySelectorAll(CELL)].filter((cell) => cell instanceof HTMLAnchorElement);
    const on = { signal: this.#life.signal };
    this.addEventListener("keydown", this.#onKey, on);
    if (this.#isSelecting) this.#offerSelection(on);
    if (this.#items.length > 0) this.#showPictures();
  }

  disconnectedCallback() {
    this.#life.abort();
    this.#pictures.clear();
    for (const tick of this.querySelectorAll(".media-cell__tick")) tick.remove();
  }

  /**
   * Starts showing the pictures.
   * @param {PictureItem[]} items
   * @param {{measureUrl?: string | undefined}} where sizes that the browser finds are sent
   */
  show(items, { measureUrl } = {}) {
    this.#items = items;
    this.#measureUrl = measureUrl ?? null;
    if (this.isConnected) this.#showPictures();
  }

  clearSelection() {
    this.#selection.clear();
    this.#selectionChanged();
  }

  get #isSelecting() {
    return this.dataset.select === "multiple";
  }

  #showPictures() {
    const { signal } = this.#life;
    const queue = new LoadQueue();
    signal.addEventListener("abort", () => queue.dispose());
    const measurements = this.#measureUrl ? new Measurements(this.#measureUrl, signal) : null;
    const items = new Map(this.#items.map((item) => [item.id, item]));
    for (const cell of this.#cells) {
      const item = items.get(cell.dataset.itemId ?? "");
      if (item) this.#pictures.set(cell, new CellPicture(cell, item, { queue, measurements }));
    }
    this.#watch(signal);
    // A browser that comes back online tries by itself what failed meanwhile.
    addEventListener("online", () => this.#pictures.forEach((picture) => picture.retry()), { signal });
  }

  /** @param {AbortSignal} signal */
  #watch(signal) {
    const observer = new IntersectionObserver(
      (entries) => {
        // The queue serves the newest wish first, so the first of a batch is asked for last.
        for (const { target, isIntersecting } of entries.reverse()) {
          const picture = this.#pictures.get(target);
          if (isIntersecting) picture?.load();
          else picture?.rest();
        }
      },
      { rootMargin: NEAR },
    );
    for (const cell of this.#pictures.keys()) observer.observe(cell);
    signal.addEventListener("abort", () => observer.disconnect());
  }

  /** @param {{signal: AbortSignal}} on */
  #offerSelection(on) {
    this.setAttribute("role", "listbox");
    this.setAttribute("aria-multiselectable", "true");
    if (!this.hasAttribute("aria-label")) this.setAttribute("aria-label", "Pictures");
    this.#selection = new Selection(this.#cells.map(idOf));
    this.#cells.forEach((cell, index) => {
      cell.setAttribute("role", "option");
      cell.tabIndex = index === 0 ? 0 : -1;
      cell.append(make("span", { class: "tick media-cell__tick", "aria-hidden": "true" }));
    });
    this.addEventListener("click", this.#onClick, on);
    this.addEventListener("focusin", this.#onFocus, on);
    bindKeys(document, { Escape: () => this.clearSelection() }, on.signal);
    this.#selectionChanged();
  }

  /** @param {MouseEvent} event */
  #onClick = (event) => {
    const target = /** @type {Element} */ (event.target);
    const cell = target.closest(CELL);
    if (!(cell instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey) return;
    if (event.shiftKey) this.#selection.extendTo(idOf(cell));
    else if (target.closest(".media-cell__tick")) this.#selection.toggle(idOf(cell));
    else return;
    event.preventDefault();
    cell.focus({ preventScroll: true });
    this.#selectionChanged();
  };

  /** Keeps one cell in the tab order: the one used last. @param {FocusEvent} event */
  #onFocus = (event) => {
    for (const cell of this.#cells) cell.tabIndex = cell === event.target ? 0 : -1;
  };

  /** @param {KeyboardEvent} event */
  #onKey = (event) => {
    const index = this.#cells.indexOf(/** @type {HTMLAnchorElement} */ (event.target));
    const cell = this.#cells[index];
    if (!cell || event.altKey) return;
    if (event.ctrlKey || event.metaKey) {
      if (event.key !== "a" || !this.#isSelecting) return;
      this.#selection.selectAll();
    } else if (event.key === " " && this.#isSelecting) {
      if (event.shiftKey) this.#selection.extendTo(idOf(cell));
      else this.#selection.toggle(idOf(cell));
    } else {
      const next = this.#cells[gridStep(event.key, { index, columns: this.#columns, count: this.#cells.length }) ?? -1];
      if (!next) return;
      this.#move(cell, next, event.shiftKey && this.#isSelecting);
    }
    event.preventDefault();
    if (this.#isSelecting) this.#selectionChanged();
  };

  /**
   * @param {HTMLElement} from
   * @param {HTMLElement} to
   * @param {boolean} isExtending
   */
  #move(from, to, isExtending) {
    to.focus();
    if (!isExtending) return;
    if (this.#selection.size === 0) this.#selection.toggle(idOf(from));
    this.#selection.extendTo(idOf(to));
  }

  get #columns() {
    const [first, ...rest] = this.#cells;
    const top = first?.getBoundingClientRect().top;
    const next = rest.findIndex((cell) => cell.getBoundingClientRect().top !== top);
    return next < 0 ? this.#cells.length : next + 1;
  }

  #selectionChanged() {
    for (const cell of this.#cells) cell.setAttribute("aria-selected", String(this.#selection.has(idOf(cell))));
    this.toggleAttribute("data-selecting", this.#selection.size > 0);
    this.dispatchEvent(new CustomEvent("selection-change", { detail: { ids: this.#selection.ids } }));
  }
}

const CELL = "a.media-cell[data-item-id]";

/** @param {HTMLElement} cell */
function idOf(cell) {
  return cell.dataset.itemId ?? "";
}

customElements.define("media-grid", MediaGrid);
