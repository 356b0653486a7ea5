/** The controls under a sequence of frames: step, play, slide, type a number. They say what is wanted, and show what is shown. */

import { frameTime, grouped } from "../lib/digits.js";
import { make } from "../lib/markup.js";

/** Line drawings on a 16 px grid, as in templates/macros/icons.html. */
const ICONS = {
  first: "M4 3v10M13 3 6.5 8l6.5 5z",
  previous: "M11.5 3 5 8l6.5 5z",
  play: "M4.5 2.5 13 8l-8.5 5.5z",
  pause: "M5 3v10M11 3v10",
  next: "M4.5 3 11 8l-6.5 5z",
  last: "M12 3v10M3 3l6.5 5L3 13z",
};

/** @typedef {"first" | "previous" | "play" | "next" | "last"} TransportAction */

export class Transport {
  element = make("div", { class: "frame-viewer__controls", role: "group", "aria-label": "Frames" });
  #count;
  #rate_hz;
  /** @type {Record<TransportAction, HTMLButtonElement>} */
  #buttons;
  #slider;
  #number;
  #time = make("span", { class: "frame-viewer__time number" });
  #dropped = make("span", { class: "frame-viewer__dropped quiet", role: "status" });

  /**
   * @param {{count: number, rate_hz: number | null}} scene no rate, no playing
   * @param {{act: (action: TransportAction) => void, want: (frame: number) => void}} wishes
   */
  constructor({ count, rate_hz }, { act, want }) {
    this.#count = count;
    this.#rate_hz = rate_hz;
    this.#buttons = {
      first: button("first", "First frame (Home)", act),
      previous: button("previous", "Previous frame (←)", act),
      play: button("play", "Play (Space)", act),
      next: button("next", "Next frame (→)", act),
      last: button("last", "Last frame (End)", act),
    };
    this.#buttons.play.hidden = rate_hz === null;
    const range = { min: 0, max: count - 1, step: 1, value: 0 };
    this.#slider = make("input", { type: "range", class: "frame-viewer__slider", "aria-label": "Frame", ...range });
    this.#number = make("input", { type: "number", class: "input frame-viewer__number", "aria-label": "Frame number", ...range });
    this.#slider.addEventListener("input", () => want(this.#slider.valueAsNumber));
    this.#number.addEventListener("change", () => want(this.#number.valueAsNumber));
    const total = make("span", { class: "frame-viewer__total number" }, `/ ${grouped(count - 1)}`);
    const { first, previous, play, next, last } = this.#buttons;
    const buttons = make("span", { class: "frame-viewer__buttons" }, first, previous, play, next, last);
    const place = make("span", { class: "frame-viewer__place" }, this.#number, total, this.#time);
    this.element.append(buttons, this.#slider, place, this.#dropped);
  }

  /**
   * Shows which frame is wanted.
   * @param {number} frame
   */
  place(frame) {
    this.#slider.value = String(frame);
    this.#slider.setAttribute("aria-valuetext", `Frame ${frame} of ${this.#count}`);
    this.#number.value = String(frame);
    if (this.#rate_hz) this.#time.textContent = frameTime(frame, this.#rate_hz);
    // Not `disabled`: a button that disables itself under the finger loses the focus.
    const { first, previous, next, last } = this.#buttons;
    for (const back of [first, previous]) back.setAttribute("aria-disabled", String(frame === 0));
    for (const ahead of [next, last]) ahead.setAttribute("aria-disabled", String(frame === this.#count - 1));
  }

  /** @param {boolean} isPlaying */
  set playing(isPlaying) {
    const { play } = this.#buttons;
    play.setAttribute("aria-label", isPlaying ? "Pause (Space)" : "Play (Space)");
    play.title = isPlaying ? "Pause (Space)" : "Play (Space)";
    play.replaceChildren(icon(isPlaying ? "pause" : "play"));
  }

  /** @param {number} count frames that were due and never came on screen */
  set dropped(count) {
    this.#dropped.textContent = count > 0 ? `${grouped(count)} dropped` : "";
  }
}

/**
 * @param {TransportAction} action
 * @param {string} label
 * @param {(action: TransportAction) => void} act
 */
function button(action, label, act) {
  const look = { class: "button", "data-shape": "icon", "data-kind": "quiet" };
  const made = make("button", { type: "button", ...look, "data-action": action, "aria-label": label, title: label }, icon(action));
  made.addEventListener("click", () => act(action));
  return made;
}

/** @param {keyof typeof ICONS} name */
function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  const attributes = { class: "icon", viewBox: "0 0 16 16", "aria-hidden": "true", focusable: "false" };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}
