/** How large the picture is, and buttons to change it. */

import { make } from "../lib/markup.js";
import { grouped } from "../lib/digits.js";
import { nameWithKey } from "../viewer/shortcuts.js";
import { actionButton, nameButton } from "./action-button.js";

/** @typedef {{zoomIn: () => void, zoomOut: () => void, fit: () => void, actual: () => void}} Zoomed */

export class ZoomControls {
  #readout = make("button", { type: "button", class: "button zoom-controls__readout number", "data-kind": "quiet" });
  element;
  /** @type {"fit" | "actual" | "free"} */
  #mode = "fit";

  /** @param {Zoomed} zoomed */
  constructor(zoomed) {
    const smaller = actionButton("zoomOut", () => zoomed.zoomOut());
    const larger = actionButton("zoomIn", () => zoomed.zoomIn());
    this.#readout.addEventListener("mousedown", (event) => event.preventDefault());
    this.#readout.addEventListener("click", () => (this.#mode === "fit" ? zoomed.actual() : zoomed.fit()));
    this.element = make("span", { class: "zoom-controls", role: "group", "aria-label": "Zoom" }, smaller, this.#readout, larger);
    this.show(1, "fit");
  }

  /**
   * @param {number} deviceScale device pixels a picture pixel
   * @param {"fit" | "actual" | "free"} mode
   */
  show(deviceScale, mode) {
    const text = mode === "actual" ? "1:1" : `${percentText(deviceScale * 100)} %`;
    if (text === this.#readout.textContent && mode === this.#mode) return;
    this.#mode = mode;
    this.#readout.textContent = text;
    const next = mode === "fit" ? "actual" : "fit";
    this.#readout.dataset.action = next;
    nameButton(this.#readout, `${text}: ${nameWithKey(next)}`);
  }
}

/** @param {number} percent */
function percentText(percent) {
  return percent < 10 ? percent.toFixed(1) : grouped(Math.round(percent));
}
