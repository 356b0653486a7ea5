/** Bars over an axis, of numbers or times, by uPlot: a readout that follows the pointer, a drag that narrows the query. */

import uPlot from "../../vendor/uplot/uPlot.esm.js";
import { edgeText, namedEdges, timeText, wordsOf } from "../facets/bins.js";
import { Inks } from "../facets/inks.js";
import { barsBetween, hrefOf } from "../facets/narrowing.js";
import { make } from "../lib/markup.js";

/** @typedef {import("../facets/facet-feed.js").Facet} Facet */

const HEIGHT = 148;
const AXIS = 22;
const LEAST_DRAG = 4;
const INKS = /** @type {const} */ (["bar", "line", "word"]);

export class FacetPlot {
  element = make("div", { class: "plot" });
  #facet;
  #tell;
  #inks;
  #plot;
  #hovered = make("div", { class: "plot__bar" });

  /**
   * @param {Facet} facet
   * @param {(text: string | null) => void} tell what is under the pointer, in words; null for nothing
   * @param {AbortSignal} signal
   */
  constructor(facet, tell, signal) {
    this.#facet = facet;
    this.#tell = tell;
    this.element.setAttribute("role", "img");
    this.element.setAttribute("aria-label", facet.says);
    this.#inks = new Inks(INKS, () => this.#plot.redraw(), signal);
    this.element.append(this.#inks.element);
    const counts = facet.bars.map((bar) => bar.count);
    this.#plot = new uPlot(this.#options(), [counts.map((_, place) => place), counts], this.element);
    this.#plot.over.prepend(this.#hovered);
    const sizes = new ResizeObserver(([entry]) => {
      if (!entry) return;
      this.#plot.setSize({ width: Math.max(120, Math.floor(entry.contentRect.width)), height: HEIGHT });
      // The same size may have been drawn outside of the page, without its colors.
      this.#plot.redraw();
    });
    sizes.observe(this.element);
    signal.addEventListener("abort", () => {
      sizes.disconnect();
      this.#plot.destroy();
    });
  }

  /** @returns {uPlot.Options} */
  #options() {
    const { bars } = this.#facet;
    const font = () => this.#inks.font();
    const highest = Math.max(...bars.map((bar) => bar.count));
    return {
      width: 300,
      height: HEIGHT,
      legend: { show: false },
      padding: [8, this.#end, 0, 0],
      scales: { x: { time: false, range: [0, bars.length] }, y: { range: [0, highest * 1.04] } },
      series: [{}, { paths: /** @type {uPlot.Series.BarsPathBuilderFactory} */ (uPlot.paths.bars)({ size: [1, Infinity], align: 1, gap: 1 }), fill: () => this.#inks.now.bar, width: 0, points: { show: false } }],
      axes: [
        {
          size: AXIS,
          font: font(),
          stroke: () => this.#inks.now.word,
          grid: { show: false },
          border: { show: true, stroke: () => this.#inks.now.line, width: 1 },
          ticks: { stroke: () => this.#inks.now.line, size: 4, width: 1 },
          gap: 3,
          splits: (plot) => namedEdges(bars.length, Math.max(2, Math.floor(plot.bbox.width / devicePixelRatio / this.#nameWidth))).map((place) => place + this.#shift),
          values: (_, places) => this.#names(places.map((place) => place - this.#shift)),
        },
        {
          // The first time's name stands half before the first bar.
          size: (_, values) => Math.max(this.#facet.shape === "times" ? 38 : 0, 10 + 7 * Math.max(2, ...(values ?? []).map((text) => text.length))),
          font: font(),
          stroke: () => this.#inks.now.word,
          grid: { stroke: () => this.#inks.now.line, width: 1 },
          ticks: { show: false },
          border: { show: false },
          gap: 4,
          space: 36,
          incrs: WHOLE_STEPS,
          values: (_, counts) => counts.map(axisCount),
        },
      ],
      cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false, dist: LEAST_DRAG } },
      select: { show: true, left: 0, top: 0, width: 0, height: 0 },
      hooks: {
        setCursor: [(plot) => this.#point(plot)],
        setSelect: [(plot) => this.#take(plot)],
        ready: [(plot) => plot.over.addEventListener("click", () => this.#press(plot))],
      },
    };
  }

  /** A name stands below the middle of what it names, and below the edge of a bin. */
  get #shift() {
    return this.#facet.bars.some((bar) => bar.high) ? 0 : 0.5;
  }

  /** Pixels right of the bars: half of the last edge's name, which stands below their end. */
  get #end() {
    const { bars, shape } = this.#facet;
    return shape === "times" || this.#shift ? 8 : Math.max(8, 4 * edgeText(bars, bars.length).length);
  }

  get #nameWidth() {
    return this.#facet.shape === "times" ? 74 : 52;
  }

  /** @param {number[]} places */
  #names(places) {
    const { bars, shape } = this.#facet;
    if (shape !== "times") return places.map((place) => edgeText(bars, place));
    return places.map((place, index) => {
      const before = bars[places[index - 1] ?? -1];
      const bar = bars[place];
      return bar ? timeText(bar.low, before?.low) : "";
    });
  }

  /** @param {uPlot} plot */
  #point(plot) {
    const left = plot.cursor.left ?? -1;
    if (left < 0) {
      this.#hovered.hidden = true;
      this.#tell(null);
      return;
    }
    const { width, left: from } = plot.select;
    const isDragged = width > LEAST_DRAG && plot.cursor.event?.type === "mousemove" && plot.cursor.event.buttons === 1;
    const [first, last] = isDragged ? this.#barsIn(plot, from, from + width) : this.#barsIn(plot, left, left);
    const start = plot.valToPos(first, "x");
    this.#hovered.hidden = false;
    this.#hovered.style.left = `${start}px`;
    this.#hovered.style.width = `${plot.valToPos(last + 1, "x") - start}px`;
    this.#tell(wordsOf(this.#facet, first, last));
  }

  /**
   * @param {uPlot} plot
   * @param {number} from in pixels
   * @param {number} to
   */
  #barsIn(plot, from, to) {
    return barsBetween(plot.posToVal(from, "x"), plot.posToVal(to, "x"), this.#facet.bars.length);
  }

  /** @param {uPlot} plot */
  #take(plot) {
    const { left, width } = plot.select;
    if (width <= LEAST_DRAG) return;
    const [first, last] = this.#barsIn(plot, left, left + width);
    const href = hrefOf(this.#facet, first, last);
    if (href) location.assign(href);
  }

  /** @param {uPlot} plot */
  #press(plot) {
    const left = plot.cursor.left ?? -1;
    if (left < 0 || plot.select.width > LEAST_DRAG) return;
    const href = hrefOf(this.#facet, ...this.#barsIn(plot, left, left));
    if (href) location.assign(href);
  }
}

const WHOLE_STEPS = Array.from({ length: 13 }, (_, power) => [1, 2, 5].map((first) => first * 10 ** power)).flat();

/** @param {number} count */
function axisCount(count) {
  if (count >= 1e6) return `${Number((count / 1e6).toPrecision(3))}M`;
  return count >= 10_000 ? `${Number((count / 1e3).toPrecision(3))}k` : String(count);
}
