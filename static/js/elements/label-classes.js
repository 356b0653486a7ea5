/** The classes and kinds of a page's labels, each with its color and count, to be shown or hidden. */

import { KINDS } from "../labels/label-columns.js";
import { strokeOfName } from "../labels/label-colors.js";
import { grouped } from "../lib/digits.js";
import { make } from "../lib/markup.js";
import { swatch } from "./label-list.js";
import { labelPalette } from "./label-palette.js";

/** @typedef {import("./label-desk.js").LabelDesk} LabelDesk */
/** @typedef {import("../labels/label-columns.js").Kind} Kind */
/** @typedef {{element: HTMLElement, box: HTMLInputElement, count: HTMLElement}} Row */

const KIND_NAMES = { box: "Boxes", line: "Lines", polygon: "Polygons", keypoints: "Keypoints", cuboid: "Cuboids", category: "Categories", multicategory: "Multi-categories", mask: "Masks" };

export class LabelClasses {
  element = make("div", { class: "label-classes" });
  #desk;
  #list = make("div", { class: "label-classes__list", role: "group", "aria-label": "Classes" });
  #kinds = make("div", { class: "chips", role: "group", "aria-label": "Kinds of labels" });
  #all = make("button", { type: "button", class: "button", "data-kind": "quiet", "data-action": "allClasses" }, "Show all");
  /** @type {Map<string, Row>} */
  #rows = new Map();
  /** @type {Map<Kind, HTMLButtonElement>} */
  #chips = new Map();

  /** @param {LabelDesk} desk */
  constructor(desk) {
    this.#desk = desk;
    this.#all.addEventListener("click", () => (desk.filter = desk.filter.withAllClasses()));
    const head = make("div", { class: "label-panel__head" }, make("h3", {}, "Classes"), this.#all);
    this.element.append(head, this.#list, this.#kinds);
  }

  /**
   * Adds the classes of the whole scene, so that rows stand still from frame to frame.
   * @param {Iterable<string>} names
   */
  expect(names) {
    this.#addRows(names);
  }

  /** Whether any class is known. */
  get isEmpty() {
    return this.#rows.size === 0;
  }

  refresh() {
    const { set, filter } = this.#desk;
    const { byClass, byKind } = set ? countsOf(set) : { byClass: new Map(), byKind: new Map() };
    this.#addRows(byClass.keys());
    for (const [name, { element, box, count }] of this.#rows) {
      box.checked = !filter.hidesClass(name);
      const text = grouped(byClass.get(name) ?? 0);
      if (count.textContent !== text) count.textContent = text;
      element.toggleAttribute("data-none", !byClass.has(name));
    }
    this.element.hidden = this.isEmpty;
    this.#all.hidden = ![...this.#rows.keys()].some((name) => filter.hidesClass(name));
    this.#showKinds(byKind);
  }

  /** @param {Iterable<string>} names */
  #addRows(names) {
    const missing = [...new Set(names)].filter((name) => !this.#rows.has(name));
    if (missing.length === 0) return;
    for (const name of missing) this.#rows.set(name, this.#row(name));
    const sorted = [...this.#rows].sort(([a], [b]) => a.localeCompare(b));
    this.#rows = new Map(sorted);
    this.#list.replaceChildren(...sorted.map(([, row]) => row.element));
  }

  /** @param {string} name @returns {Row} */
  #row(name) {
    const box = make("input", { type: "checkbox", class: "tick" });
    box.checked = !this.#desk.filter.hidesClass(name);
    box.addEventListener("change", () => (this.#desk.filter = this.#desk.filter.withClass(name, box.checked)));
    const count = make("span", { class: "label-class__count number" }, "0");
    const only = make("button", { type: "button", class: "label-class__only", title: `Show “${name}” alone` }, "only");
    only.addEventListener("click", () => (this.#desk.filter = this.#desk.filter.withClassAlone(name, this.#rows.keys())));
    const { color, dashed } = strokeOfName(name);
    const mark = swatch({ color: labelPalette().inks[color] ?? "", dashed });
    const label = make("label", { class: "label-class__name" }, box, mark, make("span", { class: "clip", title: name }, name));
    return { element: make("div", { class: "label-class", "data-none": true }, label, only, count), box, count };
  }

  /** @param {Map<Kind, number>} byKind */
  #showKinds(byKind) {
    const { filter } = this.#desk;
    for (const kind of KINDS) {
      const isThere = byKind.has(kind) || this.#chips.has(kind);
      if (!isThere) continue;
      const chip = this.#chips.get(kind) ?? this.#chip(kind);
      chip.textContent = `${KIND_NAMES[kind]} ${grouped(byKind.get(kind) ?? 0)}`;
      chip.setAttribute("aria-pressed", String(!filter.hidesKind(kind)));
    }
    this.#kinds.hidden = this.#chips.size < 2;
  }

  /** @param {Kind} kind */
  #chip(kind) {
    const chip = make("button", { type: "button", class: "chip number" });
    chip.addEventListener("click", () => (this.#desk.filter = this.#desk.filter.withKind(kind, this.#desk.filter.hidesKind(kind))));
    this.#chips.set(kind, chip);
    this.#kinds.append(chip);
    return chip;
  }
}

/** @param {import("./label-desk.js").LabelSet} set */
function countsOf(set) {
  const { columns, from, length } = set;
  const labels = new Uint32Array(columns.labels.length);
  const kinds = new Uint32Array(KINDS.length);
  for (let at = from; at < from + length; at += 1) {
    const label = columns.label[at] ?? -1;
    if (label >= 0) labels[label] = (labels[label] ?? 0) + 1;
    kinds[columns.kind[at] ?? 0] = (kinds[columns.kind[at] ?? 0] ?? 0) + 1;
  }
  const several = kinds[KINDS.indexOf("multicategory")] || kinds[KINDS.indexOf("mask")];
  /** @type {Map<string, number>} */
  const byClass = new Map(columns.labels.map((name, at) => /** @type {const} */ ([name, labels[at] ?? 0])).filter(([, count]) => count > 0));
  for (let index = 0; several && index < length; index += 1) {
    if ((columns.label[from + index] ?? 0) >= 0) continue;
    for (const name of set.labelsOf(index)) byClass.set(name, (byClass.get(name) ?? 0) + 1);
  }
  return { byClass, byKind: new Map(KINDS.map((kind, at) => /** @type {const} */ ([kind, kinds[at] ?? 0])).filter(([, count]) => count > 0)) };
}
