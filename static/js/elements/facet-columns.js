/** A small chart of numbers or times beside other things: columns that are links, drawn without a library. */

import { fullTime, shortNumber } from "../facets/bins.js";
import { grouped } from "../lib/digits.js";
import { make } from "../lib/markup.js";
import { svg } from "./facet-rows.js";

/** @typedef {import("../facets/facet-feed.js").Facet} Facet */
/** @typedef {import("../facets/facet-feed.js").FacetBar} FacetBar */

const STEP = 10;
const GAP = 1;
const HEIGHT = 100;

/** @param {Facet} facet */
export function columns(facet) {
  const highest = Math.max(...facet.bars.map((bar) => bar.count));
  const plot = svg("svg", {
    class: "bars chart__bars",
    viewBox: `0 0 ${facet.bars.length * STEP} ${HEIGHT}`,
    preserveAspectRatio: "none",
    role: "img",
    "aria-label": facet.says,
  });
  plot.append(...facet.bars.map((bar, place) => column(facet, bar, place, highest)));
  const ends = facet.ends.map((end) => make("span", {}, facet.shape === "times" ? fullTime(end) : shortNumber(end)));
  const scale = make("p", { class: "chart__scale number", "aria-hidden": true }, ...ends);
  return make("div", { class: "chart__columns" }, plot, scale);
}

/**
 * A column is as wide and high as its place, so that a low one can be hit; the table has the links for the keyboard.
 * @param {Facet} facet
 * @param {FacetBar} bar
 * @param {number} place
 * @param {number} highest
 */
function column(facet, bar, place, highest) {
  const height = bar.count ? Math.max(2, (HEIGHT * bar.count) / highest) : 0;
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
