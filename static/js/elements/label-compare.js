/** Ground truth beside one run: what was found, missed, or seen where nothing is, from which overlap on. */

import { grouped } from "../lib/digits.js";
import { make } from "../lib/markup.js";
import { Knob } from "./label-sources.js";

/** @typedef {import("./label-desk.js").LabelDesk} LabelDesk */
/** @typedef {import("./label-sources.js").Run} Run */

const USUAL_THRESHOLD = 0.5;
const WORDS = /** @type {const} */ ({
  matched: "Matched: a prediction lies on it",
  missed: "Missed: nothing was predicted here",
  false: "False: predicted where nothing is",
});
/** @typedef {keyof typeof WORDS} Outcome */

export class LabelCompare {
  element = make("div", { class: "label-compare" });
  #desk;
  #turn = make("input", { type: "checkbox", class: "tick" });
  #run;
  #more = make("div", { class: "label-compare__more", hidden: true });
  #threshold;
  #sameClass = make("input", { type: "checkbox", class: "tick", checked: true });
  /** @type {Map<Outcome, HTMLButtonElement>} */
  #chips = new Map();
  #rates = make("p", { class: "label-compare__rates number" });

  /**
   * @param {LabelDesk} desk
   * @param {Run[]} runs
   */
  constructor(desk, runs) {
    this.#desk = desk;
    this.#run = make("select", { class: "input", "aria-label": "Run to compare" }, ...runs.map(({ id, name }) => make("option", { value: id }, name)));
    this.#turn.addEventListener("change", () => this.#compare(this.#turn.checked ? {} : null));
    this.#run.addEventListener("change", () => this.#compare({ run: this.#run.value }));
    this.#sameClass.addEventListener("change", () => this.#compare({ classAware: this.#sameClass.checked }));
    this.#threshold = new Knob("Overlap (IoU) from", { min: 0.05, max: 0.95, step: 0.05 }, (threshold) => this.#compare({ threshold }));
    this.#threshold.value = USUAL_THRESHOLD;
    const outcomes = /** @type {Outcome[]} */ (Object.keys(WORDS));
    const chips = make("div", { class: "chips", role: "group", "aria-label": "Outcomes" }, ...outcomes.map((outcome) => this.#chip(outcome)));
    const same = make("label", { class: "label-source" }, this.#sameClass, "Only of the same class");
    this.#run.hidden = runs.length < 2;
    this.#more.append(this.#run, this.#threshold.element, same, chips, this.#rates);
    const [only] = runs;
    const name = runs.length === 1 && only ? `Compare ${only.name} with ground truth` : "Compare a run with ground truth";
    this.element.append(make("label", { class: "label-source" }, this.#turn, make("span", { class: "clip", title: name }, name)), this.#more);
    this.element.hidden = runs.length === 0;
  }

  refresh() {
    const { comparison, filter } = this.#desk;
    this.#turn.checked = comparison !== null;
    this.#more.hidden = comparison === null;
    if (!comparison) return;
    this.#threshold.value = comparison.threshold;
    const counts = this.#counts();
    for (const [outcome, chip] of this.#chips) {
      chip.setAttribute("aria-pressed", String(!filter.hidesMatch(outcome)));
      /** @type {HTMLElement} */ (chip.lastElementChild).textContent = grouped(counts[outcome]);
    }
    this.#rates.textContent = ratesText(counts);
  }

  /** @param {Partial<import("./label-desk.js").Comparison> | null} change null ends comparing */
  #compare(change) {
    const usual = { run: this.#run.value, threshold: USUAL_THRESHOLD, classAware: true };
    this.#desk.comparison = change && { ...usual, ...this.#desk.comparison, ...change };
  }

  /** Of ground truth what was found and missed, of the run what is right and wrong: one shape may match two. */
  #counts() {
    const { set, matching } = this.#desk;
    const truths = [0, 0, 0, 0];
    const guesses = [0, 0, 0, 0];
    for (let index = 0; set && matching && index < set.length; index += 1) {
      const side = set.sources[set.source(index)]?.id === null ? truths : guesses;
      const state = matching.state[index] ?? 0;
      side[state] = (side[state] ?? 0) + 1;
    }
    return { matched: truths[1] ?? 0, missed: truths[2] ?? 0, right: guesses[1] ?? 0, false: guesses[3] ?? 0 };
  }

  /** @param {Outcome} outcome */
  #chip(outcome) {
    const chip = make("button", { type: "button", class: "chip", "data-outcome": outcome, title: WORDS[outcome], "aria-pressed": "true" });
    const name = outcome === "false" ? "False" : outcome === "missed" ? "Missed" : "Matched";
    chip.append(make("span", {}, name), make("span", { class: "number" }));
    chip.addEventListener("click", () => (this.#desk.filter = this.#desk.filter.withMatch(outcome, this.#desk.filter.hidesMatch(outcome))));
    this.#chips.set(outcome, chip);
    return chip;
  }
}

/** @param {Record<Outcome | "right", number>} counts */
function ratesText({ matched, missed, right, false: wrong }) {
  const rate = (/** @type {number} */ part, /** @type {number} */ all) => (all > 0 ? (part / all).toFixed(2) : "–");
  return `Precision ${rate(right, right + wrong)} · recall ${rate(matched, matched + missed)} on this picture`;
}
