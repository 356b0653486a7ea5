/** A small chart of numbers or times beside other things, drawn without a library: pressed or drawn over it narrows. */

import { fullTime, shortNumber, wordsOf } from "../facets/bins.js";
import { barsBetween, hrefOf } from "../facets/narrowing.js";
import { make } from "../lib/markup.js";
import { svg } from "./facet-rows.js";

/** @typedef {import("../facets/facet-feed.js").Facet} Facet */

const STEP = 10;
const GAP = 1;
const HEIGHT = 100;

/**
 * The table behind it has the links for the keyboard.
 * @param {Facet} facet
 * @param {(text: string | null) => void} tell what is under the pointer, in words; null for nothing
 */
export function columns(facet, tell) {
  const { bars } = facet;
  const highest = Math.max(...bars.map((bar) => bar.count));
  const plot = svg("svg", {
    class: "bars chart__bars",
    viewBox: `0 0 ${bars.length * STEP} ${HEIGHT}`,
    preserveAspectRatio: "none",
    role: "img",
    "aria-label": facet.says,
  });
  const mark = svg("rect", { class: "chart__mark", y: 0, width: 0, height: HEIGHT });
  plot.append(mark, ...bars.map((bar, place) => {
    const height = bar.count ? Math.max(2, (HEIGHT * bar.count) / highest) : 0;
    return svg("rect", { x: place * STEP, y: HEIGHT - height, width: STEP - GAP, height });
  }));
  narrowing(facet, plot, mark, tell);
  const ends = facet.ends.map((end) => make("span", {}, facet.shape === "times" ? fullTime(end) : shortNumber(end)));
  const scale = make("p", { class: "chart__scale number", "aria-hidden": true }, ...ends);
  return make("div", { class: "chart__columns" }, plot, scale);
}

/**
 * @param {Facet} facet
 * @param {Element} plot
 * @param {Element} mark what lies behind the bars meant
 * @param {(text: string | null) => void} tell
 */
function narrowing(facet, plot, mark, tell) {
  /** @type {number | null} */
  let from = null;
  const placeOf = (/** @type {PointerEvent} */ event) => {
    const { left, width } = plot.getBoundingClientRect();
    return ((event.clientX - left) / width) * facet.bars.length;
  };
  const meant = (/** @type {PointerEvent} */ event) => barsBetween(from ?? placeOf(event), placeOf(event), facet.bars.length);
  const show = (/** @type {[number, number] | null} */ bars) => {
    mark.setAttribute("x", String((bars?.[0] ?? 0) * STEP));
    mark.setAttribute("width", String(bars ? (bars[1] + 1 - bars[0]) * STEP : 0));
    tell(bars && wordsOf(facet, ...bars));
  };
  const on = (/** @type {string} */ name, /** @type {(event: PointerEvent) => void} */ act) =>
    plot.addEventListener(name, (event) => act(/** @type {PointerEvent} */ (event)));
  on("pointerdown", (event) => {
    if (event.button !== 0) return;
    from = placeOf(event);
    plot.setPointerCapture(event.pointerId);
  });
  on("pointermove", (event) => show(meant(event)));
  on("pointerup", (event) => {
    const href = from === null ? null : hrefOf(facet, ...meant(event));
    from = null;
    if (href) location.assign(href);
  });
  for (const name of ["pointercancel", "pointerleave"]) {
    on(name, () => {
      from = null;
      show(null);
    });
  }
}
