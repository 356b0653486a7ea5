/**
 * The labels of a picture as a list in step with the canvas. However many there are, only the rows in sight exist.
 */

import { grouped } from "../lib/digits.js";
import { make } from "../lib/markup.js";
import { icon } from "./action-button.js";

/** @typedef {import("./label-desk.js").LabelDesk} LabelDesk */

const ROW_PX = 28;
/** Rows beyond either end of what is seen. */
const SPARE = 4;
/** A list longer than this is in the order in which it came: sorting would be felt. */
const SORTED_UP_TO = 20_000;

export class LabelList {
  element = make("div", { class: "label-list", role: "listbox", tabindex: 0, "aria-label": "Labels on this picture", "data-takes-arrows": true });
  #space = make("div", { class: "label-list__space", role: "presentation" });
  #desk;
  /** Places in the set, as they are listed. @type {Int32Array<ArrayBufferLike>} */
  #order = new Int32Array(0);
  /** What the order was made of. @type {unknown} */
  #ordered = null;
  /** @type {Map<number, HTMLElement>} rows in sight, by their line */
  #rows = new Map();
  #shownSelected = -1;

  /**
   * @param {LabelDesk} desk
   * @param {AbortSignal} signal
   */
  constructor(desk, signal) {
    this.#desk = desk;
    this.element.append(this.#space);
    this.element.addEventListener("scroll", () => this.#draw(), { signal, passive: true });
    this.element.addEventListener("click", (event) => this.#desk.select(this.#indexOf(event)), { signal });
    this.element.addEventListener("pointermove", (event) => this.#desk.point(this.#indexOf(event)), { signal });
    this.element.addEventListener("pointerleave", () => this.#desk.point(-1), { signal });
    this.element.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    const size = new ResizeObserver(() => this.#draw());
    size.observe(this.element);
    signal.addEventListener("abort", () => size.disconnect());
  }

  /** Shows what the desk shows now. */
  refresh() {
    const { shown, set, selected } = this.#desk;
    if (this.#ordered !== shown) {
      this.#ordered = shown;
      this.#order = set ? inOrder(set, shown) : shown;
      this.#clear();
      this.#space.style.blockSize = `${this.#order.length * ROW_PX}px`;
    }
    this.element.hidden = this.#order.length === 0;
    if (selected !== this.#shownSelected) this.#reveal(selected);
    this.#draw();
  }

  /** Makes the rows anew: what is in them has changed. */
  renew() {
    this.#clear();
    this.refresh();
  }

  #clear() {
    this.#rows.clear();
    this.#space.replaceChildren();
  }

  #draw() {
    const { scrollTop, clientHeight } = this.element;
    const first = Math.max(0, Math.floor(scrollTop / ROW_PX) - SPARE);
    const last = Math.min(this.#order.length, Math.ceil((scrollTop + clientHeight) / ROW_PX) + SPARE);
    for (const [line, row] of this.#rows) {
      if (line >= first && line < last) continue;
      row.remove();
      this.#rows.delete(line);
    }
    for (let line = first; line < last; line += 1) {
      if (this.#rows.has(line)) continue;
      const row = this.#row(line);
      this.#rows.set(line, row);
      this.#space.append(row);
    }
    this.#mark();
  }

  #mark() {
    const { selected, hovered } = this.#desk;
    let active = "";
    for (const row of this.#rows.values()) {
      const index = Number(row.dataset.index);
      row.setAttribute("aria-selected", String(index === selected));
      row.toggleAttribute("data-pointed", index === hovered);
      if (index === selected) active = row.id;
    }
    if (active) this.element.setAttribute("aria-activedescendant", active);
    else this.element.removeAttribute("aria-activedescendant");
  }

  /** @param {number} line */
  #row(line) {
    const index = this.#order[line] ?? 0;
    const set = /** @type {import("./label-desk.js").LabelSet} */ (this.#desk.set);
    const place = { role: "option", id: `label-${line}`, "data-index": index, "aria-setsize": this.#order.length, "aria-posinset": line + 1 };
    const row = make("div", { class: "label-row", ...place });
    row.style.insetBlockStart = `${line * ROW_PX}px`;
    const name = make("span", { class: "label-row__name clip" }, set.label(index) || set.kind(index));
    const detail = make("span", { class: "label-row__detail clip" }, detailOf(set, index));
    row.append(swatch(this.#desk.lookOf(index)), name, detail, make("span", { class: "label-row__number number" }, confidenceText(set, index)), reviewMark(set.review(index)));
    return row;
  }

  /** @param {number} index */
  #reveal(index) {
    this.#shownSelected = index;
    const line = this.#order.indexOf(index);
    if (line < 0) return;
    const { scrollTop, clientHeight } = this.element;
    const top = line * ROW_PX;
    if (top < scrollTop) this.element.scrollTop = top;
    else if (top + ROW_PX > scrollTop + clientHeight) this.element.scrollTop = top + ROW_PX - clientHeight;
  }

  /** @param {Event} event */
  #indexOf({ target }) {
    const row = target instanceof Element ? target.closest(".label-row") : null;
    return row instanceof HTMLElement ? Number(row.dataset.index) : -1;
  }

  /** @param {KeyboardEvent} press */
  #onKey(press) {
    if (press.ctrlKey || press.metaKey || press.altKey) return;
    const line = this.#order.indexOf(this.#desk.selected);
    const next = keyedLine(press.key, { line, count: this.#order.length, page: Math.floor(this.element.clientHeight / ROW_PX) });
    if (next === null) return;
    press.preventDefault();
    this.#desk.select(this.#order[next] ?? -1);
  }
}

/**
 * The line a key leads to; null for another key.
 * @param {string} key
 * @param {{line: number, count: number, page: number}} at
 */
function keyedLine(key, { line, count, page }) {
  const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -count, End: count };
  const step = steps[/** @type {keyof typeof steps} */ (key)];
  return step === undefined || count === 0 ? null : Math.max(0, Math.min(count - 1, line + step));
}

/**
 * By source, class and confidence, the surest first.
 * @param {import("./label-desk.js").LabelSet} set
 * @param {Int32Array} shown
 */
function inOrder(set, shown) {
  if (shown.length > SORTED_UP_TO) return shown;
  const names = new Map([...new Set(set.columns.labels)].sort().map((name, rank) => [name, rank]));
  const ranks = set.columns.labels.map((name) => names.get(name) ?? 0);
  const { label } = set.columns;
  const rank = (/** @type {number} */ index) => ranks[label[set.from + index] ?? -1] ?? ranks.length;
  return shown.toSorted((a, b) => set.source(a) - set.source(b) || rank(a) - rank(b) || (set.confidence(b) ?? 0) - (set.confidence(a) ?? 0) || a - b);
}

/**
 * @param {import("./label-desk.js").LabelSet} set
 * @param {number} index
 */
function detailOf(set, index) {
  const track = set.track(index);
  const kind = set.kind(index);
  const words = [kind === "box" ? "" : kind, track === null ? "" : track, set.source(index) > 0 ? (set.sources[set.source(index)]?.name ?? "") : ""];
  return words.filter(Boolean).join(" · ");
}

/**
 * @param {import("./label-desk.js").LabelSet} set
 * @param {number} index
 */
function confidenceText(set, index) {
  const confidence = set.confidence(index);
  return confidence === null ? "" : confidence.toFixed(2);
}

/** @param {import("../labels/label-columns.js").Review} review */
function reviewMark(review) {
  if (review === null) return make("span", {});
  const mark = make("span", { class: "label-row__review", "data-review": review, title: review });
  mark.append(icon(review === "accepted" ? "accept" : "reject"), make("span", { class: "visually-hidden" }, review));
  return mark;
}

/**
 * A piece of a label's stroke.
 * @param {{color: string, dashed: boolean}} look
 */
export function swatch({ color, dashed }) {
  const made = make("span", { class: "swatch", "aria-hidden": "true", "data-dashed": dashed });
  made.style.color = color;
  return made;
}

/**
 * How many of how many: "12", or "12 of 57".
 * @param {number} shown
 * @param {number} all
 */
export function someOf(shown, all) {
  return shown === all ? grouped(all) : `${grouped(shown)} of ${grouped(all)}`;
}
