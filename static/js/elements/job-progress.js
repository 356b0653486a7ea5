/**
 * `<job-progress>`: follows a job that is under way by asking this server: each second, and less often while nothing changes.
 * Dispatches `job-progress` with the server's answer as detail, and `job-ended` when the job stops being live.
 */

import { grouped } from "../lib/digits.js";
import { make, part } from "../lib/markup.js";

/**
 * @typedef {object} JobProgress
 * @property {string} state
 * @property {string} state_text
 * @property {number} done
 * @property {number} total 0 while it is not known
 * @property {number} errors
 * @property {boolean} is_live
 * @property {number | null} took_s
 */

const ASK_EVERY_S = 1;
/** A request may wait for a decision for days: each wait is so many times the last one, up to the longest. */
const GROWTH = 1.25;
const LONGEST_S = 5;
/** While the server does not answer: it may be restarting. */
const ASK_AGAIN_S = 5;
const LIVE = new Set(["queued", "running"]);

export class JobProgressBar extends HTMLElement {
  #life = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #wait_s = ASK_EVERY_S;
  /** What the last answer said, but for the time. */
  #seen = "";

  connectedCallback() {
    this.#life = new AbortController();
    this.#wait_s = ASK_EVERY_S;
    if (LIVE.has(this.dataset.state ?? "")) this.#askIn(ASK_EVERY_S);
  }

  disconnectedCallback() {
    this.#life.abort();
    clearTimeout(this.#timer);
  }

  /** @param {number} seconds */
  #askIn(seconds) {
    this.#timer = setTimeout(() => void this.#ask(), seconds * 1000);
  }

  async #ask() {
    const { signal } = this.#life;
    const progress = await this.#read(signal);
    if (signal.aborted) return;
    if (progress) this.#show(progress);
    if (progress && !progress.is_live) this.dispatchEvent(new CustomEvent("job-ended", { bubbles: true }));
    else this.#askIn(progress ? this.#nextWait_s(progress) : ASK_AGAIN_S);
  }

  /** @param {JobProgress} progress */
  #nextWait_s({ state, done, total, errors }) {
    const seen = [state, done, total, errors].join();
    this.#wait_s = seen === this.#seen ? Math.min(this.#wait_s * GROWTH, LONGEST_S) : ASK_EVERY_S;
    this.#seen = seen;
    return this.#wait_s;
  }

  /**
   * @param {AbortSignal} signal
   * @returns {Promise<JobProgress | null>} null when the server gives no such answer now
   */
  async #read(signal) {
    try {
      const response = await fetch(this.dataset.url ?? "", { headers: { Accept: "application/json" }, redirect: "error", signal });
      return response.ok ? await response.json() : null;
    } catch {
      return null;
    }
  }

  /** @param {JobProgress} progress */
  #show(progress) {
    const { state, state_text, done, total } = progress;
    this.dataset.state = state;
    const bar = part(this, "progress", "progress");
    bar.dataset.state = state;
    bar.max = total || 1;
    if (total || !progress.is_live) bar.value = total ? done : 1;
    else bar.removeAttribute("value");
    part(this, "span", "job-progress__count").textContent = grouped(done) + (total ? ` of ${grouped(total)}` : "");
    part(this, "span", "job-progress__state").replaceChildren(make("span", { class: "status", "data-state": state }, state_text));
    this.dispatchEvent(new CustomEvent("job-progress", { detail: progress, bubbles: true }));
  }
}

customElements.define("job-progress", JobProgressBar);
