/** A menu of the status line that opens upwards, with one choice of several. The page closes it as it does every menu. */

import { make } from "../lib/markup.js";

/**
 * @typedef {object} Choice
 * @property {string} value
 * @property {string} name
 * @property {string | null} [hint] a sentence below the name
 */

export class ViewerMenu {
  #text = make("span", { class: "viewer-menu__text" });
  #summary = make("summary", { class: "menu__button" });
  #body = make("div", { class: "menu__sheet viewer-menu__sheet" });
  // Not a fieldset: Chromium 156 at times gives one in an opening <details> no height.
  #choices = make("div", { class: "options viewer-menu__choices", role: "radiogroup" });
  /** Whether the hand is on the pointer, and not on the keys. */
  #isPointed = false;
  element = make("details", { class: "menu viewer-menu", "data-opens": "up" }, this.#summary, this.#body);
  #name;
  #choose;
  /** @type {string | null} */
  #chosen = null;

  /**
   * @param {{name: string, title: string}} named `name` is also the radios' name
   * @param {(value: string) => void} choose
   */
  constructor({ name, title }, choose) {
    this.#name = name;
    this.#choose = choose;
    this.#summary.append(this.#text);
    this.#summary.title = title;
    this.#choices.setAttribute("aria-label", title);
    this.#choices.append(make("p", { class: "strong" }, title));
    this.#body.append(this.#choices);
    this.#body.addEventListener("pointerdown", () => (this.#isPointed = true));
    this.#body.addEventListener("keydown", () => (this.#isPointed = false));
    this.#choices.addEventListener("change", (event) => this.#chooseBy(/** @type {HTMLInputElement} */ (event.target)));
  }

  /** What stands on the button. @param {...(Node | string)} parts */
  say(...parts) {
    this.#text.replaceChildren(...parts);
  }

  /**
   * @param {Choice[]} choices
   * @param {string | null} chosen
   */
  offer(choices, chosen) {
    this.#chosen = chosen;
    const focused = /** @type {HTMLInputElement | null} */ (this.#choices.querySelector("input:focus"))?.value;
    const options = choices.map((choice) => this.#option(choice, choice.value === chosen));
    this.#choices.replaceChildren(/** @type {Node} */ (this.#choices.firstElementChild), ...options);
    if (focused !== undefined) this.#radio(focused)?.focus();
  }

  /** Opens or closes the menu, with the keyboard in it. */
  toggle() {
    this.element.open = !this.element.open;
    if (this.element.open) this.#radio(this.#chosen).focus();
    else this.#summary.focus();
  }

  /**
   * A click has chosen for good: the next key is meant for the viewer. Arrow keys walk through the choices.
   * @param {HTMLInputElement} radio
   */
  #chooseBy(radio) {
    if (this.#isPointed) {
      this.element.open = false;
      radio.blur();
    }
    this.#choose(radio.value);
  }

  /** Puts something below the choices. @param {Node} note */
  append(note) {
    this.#body.append(note);
  }

  /** @param {string | null} value of none: the first one @returns {HTMLElement} */
  #radio(value) {
    const radios = [...this.#choices.querySelectorAll("input")];
    return radios.find((radio) => radio.value === value) ?? radios[0] ?? this.#summary;
  }

  /**
   * @param {Choice} choice
   * @param {boolean} isChosen
   */
  #option({ value, name, hint }, isChosen) {
    const radio = make("input", { type: "radio", class: "tick", name: this.#name, value });
    radio.checked = isChosen;
    const hints = hint ? [make("span", { class: "option__hint" }, hint)] : [];
    return make("label", { class: "option" }, radio, make("span", {}, name), ...hints);
  }
}
