/** Draws a timeline on a canvas: the ruler, what is held, the section, marks, and the playhead over all of them. */

import { frameSteps, timeTicks } from "../viewer/timeline-ticks.js";
import { drawCells, drawOverview, drawSection, px } from "./timeline-track.js";

/** @typedef {import("../viewer/timeline-view.js").TimelineView} TimelineView */
/** @typedef {import("./timeline-palette.js").Palette} Palette */
/** @typedef {import("./timeline-rows.js").TimelineRows} TimelineRows */
/** @typedef {{first: number, last: number}} Section both included */

/**
 * @typedef {object} Drawn what there is to draw
 * @property {TimelineView} view
 * @property {TimelineRows} rows
 * @property {import("../viewer/timeline.js").Timeline | null} timeline
 * @property {number | null} painted
 * @property {number | null} wanted
 * @property {number | null} hovered
 * @property {readonly (readonly [number, number])[]} held sorted ranges, both ends included
 * @property {Section | null} section
 * @property {boolean} isLooping
 * @property {readonly number[]} marks sorted
 */

const NUMERAL_SIZE_PX = 11;
const TIME_SIZE_PX = 10;

/**
 * Draws all of it. The context's unit is the CSS pixel.
 * @param {CanvasRenderingContext2D} context
 * @param {Drawn} drawn
 * @param {Palette} palette
 */
export function drawTimeline(context, drawn, palette) {
  context.clearRect(0, 0, drawn.view.width_px, drawn.rows.height);
  if (drawn.view.count > 0) drawRuler(context, drawn, palette);
  drawCells(context, drawn, palette);
  drawHover(context, drawn, palette);
  drawSection(context, drawn, palette);
  drawOverview(context, drawn, palette);
  drawMarks(context, drawn, palette);
  drawPlace(context, drawn, palette);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Drawn} drawn
 * @param {Palette} palette
 */
function drawRuler(context, { view, rows, timeline }, palette) {
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  context.font = `450 ${NUMERAL_SIZE_PX}px ${palette.font}`;
  const last = view.count - 1;
  const numeral_px = context.measureText("0".repeat(String(last).length)).width;
  const step = frameSteps(view.frame_px, numeral_px);
  drawFrameTicks(context, { view, rows, step }, palette);
  context.fillStyle = palette.numeral;
  const { visible } = view;
  const baseline_px = rows.numerals.top + 12;
  for (let index = upTo(visible.first, step.numeral); index <= visible.last; index += step.numeral) {
    const x_px = view.xOf(index + 0.5);
    if (x_px < view.left_px - 1 || x_px > view.right_px + 1) continue;
    context.fillText(String(index), Math.round(x_px), baseline_px);
  }
  if (timeline) drawTimes(context, { view, rows, timeline }, palette);
}

/**
 * Ticks stand on the track, in the middle of their frames; those with a numeral are the tallest.
 * @param {CanvasRenderingContext2D} context
 * @param {{view: TimelineView, rows: TimelineRows, step: {tick: number, numeral: number}}} scale
 * @param {Palette} palette
 */
function drawFrameTicks(context, { view, rows, step }, palette) {
  const { visible } = view;
  const foot_px = rows.ticks.top + rows.ticks.height - 2;
  const half = step.numeral % (step.tick * 2) === 0 ? step.numeral / 2 : step.numeral;
  for (const [isTall, ink] of /** @type {[boolean, string][]} */ ([[false, palette.tick], [true, palette.numeral]])) {
    context.fillStyle = ink;
    for (let index = upTo(visible.first, step.tick); index <= visible.last; index += step.tick) {
      const x_px = view.xOf(index + 0.5);
      if (x_px < view.left_px || x_px > view.right_px || isTall !== (index % step.numeral === 0)) continue;
      const height_px = isTall ? 6 : index % half === 0 ? 4 : 2;
      context.fillRect(px(x_px), foot_px - height_px, 1, height_px);
    }
  }
}

/**
 * The second scale hangs below the track, at the edges of frames: a frame begins at its time.
 * @param {CanvasRenderingContext2D} context
 * @param {{view: TimelineView, rows: TimelineRows, timeline: import("../viewer/timeline.js").Timeline}} scale
 * @param {Palette} palette
 */
function drawTimes(context, { view, rows, timeline }, palette) {
  context.font = `400 ${TIME_SIZE_PX}px ${palette.font}`;
  const word = timeline.end_s >= 3600 ? "0:00:00" : "00:00";
  const word_px = context.measureText(view.frame_px * timeline.rate_hz > 120 ? `${word}.00` : word).width;
  const { top } = rows.times;
  for (const { position, text } of timeTicks(view, timeline, word_px)) {
    const x_px = view.xOf(position);
    const half_px = word_px / 2;
    context.fillStyle = palette.tick;
    context.fillRect(px(x_px), top + 2, 1, 3);
    context.fillStyle = palette.numeral;
    context.fillText(text, Math.round(Math.max(half_px + 2, Math.min(view.width_px - half_px - 2, x_px))), top + 15);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Drawn} drawn
 * @param {Palette} palette
 */
function drawHover(context, { view, rows, hovered }, palette) {
  if (hovered === null) return;
  const x_px = px(view.xOf(hovered + 0.5));
  context.fillStyle = palette.strong;
  context.globalAlpha = 0.45;
  context.fillRect(x_px, rows.numerals.top, 1, rows.track.top + rows.track.height - rows.numerals.top);
  context.globalAlpha = 1;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Drawn} drawn
 * @param {Palette} palette
 */
function drawMarks(context, { view, rows, marks, painted }, palette) {
  const { top, height } = rows.flags;
  const foot_px = rows.track.top + rows.track.height;
  for (const mark of marks) {
    const x_px = px(view.xOf(mark + 0.5));
    if (x_px < view.left_px - 1 || x_px > view.right_px + 1) continue;
    context.fillStyle = mark === painted ? palette["current-fill"] : palette.strong;
    context.beginPath();
    context.moveTo(x_px, top);
    context.lineTo(x_px + 8, top + 3.5);
    context.lineTo(x_px, top + 7);
    context.fill();
    context.fillRect(x_px, top, 1, height);
    context.globalAlpha = 0.4;
    context.fillRect(x_px, rows.ticks.top, 1, foot_px - rows.ticks.top);
    context.globalAlpha = 1;
  }
}

/**
 * Where the picture is, and where it is to be when it is not there yet.
 * @param {CanvasRenderingContext2D} context
 * @param {Drawn} drawn
 * @param {Palette} palette
 */
function drawPlace(context, drawn, palette) {
  const { view, rows, painted, wanted } = drawn;
  if (wanted !== null && wanted !== painted) drawWanted(context, drawn, palette);
  if (painted === null) return;
  const x_px = view.xOf(painted + 0.5);
  if (x_px < view.left_px - 1 || x_px > view.right_px + 1) return;
  context.fillStyle = palette["current-fill"];
  const top_px = rows.numerals.top + rows.numerals.height;
  context.fillRect(Math.round(x_px) - 1, top_px, 2, rows.track.top + rows.track.height + 4 - top_px);
  drawChip(context, { x_px, text: String(painted), rows, view }, palette);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Drawn} drawn
 * @param {Palette} palette
 */
function drawWanted(context, { view, rows, painted, wanted }, palette) {
  const x_px = view.xOf(/** @type {number} */ (wanted) + 0.5);
  const middle_px = rows.track.top + rows.track.height / 2;
  const clamped = (/** @type {number} */ x) => Math.max(view.left_px, Math.min(view.right_px, x));
  if (painted !== null) {
    const [from, to] = [clamped(view.xOf(painted + 0.5)), clamped(x_px)].sort((a, b) => a - b);
    context.fillStyle = palette["current-fill"];
    context.globalAlpha = 0.5;
    context.fillRect(/** @type {number} */ (from), middle_px - 0.5, /** @type {number} */ (to) - /** @type {number} */ (from), 1);
    context.globalAlpha = 1;
  }
  if (x_px < view.left_px - 1 || x_px > view.right_px + 1) return;
  context.fillStyle = palette.current;
  context.fillRect(px(x_px), rows.numerals.top + 4, 1, rows.track.top + rows.track.height + 4 - rows.numerals.top - 4);
}

/**
 * The number that rides on the playhead. Its figures keep their places while it counts.
 * @param {CanvasRenderingContext2D} context
 * @param {{x_px: number, text: string, rows: TimelineRows, view: TimelineView}} chip
 * @param {Palette} palette
 */
function drawChip(context, { x_px, text, rows, view }, palette) {
  context.font = `650 ${NUMERAL_SIZE_PX}px ${palette.font}`;
  context.textAlign = "center";
  const figure_px = FIGURES.reduce((widest, figure) => Math.max(widest, context.measureText(figure).width), 0);
  const width_px = Math.round(figure_px * text.length) + 10;
  const wished_px = Math.round(x_px) - width_px / 2;
  const left_px = Math.round(Math.max(1, Math.min(view.width_px - width_px - 1, wished_px)));
  const { top, height } = rows.numerals;
  context.fillStyle = palette["current-fill"];
  context.beginPath();
  context.roundRect(left_px, top, width_px, height, 3);
  context.fill();
  context.fillStyle = palette["on-current"];
  const start_px = left_px + 5 + figure_px / 2;
  [...text].forEach((figure, place) => context.fillText(figure, start_px + place * figure_px, top + 12));
}

const FIGURES = [..."0123456789"];

/**
 * The first multiple that is not below.
 * @param {number} first
 * @param {number} step
 */
function upTo(first, step) {
  return Math.ceil(first / step) * step;
}
