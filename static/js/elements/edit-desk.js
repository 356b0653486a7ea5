/**
 * Where a page's edits end: they are sent, said in one line that offers to undo, and taken back by a key. What holds what
 * since is told to whoever listens for `edits-changed` on the document, detail `[id, field, JSON text or nothing][]`; every
 * edit, and every one taken back, for `edit-made`, detail its summary; then `edit-taken-back` for what was undone or done again.
 */

import { keyName } from "../lib/keys.js";
import { parseExactly } from "../lib/island.js";
import { make } from "../lib/markup.js";
import { PostRefused, postJson } from "../lib/post.js";

/** @typedef {{metadata: string, many: string, undo: string, request_labelling: string}} EditUrls */
/** @typedef {[id: string, field: string, value?: string]} Change */
/** @typedef {{edit: string | null, summary: string, changed: Change[], count?: number}} Edited */

const SAID_S = 8;
const TYPING = "input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable]";

export class EditDesk {
  urls;
  #signal;
  /** What was changed since the page came, by id and field. @type {Map<string, Map<string, string | undefined>>} */
  #since = new Map();
  #toast = make("div", { class: "edit-toast", role: "status", hidden: true });
  /** Edits go one after the other, so that undo never overtakes what it undoes. @type {Promise<unknown>} */
  #queue = Promise.resolve();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {EditUrls} urls
   * @param {AbortSignal} signal
   */
  constructor(urls, signal) {
    this.urls = urls;
    this.#signal = signal;
    document.body.append(this.#toast);
    document.addEventListener("keydown", this.#key, { signal });
    document.addEventListener("edits-changed", (event) => this.#note(/** @type {CustomEvent<Change[]>} */ (event).detail), { signal });
    signal.addEventListener("abort", () => (clearTimeout(this.#timer), this.#toast.remove()));
  }

  /**
   * The metadata as it is by now, as far as this page knows.
   * @param {string} id
   * @param {Record<string, unknown>} metadata as it came with the page
   */
  now(id, metadata) {
    const known = { ...metadata };
    for (const [field, value] of this.#since.get(id) ?? []) {
      if (value === undefined) delete known[field];
      else known[field] = parseExactly(value);
    }
    return known;
  }

  /**
   * Sends an edit and says what it did.
   * @param {string} url
   * @param {object} body
   * @returns {Promise<Edited>} rejects with PostRefused
   */
  send(url, body) {
    const sent = this.#queue.then(async () => {
      const edited = /** @type {Edited} */ (await postJson(url, body, this.#signal));
      this.#tell(edited.changed);
      this.say(edited.summary, edited.edit);
      document.dispatchEvent(new CustomEvent("edit-made", { detail: edited.summary }));
      return edited;
    });
    this.#queue = sent.catch(() => undefined);
    return sent;
  }

  /** Takes an edit back; without one, the newest of one's own. @param {string | null} [edit] */
  undo(edit = null) {
    return this.#takeBack({ edit });
  }

  /** Does again what was undone last. */
  redo() {
    return this.#takeBack({ again: true });
  }

  /** @param {object} body */
  async #takeBack(body) {
    try {
      await this.send(this.urls.undo, body);
      document.dispatchEvent(new CustomEvent("edit-taken-back"));
    } catch (reason) {
      if (!this.#signal.aborted) this.say(reason instanceof PostRefused ? reason.sentence : "Nothing was undone.", null, "refused");
    }
  }

  /**
   * @param {string} text
   * @param {string | null} [edit] what the line offers to undo
   * @param {"done" | "refused"} [kind]
   */
  say(text, edit = null, kind = "done") {
    const word = text.startsWith("Undid:") ? "Redo" : "Undo";
    const undo = make("button", { type: "button", class: "button", "data-kind": "quiet", "data-action": "undo" }, `${word} `);
    undo.append(make("kbd", {}, word === "Undo" ? "Z" : "Shift Z"));
    undo.addEventListener("click", () => void this.undo(edit));
    const close = make("button", { type: "button", class: "button", "data-kind": "quiet", "data-shape": "icon", "aria-label": "Dismiss" }, "×");
    close.addEventListener("click", () => (this.#toast.hidden = true));
    this.#toast.dataset.kind = kind;
    this.#toast.replaceChildren(make("span", {}, text), ...(edit ? [undo] : []), close);
    this.#toast.hidden = false;
    clearTimeout(this.#timer);
    // What was refused waits to be read.
    if (kind === "done") this.#timer = setTimeout(() => (this.#toast.hidden = !this.#toast.matches(":hover, :focus-within")), SAID_S * 1000);
  }

  /** @param {Change[]} changed */
  #tell(changed) {
    if (changed.length > 0) document.dispatchEvent(new CustomEvent("edits-changed", { detail: changed }));
  }

  /** @param {Change[]} changed */
  #note(changed) {
    for (const [id, field, value] of changed) {
      const fields = this.#since.get(id) ?? new Map();
      this.#since.set(id, fields.set(field, value));
    }
  }

  /** @param {KeyboardEvent} press */
  #key = (press) => {
    if (press.defaultPrevented || press.isComposing || press.altKey || press.repeat) return;
    const focused = press.target instanceof Element ? press.target : null;
    if (focused?.closest(TYPING) || focused?.closest("dialog[open]")) return;
    const name = keyName(press);
    const isRedo = name === "Z" || (name === "y" && (press.ctrlKey || press.metaKey));
    if (name !== "z" && !isRedo) return;
    press.preventDefault();
    void (isRedo ? this.redo() : this.undo());
  };
}
