/** Who says the labels: people, and runs of models. Each can be shown or hidden; unsure predictions can be left out. */

import { grouped } from "../lib/digits.js";
import { make } from "../lib/markup.js";

/** @typedef {import("./label-desk.js").LabelDesk} LabelDesk */
/** @typedef {{id: string, name: string, model: string}} Run */

export class LabelSources {
  element = make("div", { class: "label-sources" });
  #desk;
  #rows;
  #confidence;
  #chosen;

  /**
   * @param {LabelDesk} desk
   * @param {{runs: Run[], chosen: string[], choose: (runs: string[]) => void}} offered `choose` hears which runs are asked for
   */
  constructor(desk, { runs, chosen, choose }) {
    this.#desk = desk;
    this.#chosen = chosen;
    const turn = (/** @type {string | null} */ id, /** @type {boolean} */ isShown) => {
      desk.filter = desk.filter.withSource(id, isShown);
      if (id === null || !isShown || this.#chosen.includes(id)) return;
      this.#chosen = [...this.#chosen, id];
      choose(this.#chosen);
    };
    const sources = [{ id: null, name: "Ground truth", model: "" }, ...runs];
    this.#rows = sources.map((source) => ({ id: source.id, ...sourceRow(source, (isShown) => turn(source.id, isShown)) }));
    this.#confidence = new Knob("Confidence from", { min: 0, max: 1, step: 0.01 }, (least) => (desk.filter = desk.filter.withConfidence(least)));
    this.#confidence.element.hidden = runs.length === 0;
    const list = make("div", { class: "label-sources__list", role: "group", "aria-label": "Sources" }, ...this.#rows.map(({ element }) => element));
    this.element.append(list, this.#confidence.element);
    this.element.hidden = runs.length === 0;
  }

  refresh() {
    const { filter, sources, set } = this.#desk;
    const counts = set ? countBySource(set) : [];
    for (const { id, box, count } of this.#rows) {
      const at = sources.findIndex((source) => source.id === id);
      box.checked = !filter.hidesSource(id) && (id === null || this.#chosen.includes(id));
      count.textContent = at >= 0 && set ? grouped(counts[at] ?? 0) : "";
    }
    this.#confidence.value = filter.confidence;
  }
}

/** A named number that a slider sets. */
export class Knob {
  element;
  #slider;
  #value = make("output", { class: "knob__value number" });

  /**
   * @param {string} name
   * @param {{min: number, max: number, step: number}} range
   * @param {(value: number) => void} change
   */
  constructor(name, range, change) {
    this.#slider = make("input", { type: "range", class: "slider", ...range });
    this.#slider.addEventListener("input", () => change(this.#slider.valueAsNumber));
    this.element = make("label", { class: "knob" }, make("span", { class: "knob__name" }, name), this.#slider, this.#value);
  }

  /** @param {number} value */
  set value(value) {
    const text = value.toFixed(2);
    if (this.#value.textContent === text) return;
    this.#value.textContent = text;
    if (this.#slider.valueAsNumber !== value) this.#slider.value = String(value);
  }
}

/**
 * @param {{id: string | null, name: string, model: string}} source
 * @param {(isShown: boolean) => void} turn
 */
function sourceRow({ name, model }, turn) {
  const box = make("input", { type: "checkbox", class: "tick" });
  box.addEventListener("change", () => turn(box.checked));
  const count = make("span", { class: "label-class__count number" });
  const words = make("span", { class: "clip", title: model ? `${name}, a run of ${model}` : name }, name);
  if (model) words.append(make("span", { class: "quiet" }, ` · ${model}`));
  const element = make("label", { class: "label-source" }, box, words, count);
  return { element, box, count };
}

/** @param {import("./label-desk.js").LabelSet} set */
function countBySource({ columns, from, length }) {
  /** @type {number[]} */
  const counts = columns.sources.map(() => 0);
  for (let at = from; at < from + length; at += 1) {
    const source = columns.source[at] ?? 0;
    counts[source] = (counts[source] ?? 0) + 1;
  }
  return counts;
}
