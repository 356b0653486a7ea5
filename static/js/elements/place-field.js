/** The field that shows which frame is on screen, and takes another one: a number, a step, a time, a share. */

import { grouped } from "../lib/digits.js";
import { make } from "../lib/markup.js";
import { placeEntry } from "../viewer/place-entry.js";

/** A field narrower than this takes no time. */
const SHORTEST = 6;
/** The field's own padding and border. */
const BESIDE_TEXT_PX = 18;

export class PlaceField {
  #goTo;
  #refusal = make("span", { class: "transport__refusal", role: "status" });
  #input = make("input", {
    class: "input transport__place number",
    type: "text",
    "aria-label": "Frame or time (G)",
    title: "A frame, +30, 1:04.2, 4.2s or 50% (G)",
    autocomplete: "off",
    enterkeyhint: "go",
    spellcheck: "false",
    disabled: true,
  });
  element = make("span", { class: "transport__entry" }, this.#input, this.#refusal);
  /** @type {import("../viewer/timeline.js").Timeline | null} */
  #timeline = null;
  #current = 0;
  #text = "";

  /** @param {(index: number) => void} goTo */
  constructor(goTo) {
    this.#goTo = goTo;
    this.#input.addEventListener("focus", () => this.#input.select());
    this.#input.addEventListener("input", () => this.#refuse(""));
    this.#input.addEventListener("blur", () => this.#restore());
    this.#input.addEventListener("keydown", (event) => this.#press(event));
  }

  /** @param {import("../viewer/timeline.js").Timeline | null} timeline */
  set timeline(timeline) {
    this.#timeline = timeline;
    this.#input.disabled = timeline === null;
    // As wide as the longest number, so that nothing moves while it counts.
    const characters = Math.max(SHORTEST, grouped((timeline?.count ?? 1) - 1).length);
    this.#input.style.inlineSize = `calc(${characters}ch + ${BESIDE_TEXT_PX}px)`;
  }

  /**
   * Shows a frame, unless somebody is typing.
   * @param {number | null} painted
   * @param {number} wanted
   */
  show(painted, wanted) {
    this.#current = painted ?? wanted;
    this.#text = painted === null ? "" : grouped(painted);
    if (!this.#isTyping && this.#input.value !== this.#text) this.#input.value = this.#text;
  }

  enter() {
    this.#input.focus();
    this.#input.select();
  }

  leave() {
    this.#input.blur();
  }

  get #isTyping() {
    return document.activeElement === this.#input;
  }

  /** @param {KeyboardEvent} press */
  #press(press) {
    if (press.isComposing || (press.key !== "Enter" && press.key !== "Escape")) return;
    press.preventDefault();
    if (press.key === "Escape") this.leave();
    else this.#submit();
  }

  #submit() {
    if (!this.#timeline) return;
    const meant = placeEntry(this.#input.value, { timeline: this.#timeline, current: this.#current });
    if (typeof meant === "string") {
      this.#refuse(meant);
      return;
    }
    this.leave();
    this.#goTo(meant);
  }

  #restore() {
    this.#input.value = this.#text;
    this.#refuse("");
  }

  /** @param {string} sentence empty where nothing is refused */
  #refuse(sentence) {
    this.#input.setAttribute("aria-invalid", String(sentence !== ""));
    this.#refusal.textContent = sentence;
  }
}
