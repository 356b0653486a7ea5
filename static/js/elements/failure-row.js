/** What is said of pictures that all fail of one cause, each for itself. */

import { grouped } from "../lib/digits.js";
import { SummaryRow } from "./summary-row.js";

export class FailureRow {
  #row = new SummaryRow();
  element = this.#row.element;

  /**
   * @param {import("../media/verdicts.js").Diagnosis} diagnosis of one of them
   * @param {() => void} retry
   */
  constructor(diagnosis, retry) {
    this.#row.say(diagnosis);
    this.#row.act.textContent = "Try again";
    this.#row.act.addEventListener("click", retry);
    this.element.dataset.scope = "file";
  }

  /** @param {number} count how many of the pictures near the window */
  set count(count) {
    this.#row.doing = `${grouped(count)} pictures here did not come for this reason.`;
  }
}
