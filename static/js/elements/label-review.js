/**
 * Accepting and rejecting labels and pictures. A review is shown at once and kept by the server; a short message offers
 * to undo it. What the server refuses is taken back, with its sentence.
 */

import { ReviewHistory } from "../labels/review-history.js";
import { PostRefused, postJson } from "../lib/post.js";
import { make } from "../lib/markup.js";
import { shortcutOf, shownKey } from "../viewer/shortcuts.js";

/** @typedef {import("../labels/label-columns.js").Review} Status */
/**
 * One thing that was reviewed.
 * @typedef {object} Reviewed
 * @property {string} id of a picture (di_…) or a label (ann_…, pred_…)
 * @property {string} name for the message
 * @property {(status: Status) => void} show takes note of its status where it is shown
 */

const MESSAGE_S = 6;
/** The metadata field that keeps a review. */
const FIELD = "review_status";

export class LabelReview {
  element = make("div", { class: "label-toast", role: "status", hidden: true });
  #url;
  #signal;
  #history = new ReviewHistory();
  /** What was reviewed, by id. @type {Map<string, Reviewed>} */
  #known = new Map();
  /** Reviews go one after the other, so that undo never overtakes what it undoes. */
  #queue = Promise.resolve();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {string} url
   * @param {AbortSignal} signal
   */
  constructor(url, signal) {
    this.#url = url;
    this.#signal = signal;
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
    document.addEventListener("edits-changed", (event) => this.#takeNote(/** @type {CustomEvent<import("./edit-desk.js").Change[]>} */ (event).detail), { signal });
  }

  /**
   * @param {Reviewed} reviewed
   * @param {Status} status
   */
  set(reviewed, status) {
    this.#known.set(reviewed.id, reviewed);
    this.#enqueue(async () => {
      const before = await this.#send({ [reviewed.id]: status });
      if (!before) return;
      this.#history.note(before, { [reviewed.id]: status });
      this.#say(`${sentence(status)} ${reviewed.name}`, true);
    });
  }

  /** Takes the last review back. */
  undo() {
    this.#enqueue(() => this.#go(this.#history.undo(), "Undone"));
  }

  /** Reviews again what was taken back last. */
  redo() {
    this.#enqueue(() => this.#go(this.#history.redo(), "Done again"));
  }

  /**
   * @param {import("../labels/review-history.js").Reviews | null} reviews
   * @param {string} word
   */
  async #go(reviews, word) {
    if (!reviews) return this.#say(`Nothing to ${word === "Undone" ? "undo" : "do again"}`, false);
    if (await this.#send(reviews)) this.#say(`${word}: ${Object.keys(reviews).map((id) => this.#known.get(id)?.name ?? id).join(", ")}`, false);
  }

  /** @param {() => Promise<void>} work */
  #enqueue(work) {
    this.#queue = this.#queue.then(work);
  }

  /**
   * Tells the server, and shows what it took; null when it refused.
   * @param {import("../labels/review-history.js").Reviews} reviews
   * @returns {Promise<import("../labels/review-history.js").Reviews | null>} what they were before
   */
  async #send(reviews) {
    try {
      const answer = /** @type {{before: Record<string, Status>}} */ (await postJson(this.#url, { set: reviews }, this.#signal));
      /** @type {import("./edit-desk.js").Change[]} */
      const changed = Object.entries(reviews).map(([id, status]) => (status === null ? [id, FIELD] : [id, FIELD, JSON.stringify(status)]));
      document.dispatchEvent(new CustomEvent("edits-changed", { detail: changed }));
      return answer.before;
    } catch (reason) {
      if (!this.#signal.aborted) this.#say(reason instanceof PostRefused ? reason.sentence : "The review was not kept.", false);
      return null;
    }
  }

  /**
   * Shows what things that were reviewed here are now, whoever changed it.
   * @param {import("./edit-desk.js").Change[]} changed
   */
  #takeNote(changed) {
    for (const [id, field, value] of changed) {
      if (field === FIELD) this.#known.get(id)?.show(value === undefined ? null : JSON.parse(value));
    }
  }

  /**
   * @param {string} text
   * @param {boolean} canUndo
   */
  #say(text, canUndo) {
    const undo = make("button", { type: "button", class: "button", "data-kind": "quiet", "data-action": "undoReview" }, "Undo ");
    undo.append(make("kbd", {}, shownKey(shortcutOf("undoReview").keys[0] ?? "")));
    undo.addEventListener("click", () => this.undo());
    this.element.replaceChildren(make("span", { class: "clip" }, text), ...(canUndo ? [undo] : []));
    this.element.hidden = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.element.hidden = true), MESSAGE_S * 1000);
  }
}

/** @param {Status} status */
function sentence(status) {
  return status === "accepted" ? "Accepted" : status === "rejected" ? "Rejected" : "Review taken back:";
}
