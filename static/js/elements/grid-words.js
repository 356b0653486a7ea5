/** What a grid says over its cells: the place while scrolling, the field to go to another, and what did not come. */

import { grouped } from "../lib/digits.js";
import { make } from "../lib/markup.js";

/** How long the place stays after the last movement. */
const PLACE_S = 1.4;
/** The readout keeps this far from the window's ends. */
const INSET_PX = 64;

/**
 * @typedef {object} ShownPlace
 * @property {number} position of the first visible row, counted from 0
 * @property {number} count
 * @property {boolean} isExact
 * @property {number} share of the way to the end, 0 to 1
 */

export class GridWords {
  #goTo;
  /** @type {ShownPlace} */
  #place = { position: 0, count: 0, isExact: false, share: 0 };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #readout = make("button", { class: "grid-readout", type: "button", title: "Go to a position (G)", hidden: true });
  #input = make("input", { class: "input number", name: "position", inputmode: "numeric", autocomplete: "off", enterkeyhint: "go", "aria-label": "Position" });
  #refusal = make("span", { class: "grid-goto__refusal", role: "status" });
  #of = make("span", { class: "quiet number" });
  #form = make("form", { class: "grid-goto", hidden: true }, "Go to", this.#input, this.#of, make("button", { class: "button" }, "Go"), this.#refusal);
  #failure = make("p", { class: "grid-notice", role: "alert", "data-kind": "failed", hidden: true });
  #change = make("p", { class: "grid-notice", role: "status", hidden: true });
  element = make("div", { class: "grid-words" }, make("div", { class: "grid-words__notices" }, this.#failure, this.#change), this.#form, this.#readout);
  /** What had the focus before the field. @type {Element | null} */
  #before = null;

  /** @param {(position: number) => void} goTo counted from 0 */
  constructor(goTo) {
    this.#goTo = goTo;
    this.#readout.addEventListener("click", () => this.ask());
    this.#input.addEventListener("input", () => this.#refuse(""));
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#form.addEventListener("keydown", (press) => {
      if (press.key !== "Escape" || press.isComposing) return;
      press.preventDefault();
      this.#close();
    });
  }

  /** @param {ShownPlace} place */
  set place(place) {
    this.#place = place;
    if (!this.#readout.hidden) this.#write();
  }

  /** Shows the place for a while. */
  showPlace() {
    if (this.#place.count === 0) return;
    this.#readout.hidden = false;
    this.#write();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#hide(), PLACE_S * 1000);
  }

  /** Opens the field. */
  ask() {
    this.#before = document.activeElement;
    this.#form.hidden = false;
    this.#readout.hidden = true;
    this.#refuse("");
    this.#input.value = String(this.#place.position + 1);
    this.#of.textContent = `of ${total(this.#place)}`;
    this.#input.focus();
    this.#input.select();
  }

  /**
   * Says that rows did not come.
   * @param {string | null} sentence null when all is well again
   * @param {() => void} [retry]
   */
  failed(sentence, retry) {
    this.#failure.hidden = sentence === null;
    if (sentence !== null && retry) this.#failure.replaceChildren(`${sentence} `, pressed("Try again", "retry", retry));
  }

  /**
   * Says something quietly.
   * @param {string | null} sentence null for nothing
   * @param {{text: string, act: () => void}} [button]
   */
  say(sentence, button) {
    this.#change.hidden = sentence === null;
    if (sentence === null) return;
    const close = pressed("Close", "dismiss", () => this.say(null));
    close.dataset.kind = "quiet";
    this.#change.replaceChildren(`${sentence} `, ...(button ? [pressed(button.text, "act", button.act)] : []), close);
  }

  dispose() {
    clearTimeout(this.#timer);
    this.element.remove();
  }

  #hide() {
    if (this.#readout.matches(":hover, :focus-visible")) this.showPlace();
    else this.#readout.hidden = true;
  }

  #write() {
    const { position, share } = this.#place;
    const text = `${grouped(position + 1)} of ${total(this.#place)}`;
    if (this.#readout.textContent !== text) this.#readout.textContent = text;
    this.#readout.style.transform = `translateY(${Math.round(INSET_PX + share * (innerHeight - 2 * INSET_PX))}px)`;
  }

  #submit() {
    const wanted = Number(this.#input.value.replace(/[\s\u202f]/g, ""));
    const { count, isExact } = this.#place;
    if (!Number.isSafeInteger(wanted) || wanted < 1) return this.#refuse("A number from 1 on");
    if (wanted > count) return this.#refuse(isExact ? `There are ${grouped(count)}` : `${grouped(count)} are found so far`);
    this.#close();
    this.#goTo(wanted - 1);
  }

  #close() {
    this.#form.hidden = true;
    if (this.#before instanceof HTMLElement) this.#before.focus({ preventScroll: true });
  }

  /** @param {string} sentence empty where nothing is refused */
  #refuse(sentence) {
    this.#input.setAttribute("aria-invalid", String(sentence !== ""));
    this.#refusal.textContent = sentence;
  }
}

/** @param {ShownPlace} place */
function total({ count, isExact }) {
  return isExact ? grouped(count) : `at least ${grouped(count)}`;
}

/**
 * @param {string} text
 * @param {string} action
 * @param {() => void} act
 */
function pressed(text, action, act) {
  const button = make("button", { type: "button", class: "button", "data-action": action }, text);
  button.addEventListener("click", act);
  return button;
}
