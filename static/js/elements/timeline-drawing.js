/** Draws a timeline on a canvas: the ruler, what is held, the section, marks, and the playhead over all of them. */

import { frameSteps, timeTicks } from "../viewer/timeline-ticks.js";
import { NUMERAL_SIZE_PX, drawPlace, placeChips } from "./timeline-playhead.js";
import { drawCells, drawOverview, drawSection, isOut, px } from "./timeline-track.js";

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

const TIME_SIZE_PX = 10;
/** What a numeral keeps from the playhead's number. */
const CLEAR_PX = 3;

/**
 * Draws all of it. The context's unit is the CSS pixel.
 * @param {CanvasRenderingContext2D} context
 * @param {Drawn} drawn
 * @param {Palette} palette
 */
export function drawTimeline(context, drawn, palette) {
  context.clearRect(0, 0, drawn.view.width_px, drawn.rows.height);
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  const chips = placeChips(context, drawn, palette);
  if (drawn.view.count > 0) drawRuler(context, { ...drawn, chips: Object.values(chips) }, palette);
  if (drawn.timeline) drawTimes(context, { ...drawn, timeline: drawn.timeline }, palette);
  drawCells(context, drawn, palette);
  drawHover(context, drawn, palette);
  drawSection(context, drawn, palette);
  drawOverview(context, drawn, palette);
  drawMarks(context, drawn, palette);
  drawPlace(context, { ...drawn, chips }, palette);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Drawn & {chips: import("./timeline-playhead.js").Chip[]}} drawn numerals make room for the playhead's
 * @param {Palette} palette
 */
function drawRuler(context, { view, rows, chips }, palette) {
  context.font = `450 ${NUMERAL_SIZE_PX}px ${palette.font}`;
  const numeral_px = context.measureText("0".repeat(String(view.count - 1).length)).width;
  const step = frameSteps(view.frame_px, numeral_px);
  drawFrameTicks(context, { view, rows, step }, palette);
  context.fillStyle = palette.numeral;
  const { visible } = view;
  const baseline_px = rows.numerals.top + 12;
  for (let index = upTo(visible.first, step.numeral); index <= visible.last; index += step.numeral) {
    const x_px = view.xOf(index + 0.5);
    if (isOut(view, x_px)) continue;
    const reach_px = numeral_px / 2 + CLEAR_PX;
    if (chips.some(({ left_px, width_px }) => x_px > left_px - reach_px && x_px < left_px + width_px + reach_px)) continue;
    context.fillText(String(index), Math.round(x_px), baseline_px);
  }
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
  const { top } = rows.times;
  // Long enough for any of its length, without measuring each.
  const figure_px = context.measureText("0").width;
  const widthOf = (/** @type {string} */ word) => figure_px * word.length;
  for (const { position, text } of timeTicks(view, timeline, widthOf)) {
    const x_px = view.xOf(position);
    if (isOut(view, x_px)) continue;
    context.fillStyle = palette.tick;
    context.fillRect(px(x_px), top + 2, 1, 3);
    context.fillStyle = palette.numeral;
    const half_px = widthOf(text) / 2 + 2;
    context.fillText(text, Math.round(Math.max(half_px, Math.min(view.width_px - half_px, x_px))), top + 15);
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
  context.fillRect(x_px, rows.ticks.top, 1, rows.track.top + rows.track.height - rows.ticks.top);
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
    if (isOut(view, x_px)) continue;
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
 * The first multiple that is not below.
 * @param {number} first
 * @param {number} step
 */
function upTo(first, step) {
  return Math.ceil(first / step) * step;
}
