/**
 * Accepting and rejecting labels and pictures. A review is shown at once and kept by the server; a short message offers
 * to undo it. What the server refuses is taken back, with its sentence.
 */

import { PostRefused, postJson } from "../lib/post.js";
import { make } from "../lib/markup.js";
import { shortcutOf, shownKey } from "../viewer/shortcuts.js";

/** @typedef {"accepted" | "rejected" | null} Status */
/**
 * One thing that was reviewed.
 * @typedef {object} Reviewed
 * @property {string} id of a picture (di_…) or a label (ann_…, pred_…)
 * @property {string} name for the message
 * @property {(status: Status) => void} show takes note of its status where it is shown
 */
/** @typedef {{reviewed: Reviewed, before: Status}} Done */

const MESSAGE_S = 6;

export class LabelReview {
  element = make("div", { class: "label-toast", role: "status", hidden: true });
  #url;
  #signal;
  /** What can be undone, the last at the end. @type {Done[]} */
  #done = [];
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
  }

  /**
   * @param {Reviewed} reviewed
   * @param {Status} status
   */
  set(reviewed, status) {
    this.#enqueue(async () => {
      const before = await this.#send(reviewed, status);
      if (before === undefined) return;
      this.#done.push({ reviewed, before });
      this.#say(`${sentence(status)} ${reviewed.name}`, true);
    });
  }

  /** Takes the last review back. */
  undo() {
    this.#enqueue(async () => {
      const last = this.#done.pop();
      if (!last) return this.#say("Nothing to undo", false);
      const undone = await this.#send(last.reviewed, last.before);
      if (undone !== undefined) this.#say(`Undone: ${last.reviewed.name}`, false);
    });
  }

  /** @param {() => Promise<void>} work */
  #enqueue(work) {
    this.#queue = this.#queue.then(work);
  }

  /**
   * Tells the server; undefined when it refused.
   * @param {Reviewed} reviewed
   * @param {Status} status
   * @returns {Promise<Status | undefined>} what it was before
   */
  async #send({ id, show }, status) {
    try {
      const answer = /** @type {{before: Record<string, Status>}} */ (await postJson(this.#url, { set: { [id]: status } }, this.#signal));
      show(status);
      return answer.before[id] ?? null;
    } catch (reason) {
      if (!this.#signal.aborted) this.#say(reason instanceof PostRefused ? reason.sentence : "The review was not kept.", false);
      return undefined;
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
