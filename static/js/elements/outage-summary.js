/**
 * `<outage-summary>`: what is the matter with the media hosts of this page, once for each, over the pictures that wait for
 * them; and what many pictures fail of for one reason (`failures`). `data-count` is how many things it says; it is hidden
 * while that is none. Dispatches `retry-wish` with detail `{origin, kind}`.
 */

import { outages } from "../hosts/outages.js";
import { make } from "../lib/markup.js";
import { FailureRow } from "./failure-row.js";
import { OutageRow } from "./outage-row.js";

/** A host that is back says so for a moment. */
const BACK_S = 2.5;

/**
 * Pictures that fail of one cause.
 * @typedef {object} Failure
 * @property {number} count
 * @property {import("../media/verdicts.js").Diagnosis} diagnosis
 */

export class OutageSummary extends HTMLElement {
  #life = new AbortController();
  /** By origin. @type {Map<string, OutageRow>} */
  #rows = new Map();
  /** By origin and kind. @type {Map<string, FailureRow>} */
  #failures = new Map();
  #ticket = 0;

  connectedCallback() {
    this.#life = new AbortController();
    const { signal } = this.#life;
    this.setAttribute("role", "status");
    for (const type of ["down", "wait"]) outages.addEventListener(type, () => this.#drawSoon(), { signal });
    outages.addEventListener("back", (event) => this.#tellBack(/** @type {CustomEvent<{origin: string}>} */ (event).detail.origin), { signal });
    this.#draw();
  }

  disconnectedCallback() {
    this.#life.abort();
    cancelAnimationFrame(this.#ticket);
    this.#rows.clear();
    this.#failures.clear();
    this.replaceChildren();
  }

  /** @param {Failure[]} failures */
  set failures(failures) {
    const keys = new Set(failures.map(({ diagnosis }) => keyOf(diagnosis)));
    for (const [key, row] of this.#failures) if (!keys.has(key)) this.#drop(this.#failures, key, row);
    for (const { count, diagnosis } of failures) {
      const row = this.#failures.get(keyOf(diagnosis)) ?? this.#add(this.#failures, keyOf(diagnosis), new FailureRow(diagnosis, () => this.#wishRetry(diagnosis)));
      row.count = count;
    }
    this.#count();
  }

  #drawSoon() {
    this.#ticket ||= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#ticket = 0;
    for (const outage of outages.all) {
      const row = this.#rows.get(outage.origin) ?? this.#add(this.#rows, outage.origin, new OutageRow(outage.origin));
      row.show(outage, outages.waiting(outage.origin));
    }
    this.#count();
  }

  /** @param {string} origin */
  #tellBack(origin) {
    const row = this.#rows.get(origin);
    if (!row) return;
    row.tellBack();
    setTimeout(() => {
      if (!outages.isDown(origin) && this.#rows.get(origin) === row) this.#drop(this.#rows, origin, row);
      this.#count();
    }, BACK_S * 1000);
  }

  /** @param {import("../media/verdicts.js").Diagnosis} diagnosis */
  #wishRetry({ origin, kind }) {
    this.dispatchEvent(new CustomEvent("retry-wish", { detail: { origin, kind } }));
  }

  /**
   * @template {OutageRow | FailureRow} Row
   * @param {Map<string, Row>} rows
   * @param {string} key
   * @param {Row} row
   */
  #add(rows, key, row) {
    rows.set(key, row);
    this.append(row.element);
    return row;
  }

  /**
   * @template {OutageRow | FailureRow} Row
   * @param {Map<string, Row>} rows
   * @param {string} key
   * @param {Row} row
   */
  #drop(rows, key, row) {
    rows.delete(key);
    row.element.remove();
  }

  #count() {
    const count = this.childElementCount;
    if (this.dataset.count === String(count)) return;
    this.dataset.count = String(count);
    this.hidden = count === 0;
  }
}

/** @param {import("../media/verdicts.js").Diagnosis} diagnosis */
function keyOf({ origin, kind }) {
  return `${kind} ${origin}`;
}

/** Makes one; a page has as many as it has places where pictures wait. */
export function outageSummary() {
  return /** @type {OutageSummary} */ (make(/** @type {any} */ ("outage-summary"), { class: "outage-summary", hidden: true }));
}

customElements.define("outage-summary", OutageSummary);
