/** `<facet-chart>`: what one field holds, asked of this server once it is in sight, and drawn as bars that are links. */

import { grouped } from "../lib/digits.js";
import { InSight } from "../lib/in-sight.js";
import { make } from "../lib/markup.js";

/**
 * @typedef {object} FacetBar
 * @property {string} text
 * @property {number} count
 * @property {string | null} at what its address has behind `href`; null where it leads nowhere
 *
 * @typedef {object} Facet
 * @property {"numbers" | "values" | "times" | "text" | "nothing"} shape
 * @property {string} href
 * @property {string} says
 * @property {string} about stands before each estimated count
 * @property {string} note
 * @property {number} total
 * @property {[string, string][]} figures
 * @property {FacetBar[]} bars
 * @property {FacetBar} missing
 * @property {number} other
 * @property {string[]} ends
 */

const AT_ONCE = 3;
const SHOWN_ROWS = 6;
const STEP = 10;
const GAP = 1;
const HEIGHT = 100;
const SVG = "http://www.w3.org/2000/svg";
const charts = new InSight(AT_ONCE);

export class FacetChart extends HTMLElement {
  #life = new AbortController();

  connectedCallback() {
    this.#life = new AbortController();
    this.#wait();
  }

  disconnectedCallback() {
    this.#life.abort();
    charts.remove(this);
  }

  #wait() {
    this.dataset.state = "loading";
    this.setAttribute("aria-busy", "true");
    this.replaceChildren(make("p", { class: "chart__said" }, "Counting…"));
    charts.add(this, () => this.#load());
  }

  async #load() {
    const { signal } = this.#life;
    const answer = await readFacet(this.dataset.feed ?? "", signal);
    if (signal.aborted) return;
    this.removeAttribute("aria-busy");
    if (typeof answer === "string") this.#fail(answer);
    else this.#show(answer);
  }

  /** @param {string} sentence */
  #fail(sentence) {
    this.dataset.state = "failed";
    const again = make("button", { type: "button", class: "button" }, "Try again");
    again.addEventListener("click", () => this.#wait());
    this.replaceChildren(make("p", { class: "chart__said", role: "status" }, sentence), again);
  }

  /** @param {Facet} facet */
  #show(facet) {
    this.dataset.state = facet.shape;
    const isColumns = facet.shape === "numbers" || facet.shape === "times";
    /** @type {Node[]} */
    const parts = [];
    if (facet.bars.length === 0) parts.push(make("p", { class: "chart__said" }, facet.says));
    else parts.push(isColumns ? columns(facet) : rows(facet));
    const rest = extras(facet, this.dataset.unit ?? "row");
    if (rest) parts.push(rest);
    parts.push(foot(facet));
    if (facet.bars.length > 0) parts.push(table(facet, this.dataset.name ?? ""));
    this.replaceChildren(...parts);
  }
}

/**
 * @param {string} url
 * @param {AbortSignal} signal
 * @returns {Promise<Facet | string>} a sentence where there is none
 */
async function readFacet(url, signal) {
  try {
    const response = await fetch(url, { headers: { Accept: "application/json" }, redirect: "error", signal });
    const answer = await response.json();
    return response.ok ? answer : String(answer.error ?? `Transom's server refused (${response.status}).`);
  } catch {
    return "Transom's server did not count this. Check the connection; if you were signed out, reload the page.";
  }
}

/** @param {Facet} facet */
function columns(facet) {
  const highest = Math.max(...facet.bars.map((bar) => bar.count));
  const plot = svg("svg", {
    class: "bars chart__bars",
    viewBox: `0 0 ${facet.bars.length * STEP} ${HEIGHT}`,
    preserveAspectRatio: "none",
    role: "img",
    "aria-label": facet.says,
  });
  plot.append(...facet.bars.filter((bar) => bar.count > 0).map((bar) => column(facet, bar, facet.bars.indexOf(bar), highest)));
  const scale = make("p", { class: "chart__scale number", "aria-hidden": true }, ...facet.ends.map((end) => make("span", {}, shortTime(end))));
  return make("div", { class: "chart__columns" }, make("span", { class: "chart__highest number", "aria-hidden": true }, facet.about + grouped(highest)), plot, scale);
}

/**
 * A column is as wide and high as its place, so that a low one can be hit; the table has the links for the keyboard.
 * @param {Facet} facet
 * @param {FacetBar} bar
 * @param {number} place
 * @param {number} highest
 */
function column(facet, bar, place, highest) {
  const height = Math.max(1, (HEIGHT * bar.count) / highest);
  const link = svg(bar.at === null ? "g" : "a", bar.at === null ? {} : { href: facet.href + bar.at, tabindex: -1 });
  const title = svg("title", {});
  title.textContent = `${bar.text}: ${facet.about}${grouped(bar.count)}`;
  link.append(
    title,
    svg("rect", { class: "chart__hit", x: place * STEP, y: 0, width: STEP, height: HEIGHT }),
    svg("rect", { x: place * STEP, y: HEIGHT - height, width: STEP - GAP, height }),
  );
  return link;
}

/** @param {Facet} facet */
function rows(facet) {
  const highest = Math.max(...facet.bars.map((bar) => bar.count));
  const shown = facet.bars.length > SHOWN_ROWS + 1 ? facet.bars.slice(0, SHOWN_ROWS) : facet.bars;
  const list = make("ul", { class: "chart__rows", "aria-label": facet.says }, ...shown.map((bar) => make("li", {}, row(facet, bar, highest))));
  const more = facet.bars.length - shown.length;
  if (more > 0) list.append(make("li", { class: "chart__more" }, `and ${grouped(more)} more in the table`));
  return list;
}

/**
 * @param {Facet} facet
 * @param {FacetBar} bar
 * @param {number} highest
 */
function row(facet, bar, highest) {
  const line = svg("svg", { class: "bars chart__line", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" });
  line.append(svg("rect", { width: bar.count ? Math.max(1, (100 * bar.count) / highest) : 0, height: 10 }));
  const name = make("span", { class: "chart__value", title: bar.text }, bar.text || '""');
  const count = make("span", { class: "chart__count number" }, facet.about + grouped(bar.count));
  return bar.at === null
    ? make("span", { class: "chart__row" }, name, line, count)
    : make("a", { class: "chart__row", href: facet.href + bar.at }, name, line, count);
}

/**
 * What is not there, or of another kind, as bars of their own beside all.
 * @param {Facet} facet
 * @param {string} unit
 */
function extras({ missing, other, total, href, about }, unit) {
  const bars = [missing, { text: "another type", count: other, at: null }].filter((bar) => bar.count > 0);
  if (bars.length === 0) return null;
  const like = /** @type {Facet} */ ({ href, about });
  const made = bars.map((bar) => make("li", { title: `of ${about}${grouped(total)} ${unit}s` }, row(like, bar, total)));
  return make("ul", { class: "chart__rows chart__rest" }, ...made);
}

/** @param {Facet} facet */
function foot(facet) {
  const figures = facet.figures.map(([name, text]) => make("span", {}, make("span", { class: "chart__figure" }, name), " ", text));
  return make("p", { class: "chart__foot number" }, ...figures, ...(facet.note ? [make("span", { class: "chart__note" }, facet.note)] : []));
}

/**
 * @param {Facet} facet
 * @param {string} name
 */
function table(facet, name) {
  const all = [...facet.bars, ...(facet.missing.count ? [facet.missing] : [])];
  const body = all.map((bar) => {
    const text = bar.text || '""';
    const cell = bar.at === null ? make("td", {}, text) : make("td", {}, make("a", { href: facet.href + bar.at }, text));
    return make("tr", {}, cell, make("td", { "data-align": "end" }, facet.about + grouped(bar.count)));
  });
  const head = make("tr", {}, make("th", { scope: "col" }, name), make("th", { scope: "col", "data-align": "end" }, "Count"));
  const made = make("table", { class: "tally" }, make("thead", {}, head), make("tbody", {}, ...body));
  const summary = make("summary", { class: "chart__summary" }, "As a table");
  return make("details", { class: "chart__table" }, summary, make("div", { class: "chart__scroll" }, made));
}

/** @param {string} end a number, or a time, of which the T between day and hour is for machines */
function shortTime(end) {
  return end.replace(/^(\d{4}-\d\d-\d\d)T(\d\d)$/, "$1 $2 h");
}

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 */
function svg(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

customElements.define("facet-chart", FacetChart);
