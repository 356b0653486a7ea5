/** `<facet-map>`: where the rows of a query were, in cells that this server counted; no map server is asked anything. */

import { Projection, degreesBetween, degreesText, density, scaleBar } from "../facets/earth.js";
import { asking, exactCounts, firstCounts, readFeed } from "../facets/facet-feed.js";
import { Inks } from "../facets/inks.js";
import { edgeAfter, placesIn, pointedAt } from "../facets/narrowing.js";
import { percent } from "../facets/bins.js";
import { grouped } from "../lib/digits.js";
import { make, part } from "../lib/markup.js";
import { table } from "./facet-rows.js";

/** @typedef {import("../facets/facet-feed.js").FacetMap} FacetMap */
/** @typedef {{x: number, y: number}} Point in pixels of the canvas */

const INKS = /** @type {const} */ (["cell", "line", "word", "ground"]);
const LEAST_DRAG = 5;
const NAME_ROOM = 90;
const SCALE_WIDTH = 110;
const EDGE = 10;

export class FacetMapPanel extends HTMLElement {
  #life = new AbortController();
  #canvas = make("canvas", { class: "map__canvas" });
  #box = make("div", { class: "map__box", hidden: true });
  #stage = make("div", { class: "map" });
  #foot = make("p", { class: "chart__foot number" });
  /** @type {FacetMap | null} */
  #map = null;
  /** @type {Projection | null} */
  #projection = null;
  /** @type {Inks<typeof INKS[number]> | null} */
  #inks = null;
  /** @type {Point | null} */
  #from = null;
  #isTable = false;

  connectedCallback() {
    this.#life = new AbortController();
    const { signal } = this.#life;
    this.#inks = new Inks(INKS, () => this.#draw(), signal);
    this.#stage.replaceChildren(this.#inks.element, this.#canvas, this.#box);
    this.querySelector("[data-show=table]")?.addEventListener("click", () => this.#turn(), { signal });
    this.#canvas.addEventListener("pointerdown", (event) => this.#press(event), { signal });
    this.#canvas.addEventListener("pointermove", (event) => this.#move(event), { signal });
    this.#canvas.addEventListener("pointerup", (event) => this.#release(event), { signal });
    for (const name of ["pointercancel", "lostpointercapture"]) this.#canvas.addEventListener(name, () => this.#forget(), { signal });
    this.#canvas.addEventListener("pointerleave", () => this.#tell(null), { signal });
    const sizes = new ResizeObserver(() => this.#draw());
    sizes.observe(this.#stage);
    signal.addEventListener("abort", () => sizes.disconnect());
    this.#wait();
  }

  disconnectedCallback() {
    this.#life.abort();
    firstCounts.remove(this);
    exactCounts.remove(this);
  }

  get #body() {
    return part(this, "div", "chart__body");
  }

  #wait() {
    this.dataset.state = "loading";
    this.setAttribute("aria-busy", "true");
    this.#body.replaceChildren(make("p", { class: "chart__said" }, "Counting…"));
    firstCounts.add(this, () => this.#load({}));
  }

  /** @param {Record<string, string>} more */
  async #load(more) {
    const { signal } = this.#life;
    const url = this.dataset.feed ?? "";
    const answer = await readFeed(Object.keys(more).length ? asking(url, more) : url, signal);
    if (signal.aborted) return;
    this.removeAttribute("aria-busy");
    if (typeof answer !== "string") this.#show(/** @type {FacetMap} */ (answer));
    else if (!this.#map) this.#fail(answer);
    if (this.#map?.note && !("exact" in more)) exactCounts.add(this, () => this.#load({ exact: "1" }));
  }

  /** @param {string} sentence */
  #fail(sentence) {
    this.dataset.state = "failed";
    const again = make("button", { type: "button", class: "button" }, "Try again");
    again.addEventListener("click", () => this.#wait());
    this.#body.replaceChildren(make("p", { class: "chart__said", role: "status" }, sentence), again);
  }

  #turn() {
    this.#isTable = !this.#isTable;
    if (this.#map) this.#show(this.#map);
  }

  /** @param {FacetMap} map */
  #show(map) {
    this.#map = map;
    this.dataset.state = map.shape;
    const toggle = this.querySelector("[data-show=table]");
    toggle?.toggleAttribute("hidden", map.cells.length === 0);
    toggle?.setAttribute("aria-pressed", String(this.#isTable));
    this.#tell(null);
    if (map.cells.length === 0) this.#body.replaceChildren(make("p", { class: "chart__said" }, map.says), this.#foot);
    else this.#body.replaceChildren(this.#isTable ? this.#table(map) : this.#stage, this.#foot);
    this.#canvas.setAttribute("role", "img");
    this.#canvas.setAttribute("aria-label", map.says);
    this.#draw();
  }

  /** @param {FacetMap} map */
  #table(map) {
    const cells = [...map.cells].sort((one, other) => other[2] - one[2]);
    return table(["Place", "Count"], cells.map((cell) => [
      { text: this.#named(cell), href: map.href + encodeURIComponent(placesIn(map, this.#part(cell))) },
      { text: map.about + grouped(cell[2]) },
    ]));
  }

  /** @param {FacetMap["cells"][number]} cell */
  #part([south, west]) {
    const { height, width } = /** @type {FacetMap} */ (this.#map);
    return { south, west, north: edgeAfter(south, height), east: edgeAfter(west, width) };
  }

  /** @param {FacetMap["cells"][number]} cell */
  #named(cell) {
    const { south, west, north, east } = this.#part(cell);
    return `${degreesText(Number(south), "NS")} to ${degreesText(Number(north), "NS")}, ${degreesText(Number(west), "EW")} to ${degreesText(Number(east), "EW")}`;
  }

  /** @param {string | null} text */
  #tell(text) {
    const map = this.#map;
    if (!map) return;
    if (text !== null) {
      this.#foot.replaceChildren(text);
      return;
    }
    const parts = [map.cells.length ? `${map.about}${grouped(map.total - map.missing - map.other)} on the map` : ""];
    if (map.missing) parts.push(`${map.about}${grouped(map.missing)} missing`);
    if (map.other) parts.push(`${map.about}${grouped(map.other)} no place on Earth`);
    this.#foot.replaceChildren(...parts.filter(Boolean).map((one) => make("span", {}, one)));
    if (map.note) this.#foot.append(make("span", { class: "chart__note", title: map.note }, "≈ estimated"));
  }

  #draw() {
    const map = this.#map;
    const { clientWidth: width, clientHeight: height } = this.#stage;
    const pen = this.#canvas.getContext("2d");
    if (!map?.extent || !pen || !width || !height || !this.#inks) return;
    const dots = devicePixelRatio;
    this.#canvas.width = Math.round(width * dots);
    this.#canvas.height = Math.round(height * dots);
    pen.setTransform(dots, 0, 0, dots, 0, 0);
    const [south, north, west, east] = map.extent;
    const projection = new Projection({ south, north, west, east }, { width, height });
    this.#projection = projection;
    pen.font = this.#inks.font();
    drawGraticule(pen, projection, this.#inks.now);
    drawCells(pen, projection, map, this.#inks.now.cell);
    drawNames(pen, projection, this.#inks.now);
  }

  /** @param {PointerEvent} event */
  #press(event) {
    if (event.button !== 0 || !this.#projection) return;
    this.#from = { x: event.offsetX, y: event.offsetY };
    this.#canvas.setPointerCapture(event.pointerId);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const map = this.#map;
    const projection = this.#projection;
    if (!map || !projection) return;
    const at = { x: event.offsetX, y: event.offsetY };
    if (this.#from && isDragged(this.#from, at)) {
      const part = this.#between(this.#from, at);
      place(this.#box, this.#from, at);
      const inside = map.cells.filter((cell) => isAmong(this.#part(cell), part));
      const count = inside.reduce((sum, cell) => sum + cell[2], 0);
      this.#tell(`Narrow to this part: about ${grouped(count)}`);
      return;
    }
    const cell = this.#cellAt(at);
    const here = `${degreesText(Number(pointedAt(projection.latitude(at.y), this.#span)), "NS")}, ${degreesText(Number(pointedAt(projection.longitude(at.x), this.#span)), "EW")}`;
    this.#tell(cell ? `${here}: ${map.about}${grouped(cell[2])} · ${percent(cell[2], map.total)}` : here);
    this.#canvas.toggleAttribute("data-link", Boolean(cell));
  }

  /** @param {PointerEvent} event */
  #release(event) {
    const map = this.#map;
    const from = this.#from;
    const at = { x: event.offsetX, y: event.offsetY };
    this.#forget();
    if (!map || !from) return;
    const cell = isDragged(from, at) ? null : this.#cellAt(at);
    const wanted = isDragged(from, at) ? this.#between(from, at) : cell && this.#part(cell);
    if (wanted) location.assign(map.href + encodeURIComponent(placesIn(map, wanted)));
  }

  #forget() {
    this.#from = null;
    this.#box.hidden = true;
  }

  get #span() {
    const shown = /** @type {Projection} */ (this.#projection).shown;
    return Math.max(shown.east - shown.west, 1e-6);
  }

  /**
   * @param {Point} one
   * @param {Point} other
   */
  #between(one, other) {
    const projection = /** @type {Projection} */ (this.#projection);
    const written = (/** @type {number} */ degrees) => pointedAt(degrees, this.#span);
    return {
      south: written(projection.latitude(Math.max(one.y, other.y))),
      north: written(projection.latitude(Math.min(one.y, other.y))),
      west: written(projection.longitude(Math.min(one.x, other.x))),
      east: written(projection.longitude(Math.max(one.x, other.x))),
    };
  }

  /** @param {Point} at */
  #cellAt({ x, y }) {
    const projection = this.#projection;
    const map = this.#map;
    if (!projection || !map) return null;
    const [latitude, longitude] = [projection.latitude(y), projection.longitude(x)];
    const [height, width] = [Number(map.height), Number(map.width)];
    return map.cells.find(([south, west]) => latitude >= Number(south) && latitude < Number(south) + height && longitude >= Number(west) && longitude < Number(west) + width) ?? null;
  }
}

/**
 * @param {Point} from
 * @param {Point} to
 */
function isDragged(from, to) {
  return Math.abs(from.x - to.x) > LEAST_DRAG && Math.abs(from.y - to.y) > LEAST_DRAG;
}

/**
 * Whether the middle of a cell is in a part.
 * @param {import("../facets/narrowing.js").Part} cell
 * @param {import("../facets/narrowing.js").Part} part
 */
function isAmong(cell, part) {
  const latitude = (Number(cell.south) + Number(cell.north)) / 2;
  const longitude = (Number(cell.west) + Number(cell.east)) / 2;
  return latitude >= Number(part.south) && latitude < Number(part.north) && longitude >= Number(part.west) && longitude < Number(part.east);
}

/**
 * @param {HTMLElement} box
 * @param {Point} from
 * @param {Point} to
 */
function place(box, from, to) {
  box.hidden = false;
  box.style.left = `${Math.min(from.x, to.x)}px`;
  box.style.top = `${Math.min(from.y, to.y)}px`;
  box.style.width = `${Math.abs(from.x - to.x)}px`;
  box.style.height = `${Math.abs(from.y - to.y)}px`;
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Projection} projection
 * @param {Record<typeof INKS[number], string>} inks
 */
function drawGraticule(pen, projection, inks) {
  const { width, height } = projection.size;
  const { south, north, west, east } = projection.shown;
  pen.strokeStyle = inks.line;
  pen.lineWidth = 1;
  pen.beginPath();
  for (const longitude of degreesBetween(west, east, width / NAME_ROOM)) {
    const x = Math.round(projection.x(longitude)) + 0.5;
    pen.moveTo(x, 0);
    pen.lineTo(x, height);
  }
  for (const latitude of degreesBetween(south, north, height / 60)) {
    const y = Math.round(projection.y(latitude)) + 0.5;
    pen.moveTo(0, y);
    pen.lineTo(width, y);
  }
  pen.stroke();
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Projection} projection
 * @param {FacetMap} map
 * @param {string} ink
 */
function drawCells(pen, projection, map, ink) {
  const [height, width] = [Number(map.height), Number(map.width)];
  const highest = Math.max(...map.cells.map((cell) => cell[2]));
  pen.fillStyle = ink;
  for (const [southern, western, count] of map.cells) {
    const [south, west] = [Number(southern), Number(western)];
    const [left, right] = [projection.x(west), projection.x(west + width)];
    const [top, bottom] = [projection.y(south + height), projection.y(south)];
    pen.globalAlpha = 0.22 + 0.78 * density(count, highest);
    pen.beginPath();
    pen.roundRect(left + 0.5, top + 0.5, Math.max(2, right - left - 1), Math.max(2, bottom - top - 1), 1.5);
    pen.fill();
  }
  pen.globalAlpha = 1;
}

/**
 * The degrees of the graticule at the edges, and how long a way is.
 * @param {CanvasRenderingContext2D} pen
 * @param {Projection} projection
 * @param {Record<typeof INKS[number], string>} inks
 */
function drawNames(pen, projection, inks) {
  const { width, height } = projection.size;
  const { south, north, west, east } = projection.shown;
  const write = (/** @type {string} */ text, /** @type {number} */ x, /** @type {number} */ y) => {
    pen.strokeStyle = inks.ground;
    pen.lineWidth = 3;
    pen.lineJoin = "round";
    pen.strokeText(text, x, y);
    pen.fillStyle = inks.word;
    pen.fillText(text, x, y);
  };
  pen.textAlign = "center";
  pen.textBaseline = "top";
  for (const longitude of degreesBetween(west, east, width / NAME_ROOM)) {
    const x = projection.x(longitude);
    if (x > 70 && x < width - 30) write(degreesText(longitude, "EW"), x, 4);
  }
  pen.textAlign = "start";
  pen.textBaseline = "middle";
  for (const latitude of degreesBetween(south, north, height / 60)) {
    const y = projection.y(latitude);
    if (y > 22 && y < height - 30) write(degreesText(latitude, "NS"), 6, y);
  }
  const { pixels, text } = scaleBar(projection, SCALE_WIDTH);
  const [left, bottom] = [width - EDGE - pixels, height - EDGE];
  pen.strokeStyle = inks.word;
  pen.lineWidth = 1.5;
  pen.beginPath();
  pen.moveTo(left, bottom - 5);
  pen.lineTo(left, bottom);
  pen.lineTo(left + pixels, bottom);
  pen.lineTo(left + pixels, bottom - 5);
  pen.stroke();
  pen.textAlign = "center";
  pen.textBaseline = "bottom";
  write(text, left + pixels / 2, bottom - 4);
}

customElements.define("facet-map", FacetMapPanel);
