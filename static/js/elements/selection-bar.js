/**
 * `<selection-bar>`: what can be done with the chosen items. Hidden while nothing is chosen.
 * Dispatches `selection-clear`, and `members-changed` with detail `{ids, gone}` when some left the slice shown or came back.
 */

import { grouped } from "../lib/digits.js";
import { make } from "../lib/markup.js";
import { PostRefused, postJson } from "../lib/post.js";

/** @typedef {{id: string, name: string}} SliceChoice */
/** @typedef {{slices: string, add_to_slice: string}} SliceUrls */
/** @typedef {{url: string, id: string}} Leaving the slice shown, and where its members are taken out */
/** @typedef {{name: string, href: string, added: number}} ChangedSlice */
/** @typedef {{name: string, removed: number, ids: string[]}} ShrunkSlice */

export class SelectionBar extends HTMLElement {
  /** @type {string[]} */
  #ids = [];
  /** @type {SliceUrls | null} */
  #urls = null;
  /** @type {SliceChoice[]} */
  #slices = [];
  #life = new AbortController();
  #count = make("span", { class: "selection-bar__count", role: "status" });
  #said = make("span", { class: "selection-bar__said", role: "status" });
  #form = make("form", { class: "selection-bar__form", hidden: true });
  #actions = make("span", { class: "selection-bar__actions" });

  connectedCallback() {
    this.#life = new AbortController();
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", "Selection");
    const clear = button("Clear", { "data-kind": "quiet", "data-action": "clear" }, this.#clear);
    this.replaceChildren(this.#count, this.#actions, this.#form, this.#said, make("span", { class: "selection-bar__end" }, clear));
  }

  disconnectedCallback() {
    this.#life.abort();
    this.replaceChildren();
  }

  /**
   * Says where slices are made and which ones there are to add to.
   * @param {SliceUrls} urls
   * @param {SliceChoice[]} slices
   * @param {Leaving} [leaving] the slice shown, for those who may take members out of it
   */
  offer(urls, slices, leaving) {
    this.#urls = urls;
    this.#slices = slices;
    const create = button("Create slice", { "data-kind": "primary", "data-action": "create" }, () => this.#open(this.#nameField()));
    const add = button("Add to slice", { "data-action": "add" }, () => this.#open(this.#sliceField()));
    const remove = button("Remove from slice", { "data-action": "remove" }, () => void (leaving && this.#remove(leaving, remove)));
    this.#actions.replaceChildren(create, ...(slices.length > 0 ? [add] : []), ...(leaving ? [remove] : []));
  }

  /** @param {string[]} ids the chosen items, in the order they are shown */
  set ids(ids) {
    this.#ids = ids;
    this.hidden = ids.length === 0;
    this.#count.textContent = `${grouped(ids.length)} selected`;
    this.#said.replaceChildren();
    if (this.hidden) this.#close();
  }

  #clear = () => {
    this.dispatchEvent(new CustomEvent("selection-clear"));
  };

  /** @param {HTMLInputElement | HTMLSelectElement} field */
  #open(field) {
    const isNew = field instanceof HTMLInputElement;
    const submit = make("button", { class: "button", "data-kind": "primary" }, isNew ? "Create" : "Add");
    const cancel = button("Cancel", { "data-kind": "quiet" }, () => this.#close());
    this.#form.replaceChildren(field, submit, cancel);
    this.#form.onsubmit = (event) => {
      event.preventDefault();
      void this.#send(isNew ? { name: field.value.trim() } : { slice_id: field.value }, submit);
    };
    this.#form.onkeydown = ({ key }) => {
      if (key === "Escape") this.#close();
    };
    this.#actions.hidden = true;
    this.#form.hidden = false;
    this.#said.replaceChildren();
    field.focus();
  }

  #close() {
    this.#form.hidden = true;
    this.#form.replaceChildren();
    this.#actions.hidden = false;
  }

  #nameField() {
    const label = "Name of the new slice";
    const limits = { required: true, maxlength: 200, autocomplete: "off" };
    return make("input", { class: "input", name: "name", "aria-label": label, placeholder: label, ...limits });
  }

  #sliceField() {
    const options = this.#slices.map(({ id, name }) => make("option", { value: id }, name));
    return make("select", { class: "input", name: "slice", "aria-label": "Slice" }, ...options);
  }

  /**
   * @param {{name: string} | {slice_id: string}} slice
   * @param {HTMLButtonElement} submit
   */
  async #send(slice, submit) {
    if (!this.#urls) return;
    const isNew = "name" in slice;
    const url = isNew ? this.#urls.slices : this.#urls.add_to_slice;
    await this.#during(submit, async () => {
      const changed = /** @type {ChangedSlice} */ (await postJson(url, { ...slice, ids: this.#ids }, this.#life.signal));
      this.#close();
      this.#say("done", isNew ? "Created " : `Added ${grouped(changed.added)} to `, make("a", { href: changed.href }, changed.name));
    });
  }

  /**
   * Takes the chosen ones out of the slice shown, and offers to put back exactly those that were in it.
   * @param {Leaving} leaving
   * @param {HTMLButtonElement} pressed
   */
  #remove(leaving, pressed) {
    return this.#during(pressed, async () => {
      const body = { slice_id: leaving.id, ids: this.#ids };
      const { name, removed, ids } = /** @type {ShrunkSlice} */ (await postJson(leaving.url, body, this.#life.signal));
      this.#changed(ids, true);
      const undo = button("Undo", { "data-action": "undo" }, () => void this.#putBack(leaving, ids, undo));
      this.#say("done", `Removed ${grouped(removed)} from ${name}. `, ...(removed > 0 ? [undo] : []));
    });
  }

  /**
   * @param {Leaving} leaving
   * @param {string[]} ids
   * @param {HTMLButtonElement} pressed
   */
  #putBack(leaving, ids, pressed) {
    return this.#during(pressed, async () => {
      if (!this.#urls) return;
      await postJson(this.#urls.add_to_slice, { slice_id: leaving.id, ids }, this.#life.signal);
      this.#changed(ids, false);
      this.#say("done", `Put ${grouped(ids.length)} back.`);
    });
  }

  /**
   * @param {HTMLButtonElement} pressed cannot be pressed again meanwhile
   * @param {() => Promise<void>} act
   */
  async #during(pressed, act) {
    pressed.disabled = true;
    try {
      await act();
    } catch (refusal) {
      if (!(refusal instanceof PostRefused)) throw refusal;
      this.#say("refused", refusal.sentence);
    } finally {
      pressed.disabled = false;
    }
  }

  /**
   * @param {string[]} ids
   * @param {boolean} gone
   */
  #changed(ids, gone) {
    this.dispatchEvent(new CustomEvent("members-changed", { detail: { ids, gone } }));
  }

  /**
   * @param {"done" | "refused"} kind
   * @param {...(Node | string)} words
   */
  #say(kind, ...words) {
    this.#said.dataset.kind = kind;
    this.#said.replaceChildren(...words);
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

customElements.define("selection-bar", SelectionBar);
