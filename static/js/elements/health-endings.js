/** When the links of a sample end: read from the addresses, so it is known before any of them is opened. */

import { endingsOf } from "../health/summary.js";
import { grouped } from "../lib/digits.js";
import { make } from "../lib/markup.js";
import { lifeInWords } from "../media/expiry.js";

/** @typedef {import("../health/summary.js").Linked} Linked */
/** @typedef {import("../health/summary.js").Endings} Endings */

/** What is left of a link grows less while one looks. */
const RENEWED_EVERY_S = 15;

export class EndingLinks {
  #body = make("div", { class: "section__body" });
  #links;
  #masks;

  /**
   * @param {readonly Linked[]} files
   * @param {readonly Linked[]} masks of labels
   * @param {AbortSignal} signal
   */
  constructor(files, masks, signal) {
    this.#links = [...files, ...masks];
    this.#masks = masks.length;
    const about = make("p", {}, "A signed link says itself when it ends. After that nobody can open the file by it.");
    this.element = make("section", { class: "section" }, make("div", { class: "section__name" }, make("h2", {}, "Links that end"), about), this.#body);
    const timer = setInterval(() => this.#show(), RENEWED_EVERY_S * 1000);
    signal.addEventListener("abort", () => clearInterval(timer));
    this.#show();
  }

  #show() {
    const now_ms = Date.now();
    const endings = endingsOf(this.#links, now_ms);
    const { total, ending, ended, next, bars } = endings;
    const masks = this.#masks > 0 ? ` ${grouped(this.#masks)} of the links looked at ${this.#masks === 1 ? "leads to a mask" : "lead to masks"} of labels.` : "";
    if (ending === 0) return this.#body.replaceChildren(make("p", { class: "quiet" }, `None of these links says that it ends.${masks}`));
    const all = make("p", {}, `${grouped(ending)} of ${grouped(total)} links ${ending === 1 ? "says" : "say"} when ${ending === 1 ? "it ends" : "they end"}.${masks}`);
    const gone = ended > 0 ? [make("p", { class: "health-ended" }, `${grouped(ended)} ${ended === 1 ? "has" : "have"} expired already.`)] : [];
    const first = next ? [make("p", {}, "The next ", lifeInWords(next.end_ms, now_ms), ": ", make("a", { href: next.file.href }, next.file.reference_id), ".")] : [];
    this.#body.replaceChildren(all, ...gone, ...first, ...(bars.length > 0 ? [chart(endings)] : []));
  }
}

/** @param {Endings} endings */
function chart({ bars, unit, later }) {
  const rows = bars.flatMap(({ count }, place) => (count > 0 ? [{ text: nameOf(place, unit), count }] : []));
  if (later > 0) rows.push({ text: "later", count: later });
  const most = Math.max(...rows.map(({ count }) => count));
  const lines = rows.map(({ text, count }) => {
    const bar = make("span", { class: "health-ending__bar" });
    bar.style.inlineSize = `${(100 * count) / most}%`;
    return make("tr", {}, make("th", { scope: "row" }, text), make("td", { class: "health-ending__track" }, bar), make("td", { class: "number", "data-align": "end" }, grouped(count)));
  });
  return make("table", { class: "health-ending" }, make("caption", { class: "visually-hidden" }, `Links that end, by ${unit}`), make("tbody", {}, ...lines));
}

/**
 * @param {number} place
 * @param {"hour" | "day"} unit
 */
function nameOf(place, unit) {
  const short = unit === "hour" ? "h" : "days";
  return place === 0 ? `within 1 ${unit === "hour" ? "h" : "day"}` : `in ${place} to ${place + 1} ${short}`;
}
