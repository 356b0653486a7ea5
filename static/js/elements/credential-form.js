/** The form of `<host-credentials>`: what lets one in, and its fields. It has no names and no address: no browser can send it anywhere. */

import { ABOUT, FIELDS, INSECURE, KIND_NAMES, NEVER_SENT, NO_STORAGE, REMEMBER_HINT } from "../credentials/credential-words.js";
import { EntryRefused, likelyRegion, readEntry } from "../credentials/entries.js";
import { make } from "../lib/markup.js";

/** @typedef {import("../hosts/page-hosts.js").AccessKind} AccessKind */
/** @typedef {import("../credentials/entries.js").Entry} Entry */

/** Password managers would offer to take a key for the password of this site. */
const NOT_A_PASSWORD = { autocomplete: "off", autocapitalize: "off", autocorrect: "off", spellcheck: "false", "data-1p-ignore": true, "data-bwignore": true, "data-lpignore": "true", "data-form-type": "other" };
/** More than one form may be on a page. */
let made = 0;

export class CredentialForm {
  #id = `credentials-${(made += 1)}`;
  #origin;
  #region;
  #how;
  #fields = make("div", { class: "credentials__fields" });
  #about = make("p", { class: "field__hint" });
  #kind = make("select", { class: "input", id: `${this.#id}-kind` });
  #remember = make("input", { class: "tick", type: "checkbox", id: `${this.#id}-remember` });
  #save = make("button", { class: "button", "data-kind": "primary" }, "Save in this browser");
  #said = make("p", { class: "field__refusal", role: "alert", id: `${this.#id}-said` });
  element = make("form", { class: "credentials__form", novalidate: true });

  /**
   * @param {object} options
   * @param {string} options.origin
   * @param {AccessKind} options.kind chosen at first
   * @param {string | null | undefined} options.region of the bucket, as far as the team said
   * @param {import("../credentials/profiles.js").Keeping["how"]} options.how profiles are kept here
   * @param {(entry: Entry, isRemembered: boolean) => void} options.take
   * @param {(() => void) | null} options.cancel null where there is nothing to go back to
   */
  constructor({ origin, kind, region, how, take, cancel }) {
    this.#origin = origin;
    this.#region = region;
    this.#how = how;
    this.#kind.append(...Object.entries(KIND_NAMES).map(([name, words]) => make("option", { value: name, selected: name === kind, disabled: name === "s3" && how === "plain" }, words)));
    this.#kind.addEventListener("change", () => this.#show());
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#take(take);
    });
    const back = make("button", { class: "button", "data-kind": "quiet", type: "button" }, "Cancel");
    back.addEventListener("click", () => cancel?.());
    this.element.append(
      make("div", { class: "field", "data-width": "full" }, make("label", { class: "field__label", for: this.#kind.id }, "What lets you in"), this.#kind),
      this.#about,
      this.#fields,
      ...this.#keeping(),
      make("p", { class: "credentials__actions" }, this.#save, ...(cancel ? [back] : [])),
      make("p", { class: "field__hint" }, NEVER_SENT),
    );
    this.#show();
  }

  /** Empties what was typed. */
  clear() {
    for (const input of this.#inputs()) input.value = "";
  }

  /** @returns {Node[]} */
  #keeping() {
    if (this.#how === "plain") return [make("p", { class: "notice credentials__notice", "data-kind": "warning" }, make("span", {}, INSECURE))];
    if (this.#how === "page") return [make("p", { class: "notice credentials__notice", "data-kind": "warning" }, make("span", {}, NO_STORAGE))];
    const label = make("label", { class: "option", for: this.#remember.id }, this.#remember, make("span", { class: "strong" }, "Remember on this device"));
    label.append(make("span", { class: "option__hint" }, REMEMBER_HINT));
    return [label];
  }

  #show() {
    const kind = /** @type {AccessKind} */ (this.#kind.value);
    this.#about.textContent = ABOUT[kind];
    this.#fields.hidden = FIELDS[kind].length === 0;
    this.#fields.replaceChildren(...FIELDS[kind].map((field) => this.#field(field)));
    const region = this.#inputs().find(({ dataset }) => dataset.field === "region");
    if (region) region.value = likelyRegion(this.#origin, this.#region);
  }

  /** @param {typeof FIELDS.s3[number]} field */
  #field({ name, label, isSecret, hint, isOptional = false }) {
    const id = `${this.#id}-${name}`;
    const input = make("input", { class: "input mono", id, type: "text", "data-field": name, "data-secret": isSecret, ...NOT_A_PASSWORD, ...(hint ? { "aria-describedby": `${id}-about` } : {}) });
    const words = isOptional ? `${label} (optional)` : label;
    const field = make("div", { class: "field", "data-width": name === "region" ? "medium" : "full" }, make("label", { class: "field__label", for: id }, words), input);
    if (hint) field.append(make("p", { class: "field__hint", id: `${id}-about` }, hint));
    return field;
  }

  #inputs() {
    return /** @type {HTMLInputElement[]} */ ([...this.#fields.querySelectorAll("input")]);
  }

  /** @param {(entry: Entry, isRemembered: boolean) => void} take */
  #take(take) {
    const typed = Object.fromEntries(this.#inputs().map((input) => [input.dataset.field ?? "", input.value]));
    this.#said.remove();
    for (const input of this.#inputs()) input.removeAttribute("aria-invalid");
    try {
      const entry = readEntry(/** @type {AccessKind} */ (this.#kind.value), typed, Date.now() / 1000);
      this.clear();
      take(entry, this.#remember.checked);
    } catch (reason) {
      if (!(reason instanceof EntryRefused)) throw reason;
      const input = this.#inputs().find(({ dataset }) => dataset.field === reason.field);
      input?.setAttribute("aria-invalid", "true");
      input?.setAttribute("aria-errormessage", this.#said.id);
      input?.parentElement?.append(this.#said);
      this.#said.textContent = reason.sentence;
      input?.focus();
    }
  }
}
