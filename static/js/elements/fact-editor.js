/** The metadata of an item, scene or frame, which an editor changes where it stands: values, new fields, fields away. */

import { factList } from "../lib/facts.js";
import { NotThatKind, jsonOf, jsonText, kindOf, typedText } from "../lib/fact-value.js";
import { make } from "../lib/markup.js";
import { PostRefused } from "../lib/post.js";

/** @typedef {import("../lib/fact-value.js").ValueKind} ValueKind */
/** @typedef {import("./edit-desk.js").Change} Change */

/** @type {[ValueKind, string][]} */
const KINDS = [["text", "text"], ["number", "number"], ["flag", "true or false"], ["json", "list or object, as JSON"], ["nothing", "null"]];

export class FactEditor {
  #place;
  #desk;
  #empty;
  #id = "";
  /** @type {Record<string, unknown>} as it came with the page */
  #came = {};
  #isEditing = false;
  /** The field in the open form, "" for a new one, null for none. @type {string | null} */
  #open = null;

  /**
   * @param {Element} place where the metadata stands
   * @param {import("./edit-desk.js").EditDesk} desk
   * @param {string} empty what is said when there is none
   * @param {AbortSignal} signal
   */
  constructor(place, desk, empty, signal) {
    this.#place = place;
    this.#desk = desk;
    this.#empty = empty;
    document.addEventListener("edits-changed", (event) => this.#changed(/** @type {CustomEvent<Change[]>} */ (event).detail), { signal });
    place.addEventListener("dblclick", (event) => this.#openAt(/** @type {Element} */ (event.target)), { signal });
  }

  /**
   * @param {string} id whose metadata it is
   * @param {Record<string, unknown>} metadata as it came with the page
   */
  show(id, metadata) {
    if (id !== this.#id) this.#open = null;
    this.#id = id;
    this.#came = metadata;
    if (this.#open === null) this.#draw();
  }

  get #metadata() {
    return this.#desk.now(this.#id, this.#came);
  }

  /** @param {Change[]} changed */
  #changed(changed) {
    if (this.#open === null && changed.some(([id]) => id === this.#id)) this.#draw();
  }

  #draw() {
    const metadata = this.#metadata;
    const fields = Object.keys(metadata).sort();
    const list = fields.length > 0 ? factList(metadata) : make("p", { class: "quiet" }, this.#empty);
    if (this.#isEditing) for (const [index, value] of [...list.querySelectorAll("dd")].entries()) this.#offer(value, fields[index] ?? "");
    const toggle = button(this.#isEditing ? "Done" : "Edit", { "data-action": "editFacts", "aria-pressed": String(this.#isEditing) }, () => this.#toggle());
    const add = button("Add a field", { "data-action": "addFact" }, () => this.#openForm(""));
    this.#place.replaceChildren(list, make("p", { class: "row fact-edit__end" }, toggle, ...(this.#isEditing ? [add] : [])));
    if (this.#isEditing && this.#open !== null) this.#placeForm(this.#open, list);
  }

  #toggle() {
    this.#isEditing = !this.#isEditing;
    this.#open = null;
    this.#draw();
    this.#focus("[data-action=editFacts]");
  }

  /**
   * @param {Element} value
   * @param {string} field
   */
  #offer(value, field) {
    const words = make("span", {}, ...value.childNodes);
    const edit = button("Edit", { "data-action": "editFact", "aria-label": `Edit ${field}` }, () => this.#openForm(field));
    value.replaceChildren(make("span", { class: "fact-edit" }, words, edit));
  }

  /** @param {Element} target */
  #openAt(target) {
    const value = target.closest("dl > dd");
    const field = value?.previousElementSibling?.textContent ?? null;
    if (field === null || target.closest("form, button")) return;
    this.#isEditing = true;
    this.#openForm(field);
  }

  /** @param {string} field "" for a new one */
  #openForm(field) {
    this.#open = field;
    this.#draw();
    this.#focus(field === "" ? "[name=field]" : "[name=value]");
  }

  /** @param {string} selector */
  #focus(selector) {
    const found = this.#place.querySelector(selector);
    if (found instanceof HTMLElement) found.focus();
    if (found instanceof HTMLInputElement) found.select();
  }

  /**
   * @param {string} field
   * @param {Element} list
   */
  #placeForm(field, list) {
    const form = this.#form(field);
    const term = [...list.querySelectorAll("dt")].find(({ textContent }) => textContent === field);
    if (field === "" || !term) return void list.after(form);
    const row = make("dd", { class: "fact-form__row" }, form);
    term.nextElementSibling?.replaceWith(row);
  }

  /** @param {string} field */
  #form(field) {
    const isNew = field === "";
    const now = this.#metadata[field];
    const name = make("input", { class: "input", name: "field", "aria-label": "Name of the field", placeholder: "field", maxlength: 200, required: true, autocomplete: "off", spellcheck: "false" });
    const kind = make("select", { class: "input", name: "kind", "aria-label": "Type" }, ...KINDS.map(([value, text]) => make("option", { value }, text)));
    kind.value = isNew ? "text" : kindOf(now);
    const refusal = make("p", { class: "field__refusal", role: "alert", hidden: true });
    let input = valueField(/** @type {ValueKind} */ (kind.value), isNew ? "" : typedText(now));
    kind.addEventListener("change", () => {
      const other = valueField(/** @type {ValueKind} */ (kind.value), input.value);
      input.replaceWith(other);
      input = other;
    });
    const cancel = button("Cancel", {}, () => this.#close());
    const remove = button("Remove field", { "data-action": "removeFact" }, () => void send(null));
    const save = make("button", { class: "button", "data-kind": "primary" }, "Save");
    const end = make("span", { class: "row fact-form__end" }, ...(isNew ? [] : [remove]), cancel, save);
    const form = make("form", { class: "fact-form", "aria-label": isNew ? "New field" : `Edit ${field}` }, ...(isNew ? [name] : []), kind, input, end, refusal);
    const send = async (/** @type {string | null} */ after) => {
      const body = { id: this.#id, field: isNew ? name.value.trim() : field, before: now === undefined ? null : jsonText(now), after };
      save.disabled = true;
      try {
        // The answer draws the list anew, which is only done without a form.
        this.#open = null;
        await this.#desk.send(this.#desk.urls.metadata, body);
        this.#close();
      } catch (reason) {
        this.#open = field;
        save.disabled = false;
        refuse(reason instanceof PostRefused ? reason.sentence : "The edit was not kept.");
      }
    };
    const refuse = (/** @type {string} */ sentence) => {
      refusal.textContent = sentence;
      refusal.hidden = false;
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      try {
        void send(jsonOf(/** @type {ValueKind} */ (kind.value), input.value));
      } catch (reason) {
        if (!(reason instanceof NotThatKind)) throw reason;
        refuse(reason.sentence);
      }
    });
    form.addEventListener("keydown", (press) => {
      if (press.key !== "Escape") return;
      press.preventDefault();
      press.stopPropagation();
      this.#close();
    });
    return form;
  }

  #close() {
    const field = this.#open;
    this.#open = null;
    this.#draw();
    this.#focus(field ? `[aria-label="Edit ${CSS.escape(field)}"]` : "[data-action=editFacts]");
  }
}

/**
 * The field for a value of a kind.
 * @param {ValueKind} kind
 * @param {string} text
 * @returns {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement}
 */
export function valueField(kind, text) {
  const limits = { class: "input", name: "value", "aria-label": "Value", autocomplete: "off", spellcheck: "false" };
  if (kind === "flag") {
    const field = make("select", limits, make("option", { value: "true" }, "true"), make("option", { value: "false" }, "false"));
    field.value = text === "false" ? "false" : "true";
    return field;
  }
  if (kind === "json" || text.includes("\n") || text.length > 80) {
    const field = make("textarea", { ...limits, rows: 4 });
    field.value = text;
    return field;
  }
  const field = make("input", { ...limits, inputmode: kind === "number" ? "decimal" : "text" });
  field.value = text;
  field.disabled = kind === "nothing";
  return field;
}

/**
 * @param {string} text
 * @param {Record<string, string>} attributes
 * @param {() => void} act
 */
function button(text, attributes, act) {
  const made = make("button", { type: "button", class: "button", "data-kind": "quiet", ...attributes }, text);
  made.addEventListener("click", act);
  return made;
}
