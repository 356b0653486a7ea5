/** The suggestions below a query's text: a listbox whose options the text's own keys walk through. */

import { make } from "../lib/markup.js";

/**
 * @typedef {import("../query/suggest.js").Suggestion} Suggestion
 * @typedef {{name: string, suggestions: Suggestion[]}} Group `name` is "" where it needs none
 */

let lists = 0;

export class QueryList {
  /** @type {Suggestion[]} */
  #shown = [];
  /** @type {HTMLElement[]} */
  #options = [];
  #active = -1;
  #id;
  #list;

  /**
   * @param {HTMLElement} owner where it is put
   * @param {(suggestion: Suggestion) => void} accept
   */
  constructor(owner, accept) {
    this.#id = `query-list-${(lists += 1)}`;
    this.#list = make("div", { class: "query-list", role: "listbox", id: this.#id, "aria-label": "Suggestions", tabindex: -1, hidden: true });
    // The text keeps the focus.
    this.#list.addEventListener("pointerdown", (press) => press.preventDefault());
    this.#list.addEventListener("click", (click) => {
      const option = click.target instanceof Element ? click.target.closest("[role=option]") : null;
      const chosen = this.#shown[this.#options.indexOf(/** @type {HTMLElement} */ (option))];
      if (chosen) accept(chosen);
    });
    owner.append(this.#list);
  }

  get id() {
    return this.#id;
  }

  get isOpen() {
    return !this.#list.hidden;
  }

  /** @returns {Suggestion | null} the one that is walked to */
  get active() {
    return this.#shown[this.#active] ?? null;
  }

  /** @returns {Suggestion | null} */
  get first() {
    return this.#shown[0] ?? null;
  }

  get count() {
    return this.#shown.length;
  }

  /** @returns {string | null} the id of the active option's element */
  get activeId() {
    return this.#options[this.#active]?.id ?? null;
  }

  /** @param {boolean} isTaking whether Enter takes the first where none is walked to */
  set isTaking(isTaking) {
    this.#list.toggleAttribute("data-taking", isTaking);
  }

  /** @param {Group[]} groups */
  show(groups) {
    this.#shown = groups.flatMap(({ suggestions }) => suggestions);
    this.#options = this.#shown.map((one, place) => this.#option(one, place));
    let taken = 0;
    const parts = groups.flatMap(({ name, suggestions }, place) => {
      const options = this.#options.slice(taken, (taken += suggestions.length));
      if (!name || !options.length) return options;
      const title = make("div", { class: "query-list__title", id: `${this.#id}-group-${place}`, role: "presentation" }, name);
      return [make("div", { role: "group", "aria-labelledby": title.id }, title, ...options)];
    });
    this.#list.replaceChildren(...parts);
    this.#list.hidden = this.#shown.length === 0;
    this.#list.scrollTop = 0;
    this.#active = -1;
  }

  close() {
    this.show([]);
  }

  /** @param {number} steps down; up where negative; round the ends by way of none */
  walk(steps) {
    const places = this.#options.length + 1;
    this.#options[this.#active]?.setAttribute("aria-selected", "false");
    this.#active = ((this.#active + 1 + steps + places) % places) - 1;
    const option = this.#options[this.#active];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
  }

  dispose() {
    this.#list.remove();
  }

  /**
   * @param {Suggestion} suggestion
   * @param {number} place
   */
  #option({ text, note, kind }, place) {
    const about = note ? [make("span", { class: "query-list__note" }, note)] : [];
    return make(
      "div",
      { class: "query-list__option", role: "option", id: `${this.#id}-${place}`, "aria-selected": false, "data-kind": kind },
      make("span", { class: "query-list__text" }, text),
      ...about,
    );
  }
}
