/**
 * `<selection-bar>`: what can be done with the chosen rows. Hidden while nothing is chosen.
 * Dispatches `selection-clear`, `selection-all`, and `members-changed` with detail `{ids, gone}` when some left the slice
 * shown or came back. `.selection-bar__more` is for the buttons of others, who read `members`.
 */

import { grouped } from "../lib/digits.js";
import { make } from "../lib/markup.js";
import { PostRefused, postJson } from "../lib/post.js";

/** @typedef {import("./media-grid.js").GridChoice} GridChoice */
/** @typedef {{id: string, name: string}} SliceChoice */
/** @typedef {{slices: string, add_to_slice: string}} SliceUrls */
/** @typedef {{url: string, id: string}} Leaving the slice shown, and where its members are taken out */
/** @typedef {{name: string, href: string, added: number}} ChangedSlice */
/** @typedef {{name: string, removed: number, ids: string[]}} ShrunkSlice */
/**
 * @typedef {object} Offer
 * @property {SliceChoice[]} slices that may be added to
 * @property {Leaving | undefined} leaving the slice shown, for those who may take members out of it
 * @property {Record<string, string>} matching what the grid was asked for: `q`, `run`, `mode`, `slice`
 * @property {boolean} isOfObjects whether the rows are objects, and not items or scenes
 */

/** @type {GridChoice} */
const NOTHING = { ids: [], itemIds: [], isAll: false, but: [], count: 0, total: 0, isExact: false };

export class SelectionBar extends HTMLElement {
  #choice = NOTHING;
  /** @type {SliceUrls | null} */
  #urls = null;
  /** @type {Offer} */
  #offer = { slices: [], leaving: undefined, matching: {}, isOfObjects: false };
  #life = new AbortController();
  #count = make("span", { class: "selection-bar__count", role: "status" });
  #all = button("", { "data-kind": "quiet", "data-action": "all" }, () => void this.dispatchEvent(new CustomEvent("selection-all")));
  #remove = button("Remove from slice", { "data-action": "remove" }, () => void this.#takeOut());
  #said = make("span", { class: "selection-bar__said", role: "status" });
  #form = make("form", { class: "selection-bar__form", hidden: true });
  #actions = make("span", { class: "selection-bar__actions" });
  #more = make("span", { class: "selection-bar__more" });

  connectedCallback() {
    this.#life = new AbortController();
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", "Selection");
    const clear = button("Clear", { "data-kind": "quiet", "data-action": "clear" }, this.#clear);
    const end = make("span", { class: "selection-bar__end" }, clear);
    this.replaceChildren(this.#count, this.#all, this.#actions, this.#form, this.#more, this.#said, end);
  }

  disconnectedCallback() {
    this.#life.abort();
    this.replaceChildren();
  }

  /**
   * Says where slices are made, and of what.
   * @param {SliceUrls} urls
   * @param {Offer} offer
   */
  offer(urls, offer) {
    this.#urls = urls;
    this.#offer = offer;
    const create = button("Create slice", { "data-kind": "primary", "data-action": "create" }, () => this.#open(this.#nameField()));
    const add = button("Add to slice", { "data-action": "add" }, () => this.#open(this.#sliceField()));
    this.#actions.replaceChildren(create, ...(offer.slices.length > 0 ? [add] : []), ...(offer.leaving ? [this.#remove] : []));
  }

  /** @param {GridChoice} choice */
  set choice(choice) {
    const isOther = choice.ids.length !== this.#choice.ids.length || choice.isAll !== this.#choice.isAll || choice.but.length !== this.#choice.but.length;
    this.#choice = choice;
    this.hidden = choice.count === 0;
    this.#count.textContent = this.#countText;
    this.#all.hidden = choice.count >= choice.total && choice.isExact;
    this.#all.textContent = this.#allText;
    if (isOther) this.#said.replaceChildren();
    if (this.hidden) this.#close();
  }

  /** What is chosen, as the feeds that change slices take it: ids, or all that match but some. */
  get members() {
    const { isAll, itemIds, but } = this.#choice;
    if (!isAll) return { ids: itemIds };
    return { matching: { ...this.#offer.matching, but } };
  }

  get #countText() {
    const { count, isAll, isExact } = this.#choice;
    const number = `${isAll && !isExact ? "at least " : ""}${grouped(count)}`;
    return this.#offer.isOfObjects ? `${number} ${count === 1 ? "object" : "objects"} selected` : `${number} selected`;
  }

  get #allText() {
    const { total, isExact } = this.#choice;
    const which = this.#offer.matching.q ? " that match" : "";
    return isExact ? `Select all ${grouped(total)}${which}` : `Select all${which}, at least ${grouped(total)}`;
  }

  /** Says no more what was done: it may be undone by now. */
  forget() {
    this.#said.replaceChildren();
  }

  #clear = () => {
    this.dispatchEvent(new CustomEvent("selection-clear"));
  };

  /** @param {HTMLInputElement | HTMLSelectElement} field */
  #open(field) {
    const isNew = field instanceof HTMLInputElement;
    const submit = make("button", { class: "button", "data-kind": "primary" }, isNew ? "Create" : "Add");
    const cancel = button("Cancel", { "data-kind": "quiet" }, () => this.#close());
    const note = this.#offer.isOfObjects ? [make("span", { class: "quiet" }, "The slice holds the items that these objects are on.")] : [];
    this.#form.replaceChildren(field, submit, cancel, ...note);
    this.#form.onsubmit = (event) => {
      event.preventDefault();
      void this.#send(isNew ? { name: field.value.trim() } : { slice_id: field.value }, submit);
    };
    this.#form.onkeydown = (press) => {
      if (press.key !== "Escape") return;
      // The grid would clear the selection.
      press.preventDefault();
      press.stopPropagation();
      this.#close();
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
    const options = this.#offer.slices.map(({ id, name }) => make("option", { value: id }, name));
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
      const changed = /** @type {ChangedSlice} */ (await postJson(url, { ...slice, ...this.members }, this.#life.signal));
      this.#close();
      this.#say("done", isNew ? "Created " : `Added ${grouped(changed.added)} to `, make("a", { href: changed.href }, changed.name));
    });
  }

  /**
   * Takes the chosen ones out of the slice shown, and offers to put back exactly those that were in it; of all that match
   * only the number is told, and the list of edits has what takes it back.
   */
  async #takeOut() {
    const { leaving } = this.#offer;
    if (!leaving) return;
    await this.#during(this.#remove, async () => {
      const { isAll } = this.#choice;
      const body = { slice_id: leaving.id, ...this.members };
      const { name, removed, ids } = /** @type {ShrunkSlice} */ (await postJson(leaving.url, body, this.#life.signal));
      if (isAll) {
        const anew = button("Load the slice anew", { "data-action": "reload" }, () => location.reload());
        this.#say("done", `Removed ${grouped(removed)} from ${name}. `, anew);
        return;
      }
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
