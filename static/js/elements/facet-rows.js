/** Rows of a facet: values as links with their bars, what is missing, and the table behind every chart. */

import { percent } from "../facets/bins.js";
import { grouped } from "../lib/digits.js";
import { make } from "../lib/markup.js";

/** @typedef {import("../facets/facet-feed.js").Facet} Facet */
/** @typedef {import("../facets/facet-feed.js").FacetBar} FacetBar */
/** @typedef {{href: string, about: string, total: number}} Leading what all bars of a facet have in common */

const SVG = "http://www.w3.org/2000/svg";
const TABLE_ROWS = 500;

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 */
export function svg(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

/**
 * The first values as links; all others are in the table.
 * @param {Facet} facet
 * @param {number} most
 */
export function valueRows(facet, most) {
  const highest = Math.max(...facet.bars.map((bar) => Math.max(bar.count, bar.beside?.count ?? 0)));
  const shown = facet.bars.length > most + 1 ? facet.bars.slice(0, most) : facet.bars;
  const list = make("ul", { class: "chart__rows", "aria-label": facet.says });
  list.append(...shown.map((bar) => make("li", {}, ...(bar.beside ? pairRows(facet, bar, highest) : [valueRow(facet, bar, highest)]))));
  return list;
}

/**
 * @param {Leading} facet
 * @param {FacetBar} bar
 * @param {number} highest
 */
export function valueRow(facet, bar, highest) {
  const said = `${bar.text || '""'}: ${facet.about}${grouped(bar.count)}${facet.total ? ` · ${percent(bar.count, facet.total)}` : ""}`;
  const parts = [
    make("span", { class: "chart__value" }, bar.text || '""'),
    line(bar.count, highest),
    make("span", { class: "chart__count number" }, facet.about + grouped(bar.count)),
  ];
  return bar.at === null
    ? make("span", { class: "chart__row", title: said }, ...parts)
    : make("a", { class: "chart__row", href: facet.href + bar.at, title: said }, ...parts);
}

/**
 * A class with what people say above what the run says.
 * @param {Facet} facet
 * @param {FacetBar} bar
 * @param {number} highest
 */
function pairRows(facet, bar, highest) {
  const other = /** @type {{count: number, at: string | null}} */ (bar.beside);
  const theirs = { ...bar, count: other.count, at: other.at, text: `${bar.text}, ${facet.beside ?? ""}` };
  const second = valueRow(facet, theirs, highest);
  second.classList.add("chart__row--run");
  return [valueRow(facet, bar, highest), second];
}

/**
 * @param {number} count
 * @param {number} highest
 */
function line(count, highest) {
  const drawing = svg("svg", { class: "bars chart__line", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" });
  drawing.append(svg("rect", { width: count ? Math.max(1, (100 * count) / highest) : 0, height: 10 }));
  return drawing;
}

/**
 * What is not there, or of another kind, in one line of words; the place is kept where there is none of it.
 * @param {Facet} facet
 */
export function restLine({ missing, other, total, href, about }) {
  /** @type {Node[]} */
  const parts = [];
  if (missing.count > 0) {
    const text = `${about}${grouped(missing.count)} missing`;
    const title = `${percent(missing.count, total)} have nothing there`;
    parts.push(missing.at === null ? make("span", { title }, text) : make("a", { href: href + missing.at, title }, text));
  }
  if (other > 0) parts.push(make("span", {}, `${about}${grouped(other)} of another type`));
  return make("p", { class: "chart__rest number" }, ...parts);
}

/**
 * Every bar as a row of a table.
 * @param {Facet} facet
 * @param {string} name
 */
export function facetTable(facet, name) {
  const all = [...facet.bars, ...(facet.missing.count ? [facet.missing] : [])];
  const heads = [name, facet.beside === undefined ? "Count" : "Ground truth", ...(facet.beside === undefined ? [] : [facet.beside])];
  return table(heads, all.map((bar) => [
    { text: bar.text || '""', href: bar.at === null ? null : facet.href + bar.at },
    { text: facet.about + grouped(bar.count) },
    ...(facet.beside === undefined ? [] : [{ text: facet.about + grouped(bar.beside?.count ?? 0) }]),
  ]));
}

/**
 * The first column leads somewhere, the others are numbers.
 * @param {string[]} heads
 * @param {{text: string, href?: string | null}[][]} rows
 */
export function table(heads, rows) {
  const head = make("tr", {}, ...heads.map((text, place) => make("th", { scope: "col", "data-align": place ? "end" : false }, text)));
  const body = rows.slice(0, TABLE_ROWS).map((cells) => make("tr", {}, ...cells.map(({ text, href }, place) =>
    make("td", { "data-align": place ? "end" : false }, href ? make("a", { href }, text) : text))));
  const made = make("table", { class: "tally" }, make("thead", {}, head), make("tbody", {}, ...body));
  const more = rows.length - body.length;
  const rest = more > 0 ? [make("p", { class: "chart__said" }, `and ${grouped(more)} more in the CSV`)] : [];
  return make("div", { class: "chart__scroll", tabindex: 0, role: "region", "aria-label": `${heads[0] ?? ""} as a table` }, made, ...rest);
}
