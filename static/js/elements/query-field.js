/**
 * `<query-field data-dataset="/datasets/…/" data-names="[[path, type], …]">`: a query's text, colored, completed and
 * checked as it is typed. Names are there at once; only values and the check wait for the server.
 */

import { debounce } from "../lib/debounce.js";
import { make } from "../lib/markup.js";
import { shelf } from "../lib/shelf.js";
import { QueryHistory } from "../query/history.js";
import { isHalfWritten, placeAt } from "../query/place.js";
import { accepted, fieldWanted, suggestionsAt } from "../query/suggest.js";
import { QueryList } from "./query-list.js";
import { QueryNames } from "./query-names.js";
import { QueryPaint } from "./query-paint.js";

/** @typedef {import("../query/suggest.js").Suggestion} Suggestion */

const QUIET_S = 0.25;
const RECENT = 8;
// Beyond it the server takes no address; the text itself is refused with a sentence when it is sent.
const MOST_CHECKED = 2500;
const MOST_WRITTEN = 7500;
const KEEPS_OPEN = new Set(["Shift", "Control", "Alt", "Meta"]);

export class QueryField extends HTMLElement {
  /** @type {AbortController | null} */
  #life = null;
  /** @type {HTMLTextAreaElement} */
  #input = /** @type {HTMLTextAreaElement} */ (/** @type {unknown} */ (null));
  /** @type {QueryPaint} */
  #paint = /** @type {QueryPaint} */ (/** @type {unknown} */ (null));
  /** @type {QueryList} */
  #list = /** @type {QueryList} */ (/** @type {unknown} */ (null));
  /** @type {QueryNames} */
  #names = /** @type {QueryNames} */ (/** @type {unknown} */ (null));
  /** @type {QueryHistory} */
  #history = /** @type {QueryHistory} */ (/** @type {unknown} */ (null));
  #drop = make("div", { class: "query-field__drop", hidden: true });
  #says = make("p", { class: "query-field__says", hidden: true });
  #told = make("span", { class: "visually-hidden", role: "status" });
  #foot = make("p", { class: "query-field__foot" });
  /** @type {import("./query-paint.js").Wave | null} */
  #wave = null;
  /** Which of several lists that are being made is the last. */
  #turn = 0;
  #isWriting = false;
  #checkSoon = () => {};

  connectedCallback() {
    const input = this.querySelector("textarea");
    const href = this.dataset["dataset"];
    if (!input || !href || this.#life) return;
    this.#life = new AbortController();
    const { signal } = this.#life;
    this.#input = input;
    this.#names = new QueryNames(href, JSON.parse(this.dataset["names"] ?? "[]"), signal);
    this.#history = new QueryHistory(shelf(), href.split("/").at(-2) ?? href);
    this.#paint = new QueryPaint(this);
    this.append(this.#drop, this.#told);
    this.#list = new QueryList(this.#drop, (chosen) => this.#accept(chosen));
    this.#says.id = `${this.#list.id}-says`;
    this.#drop.append(this.#says, this.#foot);
    this.#fillFoot(signal);
    for (const [name, value] of Object.entries({ "aria-autocomplete": "list", "aria-controls": this.#list.id, "aria-haspopup": "listbox" })) input.setAttribute(name, value);
    this.#checkSoon = debounce(() => void this.#check(), QUIET_S, signal);
    this.#listen(signal);
    this.dataset["ready"] = "";
    this.#draw();
    if (input.name === "q" && !input.hasAttribute("aria-invalid")) this.#history.add(input.defaultValue);
  }

  disconnectedCallback() {
    if (!this.#life) return;
    this.#life.abort();
    this.#life = null;
    this.#paint.dispose();
    this.#list.dispose();
    this.#drop.remove();
    this.#told.remove();
    delete this.dataset["ready"];
  }

  /** @param {AbortSignal} signal */
  #listen(signal) {
    const input = this.#input;
    const options = { signal };
    input.addEventListener("input", () => this.#typed(), options);
    input.addEventListener("keydown", (press) => this.#press(press), options);
    input.addEventListener("scroll", () => this.#paint.scrollTo(input.scrollTop), options);
    input.addEventListener("click", () => this.#offerWhere(), options);
    input.addEventListener("focus", () => this.#offerWhere(), options);
    input.addEventListener("blur", () => this.#close(), options);
    // A press on the list's edge or its foot leaves the text its focus.
    this.#drop.addEventListener("pointerdown", (press) => press.preventDefault(), options);
  }

  #typed() {
    if (this.#isWriting) return;
    this.#change();
    void this.#offer();
  }

  /** The text is another: what was wrong with it is checked anew. */
  #change() {
    this.#wave = null;
    this.#says.hidden = true;
    this.#draw();
    this.#checkSoon();
  }

  #draw() {
    this.#input.setCustomValidity(fitsAddress(this.#input.value) ? "" : "This query is too long for an address: ask for less, or for a slice of a part.");
    this.#paint.show(this.#input.value, this.#wave);
    this.#paint.scrollTo(this.#input.scrollTop);
  }

  /** An empty text shows what was asked lately; another one only where the list is open. */
  #offerWhere() {
    if (!this.#input.value || this.#list.isOpen) void this.#offer();
  }

  /** @param {KeyboardEvent} press */
  #press(press) {
    if (press.isComposing || KEEPS_OPEN.has(press.key)) return;
    const act = this.#deed(press);
    if (!act) return;
    press.preventDefault();
    act();
  }

  /**
   * What a key does here, if it does not do what it does everywhere.
   * @param {KeyboardEvent} press
   * @returns {(() => void) | null}
   */
  #deed(press) {
    const { key } = press;
    const chosen = this.#list.active;
    if (press.altKey && (key === "ArrowUp" || key === "ArrowDown")) return () => this.#recall(key === "ArrowUp" ? 1 : -1);
    if (press.ctrlKey && key === " ") return () => void this.#offer();
    if (press.altKey || press.ctrlKey || press.metaKey) return null;
    if (key === "Enter") {
      const goesOn = chosen ?? (this.#isTaking ? this.#list.first : null);
      return goesOn ? () => this.#accept(goesOn) : () => this.#send();
    }
    if (key === "Escape") return this.#drop.hidden ? null : () => this.#close();
    if (!this.#list.isOpen) return key === "ArrowDown" && this.#isLastLine() ? () => void this.#offer() : null;
    if (key === "ArrowDown" || key === "ArrowUp") return () => this.#walk(key === "ArrowDown" ? 1 : -1);
    const taken = chosen ?? (this.#isTyping() ? this.#list.first : null);
    if (key === "Tab" && !press.shiftKey && taken) return () => this.#accept(taken);
    return null;
  }

  #isLastLine() {
    const { value, selectionEnd } = this.#input;
    return this.#paint.rectOf(selectionEnd).bottom >= this.#paint.rectOf(value.length).bottom - 1;
  }

  /** Whether a part of a word stands before the caret, so that Tab completes it. */
  #isTyping() {
    return placeAt(this.#input.value, this.#input.selectionEnd).prefix !== "";
  }

  /** Whether Enter takes the first suggestion: the text cannot be asked as it is. */
  get #isTaking() {
    return this.#list.isOpen && isHalfWritten(this.#input.value);
  }

  #send() {
    this.#close();
    this.#input.form?.requestSubmit();
  }

  /** @param {number} steps */
  #walk(steps) {
    this.#list.walk(steps);
    const id = this.#list.activeId;
    if (id) this.#input.setAttribute("aria-activedescendant", id);
    else this.#input.removeAttribute("aria-activedescendant");
  }

  /** @param {1 | -1} steps */
  #recall(steps) {
    const text = this.#history.walk(steps, this.#input.value);
    if (text === null) return;
    this.#write(text, text.length);
    this.#close();
  }

  /** @param {Suggestion} chosen */
  #accept(chosen) {
    const { value, selectionEnd } = this.#input;
    if (chosen.note === "asked before") {
      this.#write(chosen.insert, chosen.insert.length);
      return this.#close();
    }
    const made = accepted(value, placeAt(value, selectionEnd), chosen);
    this.#write(made.text, made.caret);
    void this.#offer();
  }

  /**
   * Puts a text in as if it were typed, so that the browser can take it back.
   * @param {string} text
   * @param {number} caret
   */
  #write(text, caret) {
    const input = this.#input;
    input.focus();
    input.select();
    this.#isWriting = true;
    // The one way that Ctrl+Z takes back; where a browser has given it up, the text is written all the same.
    if (!text || !document.execCommand("insertText", false, text)) input.value = text;
    this.#isWriting = false;
    input.setSelectionRange(caret, caret);
    this.#change();
  }

  /** Shows what may be written at the caret: what is known at once, and then what the server knows besides. */
  async #offer() {
    const turn = (this.#turn += 1);
    const { value, selectionStart, selectionEnd } = this.#input;
    if (selectionStart !== selectionEnd && value) return this.#close();
    const place = placeAt(value, selectionEnd);
    const show = (/** @type {import("../query/suggest.js").Values | null} */ values) => {
      if (turn === this.#turn) this.#show(place, suggestionsAt(place, this.#names.atHand, values));
    };
    const before = this.#names.atHand;
    const early = fieldWanted(place, before);
    if (!early) show(null);
    const known = await this.#names.known();
    const field = fieldWanted(place, known);
    if (!field) return known === before ? undefined : show(null);
    // The values that begin with nothing are there at once, while those that begin so are on their way.
    const all = await this.#names.values(field, "");
    show(all);
    if (!place.prefix || (all && all.is_exact && all.values.length < 50)) return;
    show(await this.#names.values(field, place.prefix));
  }

  /**
   * @param {import("../query/place.js").Place} place
   * @param {Suggestion[]} suggestions
   */
  #show(place, suggestions) {
    if (document.activeElement !== this.#input) return this.#close();
    const isEmpty = this.#input.value === "";
    const recent = isEmpty && this.#input.name === "q" ? this.#history.texts.slice(0, RECENT) : [];
    const asked = recent.map((text) => /** @type {Suggestion} */ ({ text, insert: text, note: "asked before", kind: "value", goesOn: false }));
    this.#list.show([
      { name: asked.length ? "Asked before" : "", suggestions: asked },
      { name: asked.length ? "Fields" : "", suggestions },
    ]);
    this.#list.isTaking = this.#isTaking;
    this.#input.removeAttribute("aria-activedescendant");
    this.#foot.querySelector("button")?.toggleAttribute("hidden", asked.length === 0);
    this.#told.textContent = this.#list.count ? `${this.#list.count} suggestions` : "";
    this.#place(place.from);
  }

  /**
   * Opens what there is to show, below the character.
   * @param {number} at
   */
  #place(at) {
    this.#foot.hidden = !this.#list.isOpen;
    this.#drop.hidden = !this.#list.isOpen && this.#says.hidden;
    if (this.#drop.hidden) return;
    const around = this.getBoundingClientRect();
    const rect = this.#paint.rectOf(Math.min(at, this.#input.value.length));
    const room = Math.max(0, around.width - this.#drop.offsetWidth);
    this.#drop.style.insetInlineStart = `${Math.max(0, Math.min(rect.left - around.left - 8, room))}px`;
    // Below all of the text, so that none of it is covered.
    this.#drop.style.insetBlockStart = `${around.height + 3}px`;
  }

  #close() {
    this.#turn += 1;
    this.#list.close();
    this.#says.hidden = true;
    this.#drop.hidden = true;
    this.#told.textContent = "";
    this.#input.removeAttribute("aria-activedescendant");
  }

  async #check() {
    const text = this.#input.value;
    if (!text.trim() || text.length > MOST_CHECKED || !fitsAddress(text)) return;
    const form = this.#input.form;
    /** @type {Record<string, string>} */
    const asked = { q: text };
    for (const name of ["run", "mode"]) {
      const value = form?.elements.namedItem(name);
      if (value instanceof HTMLInputElement && value.value) asked[name] = value.value;
    }
    const found = await this.#names.check(asked);
    if (!found || !this.#life || text !== this.#input.value) return;
    this.#tell(text, found);
  }

  /**
   * Says what is wrong where it is, and of what is right what no row has; nothing of what plainly goes on.
   * @param {string} text
   * @param {import("./query-names.js").Check} found
   */
  #tell(text, found) {
    const said = found.ok ? found.hint : found;
    const start = said ? unitsOf(text, said.position) : 0;
    const end = said ? unitsOf(text, said.position + said.length) : 0;
    const last = text.trimEnd().length;
    const isFinished = found.ok || (start < last - 1 && end < last);
    this.#wave = found.ok || !isFinished ? null : { start, end: Math.max(end, start + 1) };
    this.dataset["state"] = found.ok ? "right" : isFinished ? "wrong" : "unfinished";
    this.#draw();
    const isHere = document.activeElement === this.#input;
    const { selectionEnd } = this.#input;
    // A name that the caret touches is still being typed.
    const isTyped = found.ok ? start <= selectionEnd && selectionEnd <= end : !isFinished && (this.#list.isOpen || isHalfWritten(text) || start >= last);
    this.#says.hidden = !said || !isHere || isTyped;
    if (said) this.#says.replaceChildren(sentenceCase(said.reason), ...(found.ok && found.hint ? this.#correction(found.hint) : []));
    this.#says.dataset["state"] = found.ok ? "hint" : this.dataset["state"];
    if (!found.ok && isFinished) this.#input.setAttribute("aria-describedby", this.#says.id);
    else this.#input.removeAttribute("aria-describedby");
    if (isHere) this.#place(this.#list.isOpen ? placeAt(text, selectionEnd).from : start);
  }

  /**
   * @param {import("./query-names.js").Hint} hint
   * @returns {(string | HTMLElement)[]} a question, whose answer writes what may have been meant
   */
  #correction({ near, query }) {
    if (near === null || query === null) return [];
    const button = make("button", { class: "query-field__near", type: "button", tabindex: -1 }, near);
    button.addEventListener("click", () => {
      this.#write(query, query.length);
      this.#close();
    });
    return [" Did you mean ", button, "?"];
  }

  /** @param {AbortSignal} signal */
  #fillFoot(signal) {
    const clear = make("button", { class: "query-field__clear", type: "button", tabindex: -1, hidden: true }, "Clear history");
    clear.addEventListener("click", () => {
      this.#history.clear();
      void this.#offer();
    }, { signal });
    const key = (/** @type {string} */ name) => make("kbd", {}, name);
    this.#foot.replaceChildren(make("span", {}, key("↓"), " choose"), make("span", {}, key("Tab"), " accept"), make("span", {}, key("Alt"), " ", key("↑"), " asked before"), clear);
  }
}

/**
 * Whether an address can carry a text, beside all that an address may have besides: a letter that is not English takes
 * several bytes, and the server's whole line is of 8190 (webapp/server.py).
 * @param {string} text
 */
function fitsAddress(text) {
  return new URLSearchParams({ q: text }).toString().length <= MOST_WRITTEN;
}

/**
 * The server counts characters; JavaScript counts those beyond the first 65,536 twice.
 * @param {string} text
 * @param {number} characters
 */
function unitsOf(text, characters) {
  return [...text].slice(0, characters).join("").length;
}

/** @param {string} sentence */
function sentenceCase(sentence) {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

customElements.define("query-field", QueryField);
