/** How far a check is, in a bar and a sentence, with what rests, ends and keeps it. */

import { grouped } from "../lib/digits.js";
import { make } from "../lib/markup.js";

/** @typedef {import("../health/check-run.js").CheckRun} CheckRun */
/** @typedef {import("./health-check.js").Sample} Sample */

/**
 * @typedef {object} Actions
 * @property {() => void} again tries the files that were left
 * @property {(kind: "json" | "csv") => void} save
 * @property {(origin: string) => boolean} isBack
 */

export class RunProgress {
  #run;
  #actions;
  #bar = make("progress", { class: "progress", "aria-label": "Files tried" });
  #said = make("p", { class: "health-run__said", role: "status" });
  #count = make("p", { class: "health-run__count quiet number" });
  #pause = button("Pause", () => (this.#run.state === "running" ? this.#run.rest() : this.#run.go()));
  #stop = button("Stop", () => this.#run.end());
  #again = button("", () => this.#actions.again());
  #saves;
  #buttons = make("p", { class: "row" });

  /**
   * @param {CheckRun} run
   * @param {Sample} sample
   * @param {Actions} actions
   */
  constructor(run, sample, actions) {
    this.#run = run;
    this.#actions = actions;
    this.#bar.dataset.size = "large";
    this.#saves = /** @type {const} */ (["json", "csv"]).map((kind) => button(`Save the report as ${kind.toUpperCase()}`, () => actions.save(kind)));
    this.#buttons.append(this.#pause, this.#stop, this.#again, ...this.#saves);
    const about = make("p", { class: "quiet" }, aboutOf(sample));
    this.element = make("div", { class: "health-run__body" }, this.#said, this.#bar, this.#count, this.#buttons, about);
  }

  /** Says how it stands now. */
  show() {
    const { state, total, checked, left } = this.#run;
    const came = checked.filter((one) => one.state === "came").length;
    const failed = checked.length - came - left.length;
    const isOpen = state === "running" || state === "resting";
    this.#bar.max = total;
    this.#bar.value = checked.length - left.length;
    this.#bar.dataset.state = isOpen ? state : failed + left.length > 0 ? "errored" : state === "done" ? "completed" : "cancelled";
    say(this.#count, `${grouped(checked.length - left.length)} of ${grouped(total)} tried · ${grouped(came)} came · ${grouped(failed)} did not`);
    const down = [...new Set(checked.filter((one) => one.state === "left").map(({ origin }) => origin))];
    say(this.#said, sentenceOf(state, { total, came, failed, left: left.length, tried: checked.length - left.length, down }));
    this.#said.dataset.state = this.#bar.dataset.state ?? "";
    this.#pause.hidden = this.#stop.hidden = !isOpen;
    say(this.#pause, state === "resting" ? "Go on" : "Pause");
    const isBack = checked.some((one) => one.state === "left" && this.#actions.isBack(one.origin));
    this.#again.hidden = isOpen || left.length === 0;
    say(this.#again, isBack ? `It answers again: check the ${files(left.length)} left` : `Check the ${files(left.length)} left`);
    for (const save of this.#saves) save.hidden = isOpen || checked.length === 0;
  }
}

/**
 * @param {import("../health/check-run.js").RunState} state
 * @param {{total: number, came: number, failed: number, left: number, tried: number, down: string[]}} counts down: hosts
 */
function sentenceOf(state, { total, came, failed, left, tried, down }) {
  if (state === "running") return `Trying ${files(total)}`;
  if (state === "resting") return "Paused";
  const rest = left > 0 ? `${down.join(" and ")} ${down.length === 1 ? "is" : "are"} down: ${files(left)} ${left === 1 ? "was" : "were"} not tried.` : "";
  return [cameOf(state, { total, came, failed, tried }), rest].filter((part) => part !== "").join(" ");
}

/**
 * @param {"ended" | "done"} state
 * @param {{total: number, came: number, failed: number, tried: number}} counts
 */
function cameOf(state, { total, came, failed, tried }) {
  if (state === "ended") return `Stopped: ${grouped(came)} of the ${files(tried)} tried came.`;
  if (tried === 0) return "";
  if (failed > 0) return `${grouped(failed)} of ${files(tried)} did not come.`;
  if (tried < total) return `${tried === 1 ? "The one file" : `All ${files(tried)}`} that ${tried === 1 ? "was" : "were"} tried came.`;
  return total === 1 ? "The one file came." : `All ${files(total)} came.`;
}

/** @param {Sample} sample */
function aboutOf({ seed, looked_at, total, unmet, files: { length } }) {
  const among = looked_at < total ? ` looked at, of about ${grouped(total)}` : "";
  const missed = unmet.length > 0 ? ` None of those looked at is on ${unmet.join(", ")}.` : "";
  return `${files(length)} out of ${grouped(looked_at)} ${looked_at === 1 ? "address" : "addresses"}${among}, drawn by the seed ${seed}.${missed}`;
}

/** @param {number} count */
function files(count) {
  return `${grouped(count)} ${count === 1 ? "file" : "files"}`;
}

/**
 * @param {string} text
 * @param {() => void} act
 */
function button(text, act) {
  const made = make("button", { type: "button", class: "button" }, text);
  made.addEventListener("click", act);
  return made;
}

/**
 * Changes a text where it is another: it may be read aloud.
 * @param {HTMLElement} element
 * @param {string} text
 */
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
