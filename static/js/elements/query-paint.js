/** The colored copy of a query that lies behind its text, and gives it its height. */

import { make } from "../lib/markup.js";
import { tokensOf } from "../query/tokens.js";

// A longer text is shown in one color: nobody reads it, and typing stays quick.
const MOST_COLORED = 10_000;

/** @typedef {{start: number, end: number}} Wave a place that is at fault, in UTF-16 units */

export class QueryPaint {
  #copy = make("div", { class: "query-field__paint", "aria-hidden": true });
  #text = "";
  /** @type {Wave | null} */
  #wave = null;

  /** @param {HTMLElement} owner */
  constructor(owner) {
    owner.prepend(this.#copy);
  }

  dispose() {
    this.#copy.remove();
  }

  /**
   * @param {string} text
   * @param {Wave | null} wave
   */
  show(text, wave) {
    this.#text = text;
    this.#wave = wave;
    this.#copy.replaceChildren(...this.#pieces(), this.#tail());
  }

  /** @param {number} top how far the text is scrolled, in CSS pixels */
  scrollTo(top) {
    this.#copy.scrollTop = top;
  }

  /**
   * Where a character is drawn, in the viewport.
   * @param {number} at
   * @returns {DOMRect}
   */
  rectOf(at) {
    const range = document.createRange();
    let left = at;
    for (const piece of this.#copy.childNodes) {
      const length = piece.textContent?.length ?? 0;
      const node = piece.nodeType === Node.TEXT_NODE ? piece : piece.firstChild;
      if (left <= length && node) {
        range.setStart(node, Math.min(left, node.textContent?.length ?? 0));
        break;
      }
      left -= length;
    }
    range.collapse(true);
    const rect = range.getBoundingClientRect();
    return rect.height ? rect : this.#copy.getBoundingClientRect();
  }

  /** @returns {Node[]} */
  #pieces() {
    if (this.#text.length > MOST_COLORED) return [document.createTextNode(this.#text)];
    /** @type {Node[]} */
    const pieces = [];
    let at = 0;
    for (const { kind, role, start, end } of tokensOf(this.#text).tokens) {
      if (start > at) pieces.push(document.createTextNode(this.#text.slice(at, start)));
      pieces.push(...this.#token(role || kind, start, end));
      at = end;
    }
    pieces.push(document.createTextNode(this.#text.slice(at)));
    return pieces;
  }

  /**
   * A token, in up to three pieces where a part of it is at fault.
   * @param {string} looks
   * @param {number} start
   * @param {number} end
   */
  #token(looks, start, end) {
    const wave = this.#wave;
    const cuts = wave ? [start, Math.min(Math.max(wave.start, start), end), Math.max(Math.min(wave.end, end), start), end] : [start, end];
    const pieces = [];
    for (const [index, from] of cuts.slice(0, -1).entries()) {
      const to = cuts[index + 1] ?? end;
      const isWrong = wave !== null && from >= wave.start && to <= wave.end;
      if (to > from) pieces.push(make("span", { "data-token": looks, "data-wrong": isWrong }, this.#text.slice(from, to)));
    }
    return pieces;
  }

  /** What is wrong behind the last character needs something to stand under; and a last line its height. */
  #tail() {
    const isWrong = this.#wave !== null && this.#wave.start >= this.#text.trimEnd().length;
    return make("span", { "data-wrong": isWrong }, "\u00a0");
  }
}
