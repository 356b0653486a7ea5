/**
 * The tracks of a scene under its timeline, one row each: where each is there, and where it is not; or of each class
 * how many there are along the scene. Frames lie where the timeline has them. Only rows in sight are drawn.
 */

import { strokeOfName } from "../labels/label-colors.js";
import { heatLevel, layOutLanes, nextKey, sharedFolder } from "../labels/track-lanes.js";
import { grouped } from "../lib/digits.js";
import { make } from "../lib/markup.js";
import { actionButton, icon, nameButton } from "./action-button.js";
import { TimelinePalette } from "./timeline-palette.js";
import { LANE_PX, drawHeat, drawLane } from "./track-lanes-drawing.js";

/** @typedef {import("./label-desk.js").LabelDesk} LabelDesk */
/** @typedef {import("./timeline-bar.js").TimelineBar} TimelineBar */
/** @typedef {import("../labels/track-lanes.js").Track} Track */
/** @typedef {{label: string, source: number, total: number, heat: number[]}} ClassHeat */
/** @typedef {{version: number, frame_count: number, sources: import("../labels/label-columns.js").Source[], tracks: Track[], classes: ClassHeat[]}} SaidOfScene */
/** @typedef {"tracks" | "classes"} Rows */

const STORED = "transom-lanes-folded";

export class TrackLanesBar {
  element = make("div", { class: "track-lanes", hidden: true });
  #canvas = make("canvas", { class: "track-lanes__canvas", "aria-hidden": "true" });
  /** The line of the frame on screen: it moves with every frame, and the rows stand still. */
  #playhead = make("div", { class: "track-lanes__playhead", hidden: true });
  #space = make("div", { class: "track-lanes__space" }, this.#canvas);
  #scroller = make("div", { class: "track-lanes__scroller", role: "group", tabindex: 0, "aria-label": "Tracks and classes along the scene" }, this.#space);
  #fold = make("button", { type: "button", class: "button track-lanes__fold", "data-kind": "quiet", "data-shape": "icon" }, icon("down"));
  #tabs = make("div", { class: "choice", role: "group", "aria-label": "Rows" });
  #says = make("span", { class: "track-lanes__says number clip" });
  #keys = make("span", { class: "track-lanes__keys" });
  #palette = new TimelinePalette(() => this.#drawSoon());
  #bar;
  #desk;
  #goTo;
  /** @type {SaidOfScene | null} */
  #said = null;
  /** What all tracks' names begin with. */
  #folder = "";
  /** @type {Rows} */
  #rows = "tracks";
  #isFolded = remembered();
  #ticket = 0;

  /**
   * @param {TimelineBar} bar
   * @param {LabelDesk} desk
   * @param {{goTo: (frame: number) => void, signal: AbortSignal}} wishes
   */
  constructor(bar, desk, { goTo, signal }) {
    this.#bar = bar;
    this.#desk = desk;
    this.#goTo = goTo;
    const key = (/** @type {1 | -1} */ direction) => () => this.#jump(direction);
    this.#keys.append(actionButton("previousKey", key(-1)), actionButton("nextKey", key(1)));
    const head = make("div", { class: "track-lanes__head" }, this.#fold, this.#tabs, this.#says, this.#keys);
    this.element.append(head, make("div", { class: "track-lanes__rows" }, this.#scroller, this.#playhead), this.#palette.element);
    this.#fold.addEventListener("click", () => this.#foldTo(!this.#isFolded));
    this.#scroller.addEventListener("scroll", () => this.#drawSoon(), { passive: true });
    this.#scroller.addEventListener("click", (event) => this.#press(event));
    // Rows that took the focus by a click would take the arrow keys from the frames.
    this.#scroller.addEventListener("mousedown", (event) => event.preventDefault());
    this.#scroller.addEventListener("pointermove", (event) => this.#point(event));
    this.#scroller.addEventListener("pointerleave", () => this.#say(null));
    bar.watchView(() => this.#drawSoon(), signal);
    const follow = { place: () => this.#follow(), picture: () => this.#placePlayhead(), look: () => this.#drawSoon() };
    desk.watch((change) => follow[change](), signal);
    const size = new ResizeObserver(() => this.#drawSoon());
    size.observe(this.element);
    signal.addEventListener("abort", () => {
      size.disconnect();
      this.#palette.dispose();
      cancelAnimationFrame(this.#ticket);
    });
  }

  /** @param {SaidOfScene} said */
  show(said) {
    this.#said = { ...said, tracks: inOrder(said.tracks) };
    this.#folder = sharedFolder(said.tracks.map((track) => track.reference));
    this.element.hidden = said.tracks.length + said.classes.length === 0;
    if (said.tracks.length === 0) this.#rows = "classes";
    this.#offerRows();
    this.#foldTo(this.#isFolded);
    this.#say(null);
  }

  /** Says that the tracks did not come. @param {() => void} retry */
  fail(retry) {
    const again = make("button", { type: "button", class: "button", "data-kind": "quiet" }, "Try again");
    again.addEventListener("click", retry);
    this.#says.replaceChildren("Transom’s server did not send the tracks. ", again);
    this.element.hidden = false;
  }

  /**
   * The next frame where the selected track begins or ends.
   * @param {number} frame
   * @param {1 | -1} direction
   * @returns {number | null} null where there is none, or no track is selected
   */
  nextKey(frame, direction) {
    const track = this.#selected;
    return track ? nextKey(track, frame, direction) : null;
  }

  get #selected() {
    const { selectedTrack } = this.#desk;
    if (!selectedTrack || !this.#said) return null;
    return this.#said.tracks.find((track) => track.reference === selectedTrack.track && this.#sourceOf(track) === selectedTrack.source) ?? null;
  }

  /** @param {Track} track */
  #sourceOf(track) {
    return this.#said?.sources[track.source]?.id ?? null;
  }

  /** @param {1 | -1} direction */
  #jump(direction) {
    const frame = this.nextKey(this.#desk.picture?.index ?? 0, direction);
    if (frame !== null) this.#goTo(frame);
  }

  #offerRows() {
    const said = /** @type {SaidOfScene} */ (this.#said);
    const counts = /** @type {const} */ ([["tracks", "Tracks", said.tracks.length], ["classes", "Classes", said.classes.length]]);
    const tabs = counts.map(([rows, name, count]) => {
      const tab = make("button", { type: "button", class: "choice__option", "aria-pressed": String(rows === this.#rows) }, `${name} ${grouped(count)}`);
      tab.addEventListener("click", () => this.#turnTo(rows));
      tab.hidden = count === 0;
      return tab;
    });
    this.#tabs.replaceChildren(...tabs);
  }

  /** @param {Rows} rows */
  #turnTo(rows) {
    this.#rows = rows;
    this.#offerRows();
    this.#foldTo(false);
  }

  /** @param {boolean} isFolded */
  #foldTo(isFolded) {
    this.#isFolded = isFolded;
    remember(isFolded);
    this.#scroller.hidden = isFolded;
    this.#fold.setAttribute("aria-expanded", String(!isFolded));
    nameButton(this.#fold, isFolded ? "Show tracks and classes" : "Hide tracks and classes");
    this.#space.style.blockSize = `${this.#rowCount * LANE_PX}px`;
    this.#drawSoon();
  }

  get #rowCount() {
    return this.#said?.[this.#rows].length ?? 0;
  }

  /** Brings the selected track's row into sight. */
  #follow() {
    const track = this.#selected;
    const row = track && this.#rows === "tracks" ? (this.#said?.tracks.indexOf(track) ?? -1) : -1;
    const { scrollTop, clientHeight } = this.#scroller;
    if (row >= 0 && (row * LANE_PX < scrollTop || (row + 1) * LANE_PX > scrollTop + clientHeight)) {
      this.#scroller.scrollTop = (row + 0.5) * LANE_PX - clientHeight / 2;
    }
    this.#say(null);
    this.#drawSoon();
  }

  /** @param {MouseEvent} event */
  #press(event) {
    const { row, frame } = this.#placeOf(event);
    const track = this.#rows === "tracks" ? this.#said?.tracks[row] : undefined;
    if (track) this.#desk.selectTrack({ track: track.reference, source: this.#sourceOf(track) });
    if (row >= 0 && row < this.#rowCount) this.#goTo(frame);
  }

  /** @param {PointerEvent} event */
  #point(event) {
    this.#say(this.#placeOf(event));
  }

  /** @param {MouseEvent} event */
  #placeOf(event) {
    const { left, top } = this.#scroller.getBoundingClientRect();
    const row = Math.floor((event.clientY - top + this.#scroller.scrollTop) / LANE_PX);
    return { row, frame: this.#bar.frameAt(event.clientX - left) };
  }

  /** Says what is pointed at, or else what is selected. @param {{row: number, frame: number} | null} place */
  #say(place) {
    const track = place ? (this.#rows === "tracks" ? this.#said?.tracks[place.row] : undefined) : this.#selected;
    const heat = place && this.#rows === "classes" ? this.#said?.classes[place.row] : undefined;
    this.#keys.hidden = this.#selected === null;
    this.#says.textContent = track ? trackText(track, this.#sourceName(track.source)) : heat && place ? this.#heatText(heat, place.frame) : "";
  }

  /** @param {number} source */
  #sourceName(source) {
    const { id, name } = this.#said?.sources[source] ?? { id: null, name: "" };
    return id === null ? "" : name;
  }

  /**
   * @param {ClassHeat} heat
   * @param {number} frame
   */
  #heatText({ label, source, total, heat }, frame) {
    const frames = this.#said?.frame_count ?? 1;
    const here = heat[Math.floor((frame * heat.length) / frames)] ?? 0;
    const bin = Math.ceil(frames / Math.max(1, heat.length));
    const where = bin > 1 ? `${grouped(here)} in the ${grouped(bin)} frames here` : `${grouped(here)} in frame ${grouped(frame)}`;
    return [`${label}: ${grouped(total)} in the scene`, where, this.#sourceName(source)].filter(Boolean).join(" · ");
  }

  #drawSoon() {
    this.#ticket ||= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#ticket = 0;
    const { clientWidth, clientHeight, scrollTop } = this.#scroller;
    if (!this.#said || clientWidth === 0) return;
    const context = this.#fit(clientWidth, clientHeight);
    const { left_px, right_px } = this.#bar.sides;
    const first = Math.floor(scrollTop / LANE_PX);
    const last = Math.min(this.#rowCount, Math.ceil((scrollTop + clientHeight) / LANE_PX));
    const placeOf = (/** @type {number} */ row) => ({ y: row * LANE_PX - scrollTop, left_px, right_px });
    if (this.#rows === "tracks") this.#drawLanes(context, this.#said.tracks.slice(first, last), (at) => placeOf(first + at));
    else this.#said.classes.slice(first, last).forEach((row, at) => this.#drawClass(context, row, placeOf(first + at)));
    this.#placePlayhead();
  }

  #placePlayhead() {
    const frame = this.#desk.picture?.index ?? -1;
    const { first, last } = this.#bar.visible;
    this.#playhead.hidden = this.#isFolded || frame < first || frame > last;
    this.#playhead.style.transform = `translateX(${Math.round(this.#bar.xOf(frame + 0.5)) - 0.5}px)`;
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Track[]} tracks
   * @param {(at: number) => import("./track-lanes-drawing.js").Place} placeOf
   */
  #drawLanes(context, tracks, placeOf) {
    const selected = this.#selected;
    layOutLanes(tracks, this.#bar).forEach(({ spans }, at) => {
      const track = /** @type {Track} */ (tracks[at]);
      const name = [track.reference.slice(this.#folder.length), track.label, this.#sourceName(track.source)].filter(Boolean).join(" · ");
      const { color } = strokeOfName(this.#desk.mode === "track" ? track.reference : track.label);
      drawLane(context, { spans, name, ink: color, isSelected: track === selected }, placeOf(at), this.#palette.now);
    });
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {ClassHeat} row
   * @param {import("./track-lanes-drawing.js").Place} place
   */
  #drawClass(context, { label, source, heat }, place) {
    const most = Math.max(1, ...heat);
    const frames = this.#said?.frame_count ?? 1;
    const cells = heat.map((count, bin) => {
      const left = Math.max(place.left_px, this.#bar.xOf((bin * frames) / heat.length));
      const right = Math.min(place.right_px, this.#bar.xOf(((bin + 1) * frames) / heat.length));
      return { left, width: right - left, level: heatLevel(count, most) };
    });
    const name = [label, this.#sourceName(source)].filter(Boolean).join(" · ");
    drawHeat(context, { cells: cells.filter(({ width }) => width > 0), name, ink: strokeOfName(label).color }, place, this.#palette.now);
  }

  /**
   * @param {number} width_px
   * @param {number} height_px
   */
  #fit(width_px, height_px) {
    const density = devicePixelRatio;
    const [width, height] = [Math.round(width_px * density), Math.round(height_px * density)];
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      Object.assign(this.#canvas, { width, height });
      this.#canvas.style.inlineSize = `${width_px}px`;
      this.#canvas.style.blockSize = `${height_px}px`;
    }
    const context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d"));
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, width_px, height_px);
    return context;
  }
}

/** People's before runs', and those that come first in the scene first. @param {Track[]} tracks */
function inOrder(tracks) {
  return tracks.toSorted((a, b) => a.source - b.source || (a.spans[0] ?? 0) - (b.spans[0] ?? 0) || a.reference.localeCompare(b.reference, "en", { numeric: true }));
}

/**
 * @param {Track} track
 * @param {string} source
 */
function trackText({ reference, label, spans, count }, source) {
  const gaps = spans.length / 2 - 1;
  const range = `frames ${grouped(spans[0] ?? 0)} – ${grouped(spans[spans.length - 1] ?? 0)}`;
  const broken = gaps === 0 ? "no gaps" : gaps === 1 ? "1 gap" : `${grouped(gaps)} gaps`;
  return [reference, label, source, range, broken, `${grouped(count)} labels`].filter(Boolean).join(" · ");
}

function remembered() {
  try {
    return localStorage.getItem(STORED) === "yes";
  } catch {
    return false;
  }
}

/** @param {boolean} isFolded */
function remember(isFolded) {
  try {
    localStorage.setItem(STORED, isFolded ? "yes" : "no");
  } catch {
    // Storage may be forbidden: then it lasts as long as the page.
  }
}
