/**
 * Brightness, contrast and gamma of what is seen; the pixels themselves are never touched. Kept as long as the tab is,
 * and said on its button while the picture is not as it came.
 */

import { make } from "../lib/markup.js";
import { nameWithKey } from "../viewer/shortcuts.js";
import { actionButton, icon, nameButton, svgElement } from "./action-button.js";

/** @typedef {"brightness" | "contrast" | "gamma"} Knob */
/** @typedef {Record<Knob, number>} Tuning factors; 1 leaves the picture as it came */

const STORED = "transom-tuning";
/** A slider moves by doublings: as far to the dark as to the bright. */
const FARTHEST_DOUBLING = 2;
const KNOBS = /** @type {const} */ ({ brightness: "Brightness", contrast: "Contrast", gamma: "Gamma" });
const FILTER_ID = "transom-gamma";

export class PictureTuning {
  element = make("div", { class: "tuning" });
  #picture;
  #button = actionButton("tune", () => this.toggle());
  #panel = make("div", { class: "tuning__panel", role: "group", "aria-label": "Picture", hidden: true });
  #curves = ["R", "G", "B"].map((channel) =>
    svgElement(/** @type {"feFuncR"} */ (`feFunc${channel}`), { type: "gamma", amplitude: 1, exponent: 1, offset: 0 }),
  );
  /** @type {Map<Knob, {slider: HTMLInputElement, value: HTMLElement}>} */
  #knobs = new Map();
  /** @type {Tuning} */
  #tuning = remembered();

  /** @param {HTMLElement} picture what is tuned; nothing that lies over it */
  constructor(picture) {
    this.#picture = picture;
    this.#button.setAttribute("aria-expanded", "false");
    const reset = make("button", { type: "button", class: "button", "data-kind": "quiet" }, icon("undo"), "As it came");
    reset.addEventListener("click", () => this.#tune({ brightness: 1, contrast: 1, gamma: 1 }));
    const knobs = /** @type {Knob[]} */ (Object.keys(KNOBS)).map((knob) => this.#knob(knob));
    this.#panel.append(make("p", { class: "tuning__title strong" }, "Picture"), ...knobs, reset);
    this.element.append(this.#button, this.#panel, this.#filter());
    this.element.addEventListener("keydown", (event) => event.key === "Escape" && this.#leave(event));
    this.#tune(this.#tuning);
  }

  /** Opens or closes the panel. */
  toggle() {
    this.#open(this.#panel.hidden !== false);
  }

  /** Whether the picture on screen is other than it came. */
  get isTuned() {
    return Object.values(this.#tuning).some((factor) => factor !== 1);
  }

  /** @param {boolean} isOpen */
  #open(isOpen) {
    this.#panel.hidden = !isOpen;
    this.#button.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) this.#knobs.get("brightness")?.slider.focus();
  }

  /** @param {KeyboardEvent} press */
  #leave(press) {
    if (this.#panel.hidden) return;
    press.preventDefault();
    this.#open(false);
    this.#button.focus();
  }

  /** @param {Knob} knob */
  #knob(knob) {
    const range = { min: -FARTHEST_DOUBLING, max: FARTHEST_DOUBLING, step: 0.05, value: 0 };
    const slider = make("input", { type: "range", class: "slider", "data-knob": knob, ...range });
    const value = make("output", { class: "tuning__value number" });
    const change = (/** @type {number} */ doublings) => this.#tune({ ...this.#tuning, [knob]: 2 ** doublings });
    slider.addEventListener("input", () => change(slider.valueAsNumber));
    slider.addEventListener("dblclick", () => change(0));
    this.#knobs.set(knob, { slider, value });
    return make("label", { class: "tuning__knob" }, make("span", {}, KNOBS[knob]), value, slider);
  }

  /** @param {Tuning} tuning */
  #tune(tuning) {
    this.#tuning = tuning;
    for (const curve of this.#curves) curve.setAttribute("exponent", String(1 / tuning.gamma));
    this.#picture.style.filter = filterOf(tuning);
    for (const [knob, { slider, value }] of this.#knobs) {
      slider.value = String(Math.log2(tuning[knob]));
      value.textContent = `× ${tuning[knob].toFixed(2)}`;
      slider.setAttribute("aria-valuetext", `times ${tuning[knob].toFixed(2)}`);
    }
    this.#button.toggleAttribute("data-tuned", this.isTuned);
    nameButton(this.#button, nameWithKey("tune", this.isTuned ? "The picture is tuned: brightness, contrast, gamma" : undefined));
    remember(tuning);
  }

  /** CSS has no gamma of its own. What is not rendered cannot filter, so the drawing is there and empty. */
  #filter() {
    const transfer = svgElement("feComponentTransfer", {}, ...this.#curves);
    const filter = svgElement("filter", { id: FILTER_ID, "color-interpolation-filters": "sRGB", x: 0, y: 0, width: 1, height: 1 }, transfer);
    return svgElement("svg", { class: "tuning__filter", width: 0, height: 0, "aria-hidden": "true" }, filter);
  }
}

/** @param {Tuning} tuning */
function filterOf({ brightness, contrast, gamma }) {
  const steps = [
    brightness !== 1 && `brightness(${brightness})`,
    contrast !== 1 && `contrast(${contrast})`,
    gamma !== 1 && `url("#${FILTER_ID}")`,
  ];
  return steps.filter(Boolean).join(" ");
}

/** @returns {Tuning} */
function remembered() {
  const asItCame = { brightness: 1, contrast: 1, gamma: 1 };
  try {
    const stored = JSON.parse(sessionStorage.getItem(STORED) ?? "{}");
    for (const knob of /** @type {Knob[]} */ (Object.keys(asItCame))) {
      if (Number.isFinite(stored[knob]) && stored[knob] > 0) asItCame[knob] = stored[knob];
    }
  } catch {
    // Storage may be forbidden: then the tuning lasts as long as the page.
  }
  return asItCame;
}

/** @param {Tuning} tuning */
function remember(tuning) {
  try {
    sessionStorage.setItem(STORED, JSON.stringify(tuning));
  } catch {
    // As above.
  }
}
