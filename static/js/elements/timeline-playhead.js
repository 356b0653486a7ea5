/** Draws where the picture of a timeline is, and where it is to be when it is not there yet. */

import { isOut, px } from "./timeline-track.js";

/** @typedef {import("./timeline-drawing.js").Drawn} Drawn */
/** @typedef {import("./timeline-palette.js").Palette} Palette */

/**
 * The room that a frame's number takes in the row of numerals.
 * @typedef {object} Chip
 * @property {string} text
 * @property {number} left_px
 * @property {number} width_px
 * @property {number} figure_px what each of its figures takes, so that they keep their places while it counts
 */

/** @typedef {{painted?: Chip, wanted?: Chip}} Chips of the frames that are in view */

export const NUMERAL_SIZE_PX = 11;
const PADDING_PX = 5;
/** Between two chips. */
const APART_PX = 2;

/**
 * Where the numbers of the painted and of the wanted frame stand: never over one another.
 * @param {CanvasRenderingContext2D} context
 * @param {Drawn} drawn
 * @param {Palette} palette
 * @returns {Chips}
 */
export function placeChips(context, { view, painted, wanted }, palette) {
  const figure_px = figureWidth(context, palette);
  const most_px = view.width_px - 1;
  const chipAt = (/** @type {number} */ index) => {
    const text = String(index);
    const width_px = Math.round(figure_px * text.length) + 2 * PADDING_PX;
    const wished_px = Math.round(view.xOf(index + 0.5)) - width_px / 2;
    return { text, width_px, figure_px, left_px: Math.round(Math.max(1, Math.min(most_px - width_px, wished_px))) };
  };
  /** @type {Chips} */
  const chips = {};
  if (painted !== null && !isOut(view, view.xOf(painted + 0.5))) chips.painted = chipAt(painted);
  if (wanted === null || wanted === painted || isOut(view, view.xOf(wanted + 0.5))) return chips;
  const chip = chipAt(wanted);
  const fixed = chips.painted;
  if (fixed && wanted > Number(painted)) chip.left_px = Math.max(chip.left_px, fixed.left_px + fixed.width_px + APART_PX);
  else if (fixed) chip.left_px = Math.min(chip.left_px, fixed.left_px - chip.width_px - APART_PX);
  if (chip.left_px >= 1 && chip.left_px + chip.width_px <= most_px) chips.wanted = chip;
  return chips;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Drawn & {chips: Chips}} drawn
 * @param {Palette} palette
 */
export function drawPlace(context, drawn, palette) {
  const { view, rows, painted, wanted, chips } = drawn;
  context.font = typeOf(palette);
  if (wanted !== null && wanted !== painted) drawWanted(context, drawn, palette);
  if (painted === null || !chips.painted) return;
  context.fillStyle = palette["current-fill"];
  const top_px = rows.ticks.top;
  context.fillRect(Math.round(view.xOf(painted + 0.5)) - 1, top_px, 2, footOf(drawn) - top_px);
  outline(context, { chip: chips.painted, row: rows.numerals, edge_px: 0 });
  context.fill();
  context.fillStyle = palette["on-current"];
  write(context, chips.painted, rows.numerals.top + 12);
}

/**
 * A thin line with its number in an outline, and how far there is still to go.
 * @param {CanvasRenderingContext2D} context
 * @param {Drawn & {chips: Chips}} drawn
 * @param {Palette} palette
 */
function drawWanted(context, drawn, palette) {
  const { view, rows, painted, wanted, chips } = drawn;
  const x_px = view.xOf(/** @type {number} */ (wanted) + 0.5);
  if (painted !== null) drawWay(context, drawn, palette);
  if (isOut(view, x_px)) return;
  context.fillStyle = palette.current;
  context.fillRect(px(x_px), rows.ticks.top, 1, footOf(drawn) - rows.ticks.top);
  if (!chips.wanted) return;
  context.strokeStyle = palette.current;
  context.lineWidth = 1;
  outline(context, { chip: chips.wanted, row: rows.numerals, edge_px: 0.5 });
  context.stroke();
  write(context, chips.wanted, rows.numerals.top + 12);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Drawn} drawn
 * @param {Palette} palette
 */
function drawWay(context, { view, rows, painted, wanted }, palette) {
  const clamped = (/** @type {number} */ index) => Math.max(view.left_px, Math.min(view.right_px, view.xOf(index + 0.5)));
  const [from_px, to_px] = [clamped(Number(painted)), clamped(Number(wanted))];
  const { top, height } = rows.track;
  context.fillStyle = palette["current-fill"];
  context.globalAlpha = 0.5;
  context.fillRect(Math.min(from_px, to_px), top + Math.floor(height / 2), Math.abs(to_px - from_px), 1);
  context.globalAlpha = 1;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{chip: Chip, row: import("./timeline-rows.js").Row, edge_px: number}} around `edge_px` is half of a stroke
 */
function outline(context, { chip, row, edge_px }) {
  context.beginPath();
  context.roundRect(chip.left_px + edge_px, row.top + edge_px, chip.width_px - 2 * edge_px, row.height - 2 * edge_px, 3);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Chip} chip
 * @param {number} baseline_px
 */
function write(context, { text, left_px, figure_px }, baseline_px) {
  const first_px = left_px + PADDING_PX + figure_px / 2;
  [...text].forEach((figure, place) => context.fillText(figure, first_px + place * figure_px, baseline_px));
}

/** A little below the track, to be seen over a section's frame. @param {Drawn} drawn */
function footOf({ rows }) {
  return rows.track.top + rows.track.height + 4;
}

/**
 * The widest of the ten figures, measured once for a palette: a canvas cannot ask a font for its tabular ones.
 * @param {CanvasRenderingContext2D} context
 * @param {Palette} palette
 */
function figureWidth(context, palette) {
  const known_px = widths_px.get(palette);
  if (known_px) return known_px;
  context.font = typeOf(palette);
  const width_px = Math.max(...[..."0123456789"].map((figure) => context.measureText(figure).width));
  widths_px.set(palette, width_px);
  return width_px;
}

/** @type {WeakMap<Palette, number>} */
const widths_px = new WeakMap();

/** @param {Palette} palette */
function typeOf(palette) {
  return `650 ${NUMERAL_SIZE_PX}px ${palette.font}`;
}
