/** One line of a summary over pictures: a sentence, what is being done about it, buttons, and more for who asks. */

import { checkHref } from "../hosts/page-hosts.js";
import { make } from "../lib/markup.js";

/** @typedef {import("../media/verdicts.js").Diagnosis} Diagnosis */

export class SummaryRow {
  #sentence = make("p", { class: "outage__sentence" });
  #remedy = make("p", { class: "outage__remedy" });
  #doing = make("p", { class: "outage__doing" });
  #more = make("div", { class: "outage__more", hidden: true });
  #toggle = make("button", { type: "button", class: "button", "data-kind": "quiet", "data-action": "what-to-do", "aria-expanded": "false" }, "What to do");
  act = make("button", { type: "button", class: "button", "data-action": "try-now" }, "Try now");
  element = make(
    "div",
    { class: "outage" },
    make("div", { class: "outage__words" }, this.#sentence, this.#remedy, this.#doing),
    make("div", { class: "outage__actions" }, this.#toggle, this.act),
    this.#more,
  );

  constructor() {
    this.#toggle.addEventListener("click", () => {
      this.#more.hidden = !this.#more.hidden;
      this.#toggle.setAttribute("aria-expanded", String(!this.#more.hidden));
    });
  }

  /**
   * Says what is the matter.
   * @param {Diagnosis} diagnosis
   */
  say({ kind, origin, sentence, remedy, maybe }) {
    Object.assign(this.element.dataset, { kind, origin });
    write(this.#sentence, sentence);
    write(this.#remedy, remedy);
    const href = checkHref(origin);
    const causes = maybe.map((cause) => make("li", {}, cause));
    this.#toggle.hidden = causes.length === 0 && !href;
    this.#more.replaceChildren(
      ...(causes.length > 0 ? [make("p", { class: "quiet" }, "This page cannot tell which of these it is:"), make("ul", { class: "outage__maybe" }, ...causes)] : []),
      ...(href ? [make("p", {}, make("a", { href }, "Look into this host"))] : []),
    );
  }

  /** Says one sentence and nothing else. @param {string} sentence */
  sayShortly(sentence) {
    write(this.#sentence, sentence);
    write(this.#remedy, "");
    write(this.#doing, "");
    this.#more.hidden = true;
  }

  /** What happens by itself meanwhile. @param {string} words empty for nothing */
  set doing(words) {
    write(this.#doing, words);
  }
}

/**
 * Written only where it changes: it is read aloud then.
 * @param {HTMLElement} element
 * @param {string} words
 */
function write(element, words) {
  if (element.textContent !== words) element.textContent = words;
}
