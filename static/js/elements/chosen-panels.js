/** What else can be done with chosen rows, in the selection bar: edit their metadata, ask for them to be labelled. */

import { NotThatKind, jsonOf } from "../lib/fact-value.js";
import { grouped } from "../lib/digits.js";
import { make } from "../lib/markup.js";
import { PostRefused, postJson } from "../lib/post.js";
import { valueField } from "./fact-editor.js";

/** @typedef {import("./selection-bar.js").SelectionBar} SelectionBar */
/** @typedef {import("./edit-desk.js").EditDesk} EditDesk */
/** @typedef {import("../lib/fact-value.js").ValueKind} ValueKind */
/** @typedef {{count: number, most: number}} Counted */
/** @typedef {{href: string, said: string}} Requested */

/** @type {[string, string][]} */
const DEEDS = [["text", "Set to the text"], ["number", "Set to the number"], ["flag", "Set to true or false"], ["json", "Set to JSON"], ["remove", "Remove the field"]];

export class ChosenPanels {
  #bar;
  #desk;
  #signal;
  #more;
  #edit = button("Edit metadata", { "data-action": "editMetadata" }, () => this.#open(this.#metadataForm()));
  #ask = button("Request labelling", { "data-action": "requestLabelling" }, () => this.#open(this.#requestForm()));

  /**
   * @param {SelectionBar} bar
   * @param {EditDesk} desk
   * @param {AbortSignal} signal
   */
  constructor(bar, desk, signal) {
    this.#bar = bar;
    this.#desk = desk;
    this.#signal = signal;
    this.#more = /** @type {HTMLElement} */ (bar.querySelector(".selection-bar__more"));
    this.#close();
  }

  #close() {
    this.#more.replaceChildren(this.#edit, this.#ask);
  }

  /** @param {HTMLFormElement} form */
  #open(form) {
    this.#more.replaceChildren(form);
    const [first] = form.elements;
    if (first instanceof HTMLElement) first.focus();
    form.addEventListener("keydown", (press) => {
      if (press.key !== "Escape") return;
      // The grid would clear the selection.
      press.preventDefault();
      press.stopPropagation();
      this.#close();
      this.#edit.focus();
    });
  }

  #metadataForm() {
    const field = make("input", { class: "input", name: "field", "aria-label": "Metadata field", placeholder: "field", maxlength: 200, required: true, autocomplete: "off", spellcheck: "false" });
    const deed = make("select", { class: "input", name: "deed", "aria-label": "What to do" }, ...DEEDS.map(([value, text]) => make("option", { value }, text)));
    const count = make("span", { class: "quiet", role: "status" }, "Counting…");
    let value = valueField("text", "");
    deed.addEventListener("change", () => {
      const other = valueField(/** @type {ValueKind} */ (deed.value === "remove" ? "nothing" : deed.value), value.value);
      value.replaceWith(other);
      value = other;
    });
    const form = this.#form("Edit metadata of the selection", "Edit", [field, deed, value, count], async () => {
      const after = deed.value === "remove" ? null : jsonOf(/** @type {ValueKind} */ (deed.value), value.value);
      await this.#desk.send(this.#desk.urls.many, { ...this.#bar.members, field: field.value.trim(), after });
      this.#close();
    });
    void this.#count(count, form);
    return form;
  }

  /**
   * Says how many would be edited, before anything is.
   * @param {HTMLElement} count
   * @param {HTMLFormElement} form
   */
  async #count(count, form) {
    try {
      const found = /** @type {Counted} */ (await postJson(this.#desk.urls.many, { ...this.#bar.members, count_only: true }, this.#signal));
      const isTooMany = found.count > found.most;
      count.textContent = isTooMany ? `${grouped(found.count)} chosen; at most ${grouped(found.most)} are edited at once` : `changes ${grouped(found.count)}`;
      form.dataset.count = String(found.count);
    } catch (reason) {
      if (!this.#signal.aborted) count.textContent = reason instanceof PostRefused ? reason.sentence : "";
    }
  }

  #requestForm() {
    const reason = make("input", { class: "input chosen-form__wide", name: "reason", "aria-label": "Why", placeholder: "Why: somebody else decides by it", maxlength: 2000, required: true, autocomplete: "off" });
    const project = make("input", { class: "input", name: "project", "aria-label": "Labelling project", placeholder: "project, also a new one", maxlength: 200, required: true, autocomplete: "off" });
    const days = make("input", { class: "input chosen-form__narrow", name: "days", type: "number", min: 1, max: 3650, "aria-label": "For how many days", placeholder: "days" });
    const promise = make("span", { class: "quiet" }, "Nothing is shared until somebody else approves it.");
    return this.#form("Request labelling of the selection", "Request", [reason, project, days, promise], async () => {
      const body = { ...this.#bar.members, reason: reason.value, project: project.value, days: days.value ? Number(days.value) : null };
      const requested = /** @type {Requested} */ (await postJson(this.#desk.urls.request_labelling, body, this.#signal));
      this.#close();
      const said = make("span", { class: "selection-bar__said", role: "status" }, `${requested.said} `, make("a", { href: requested.href }, "The request"));
      this.#more.append(said);
    });
  }

  /**
   * @param {string} label
   * @param {string} word of the button that does it
   * @param {HTMLElement[]} fields
   * @param {() => Promise<void>} act
   */
  #form(label, word, fields, act) {
    const submit = make("button", { class: "button", "data-kind": "primary" }, word);
    const cancel = button("Cancel", { "data-kind": "quiet" }, () => this.#close());
    const refusal = make("p", { class: "field__refusal", role: "alert", hidden: true });
    const form = make("form", { class: "selection-bar__form chosen-form", "aria-label": label }, ...fields, submit, cancel, refusal);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      submit.disabled = true;
      refusal.hidden = true;
      try {
        await act();
      } catch (reason) {
        if (!(reason instanceof PostRefused || reason instanceof NotThatKind)) throw reason;
        refusal.textContent = reason.sentence;
        refusal.hidden = false;
      } finally {
        submit.disabled = false;
      }
    });
    return form;
  }
}

/**
 * @param {string} text
 * @param {Record<string, string>} attributes
 * @param {() => void} act
 */
function button(text, attributes, act) {
  const made = make("button", { type: "button", class: "button", ...attributes }, text);
  made.addEventListener("click", act);
  return made;
}
