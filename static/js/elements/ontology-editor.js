/**
 * `<ontology-editor>`: rows of a class's name, shape and description, as the server rendered them; by script rows are
 * added, removed and moved. What is sent is what stands in the fields, in the order of the rows.
 */

import { linesOf } from "../lib/lines.js";
import { make } from "../lib/markup.js";

const SVG = "http://www.w3.org/2000/svg";
const CROSS = "m4 4 8 8M12 4l-8 8";
const UP = "m4 10 4-4 4 4";
const DOWN = "m4 6 4 4 4-4";

export class OntologyEditor extends HTMLElement {
  #life = new AbortController();
  /** @type {Node | null} a blank row, as the server rendered it */
  #pattern = null;

  connectedCallback() {
    this.#life = new AbortController();
    const { signal } = this.#life;
    this.#pattern = this.#rows.at(-1)?.cloneNode(true) ?? null;
    for (const row of this.#rows) this.#furnish(row);
    this.#dropBlanks();
    const add = make("button", { class: "button", type: "button", "data-kind": "quiet" }, "Add a class");
    add.addEventListener("click", () => this.#nameOf(this.#add()).focus(), { signal });
    this.append(make("div", { class: "ontology__more" }, add));
    this.addEventListener("paste", (event) => this.#paste(event), { signal });
    this.addEventListener("keydown", (event) => this.#goOn(event), { signal });
  }

  disconnectedCallback() {
    this.#life.abort();
    this.querySelector(".ontology__more")?.remove();
    for (const acts of this.querySelectorAll(".ontology__acts")) acts.remove();
  }

  get #list() {
    return /** @type {HTMLElement} */ (this.querySelector(".ontology__rows"));
  }

  get #rows() {
    return [...this.querySelectorAll(".ontology__row")].filter((row) => row instanceof HTMLElement);
  }

  /** @param {HTMLElement} row */
  #nameOf(row) {
    return /** @type {HTMLInputElement} */ (row.querySelector('[name="class-name"]'));
  }

  /** The server's blank rows are for who has no script; one is enough to begin with. */
  #dropBlanks() {
    const blank = this.#rows.filter((row) => !this.#nameOf(row).value);
    const kept = blank.length === this.#rows.length ? 1 : 0;
    for (const row of blank.slice(kept)) row.remove();
  }

  /** @param {HTMLElement} row */
  #furnish(row) {
    const { signal } = this.#life;
    /** @type {(path: string, title: string, act: () => void) => HTMLElement} */
    const button = (path, title, act) => {
      const made = make("button", { class: "button", type: "button", "data-kind": "quiet", "data-shape": "icon", title, "aria-label": title }, icon(path));
      made.addEventListener("click", act, { signal });
      return made;
    };
    row.append(
      make(
        "span",
        { class: "ontology__acts" },
        button(UP, "Move up", () => this.#move(row, row.previousElementSibling, "before")),
        button(DOWN, "Move down", () => this.#move(row, row.nextElementSibling, "after")),
        button(CROSS, "Remove this class", () => this.#remove(row)),
      ),
    );
  }

  /**
   * Adds a blank row, shaped as the one above it.
   * @param {HTMLElement} [after] the last one without
   */
  #add(after = this.#rows.at(-1)) {
    const row = /** @type {HTMLElement} */ (this.#pattern?.cloneNode(true));
    const shape = after?.querySelector("select")?.value;
    const select = row.querySelector("select");
    if (shape && select) select.value = shape;
    this.#furnish(row);
    if (after) after.after(row);
    else this.#list.append(row);
    this.#rename();
    return row;
  }

  /** @param {HTMLElement} row */
  #remove(row) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    this.#rename();
    if (next instanceof HTMLElement) this.#nameOf(next).focus();
    else this.#nameOf(this.#add()).focus();
  }

  /**
   * @param {HTMLElement} row
   * @param {Element | null} other
   * @param {"before" | "after"} side
   */
  #move(row, other, side) {
    const focused = document.activeElement;
    other?.[side](row);
    this.#rename();
    if (focused instanceof HTMLElement) focused.focus();
  }

  /** Says the place of each row to who hears the page. */
  #rename() {
    this.#rows.forEach((row, place) => {
      const [name, shape, description] = row.querySelectorAll(".input");
      name?.setAttribute("aria-label", `Name of class ${place + 1}`);
      shape?.setAttribute("aria-label", `How class ${place + 1} is drawn`);
      description?.setAttribute("aria-label", `What belongs to class ${place + 1}`);
    });
  }

  /**
   * Several lines pasted into a name are as many classes.
   * @param {ClipboardEvent} event
   */
  #paste(event) {
    const field = event.target;
    const lines = linesOf(event.clipboardData?.getData("text") ?? "");
    const row = field instanceof HTMLInputElement && field.name === "class-name" ? field.closest(".ontology__row") : null;
    if (!(row instanceof HTMLElement) || lines.length < 2) return;
    event.preventDefault();
    let last = row;
    lines.forEach((line, place) => {
      if (place > 0 || this.#nameOf(last).value) last = this.#add(last);
      this.#nameOf(last).value = line;
    });
    this.#nameOf(last).focus();
  }

  /**
   * Enter goes on to the next row, a new one after the last, and does not send the form.
   * @param {KeyboardEvent} event
   */
  #goOn(event) {
    const row = event.target instanceof HTMLInputElement && event.key === "Enter" ? event.target.closest(".ontology__row") : null;
    if (!(row instanceof HTMLElement)) return;
    event.preventDefault();
    const next = row.nextElementSibling;
    if (next instanceof HTMLElement) this.#nameOf(next).focus();
    else if (this.#nameOf(row).value) this.#nameOf(this.#add(row)).focus();
  }
}

/** @param {string} path */
function icon(path) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({ class: "icon", "data-size": "small", viewBox: "0 0 16 16", "aria-hidden": "true", focusable: "false" })) svg.setAttribute(name, value);
  const drawn = document.createElementNS(SVG, "path");
  drawn.setAttribute("d", path);
  svg.append(drawn);
  return svg;
}

customElements.define("ontology-editor", OntologyEditor);
