/** Draws rows under a timeline: a track's lifetime with its gaps, or how many of a class there are along the scene. */

import { labelPalette } from "./label-palette.js";

/** @typedef {import("./timeline-palette.js").Palette} Palette */
/** @typedef {{y: number, left_px: number, right_px: number}} Place of a row, in CSS pixels */

export const LANE_PX = 20;
const BAR_PX = 14;
const FOOT_PX = 2;
const NAME_SIZE_PX = 11;
/** A span is seen however short it is. */
const NARROWEST_PX = 2;
const LEVEL_ALPHAS = [0, 0.22, 0.42, 0.62, 0.82, 1];

/**
 * One track's row.
 * @param {CanvasRenderingContext2D} context its unit is the CSS pixel
 * @param {object} lane
 * @param {ArrayLike<number>} lane.spans left and right ends one after the other, in CSS pixels
 * @param {string} lane.name
 * @param {number} lane.ink
 * @param {boolean} lane.isSelected
 * @param {Place} place
 * @param {Palette} palette
 */
export function drawLane(context, { spans, name, ink, isSelected }, place, palette) {
  const top = place.y + (LANE_PX - BAR_PX) / 2;
  if (isSelected) fill(context, palette.track, 1, [0, place.y, place.right_px + place.left_px, LANE_PX]);
  const color = labelPalette().inks[ink] ?? palette.tick;
  for (let at = 0; at < spans.length; at += 2) {
    const left = Math.max(spans[at] ?? 0, place.left_px);
    const width = Math.max(NARROWEST_PX, Math.min(spans[at + 1] ?? 0, place.right_px) - left);
    fill(context, color, isSelected ? 0.5 : 0.28, [left, top, width, BAR_PX]);
    fill(context, color, 1, [left, top + BAR_PX - FOOT_PX, width, FOOT_PX]);
  }
  write(context, name, place, isSelected ? palette.strong : palette.numeral, palette);
}

/**
 * One class's row: the fuller, the more there are.
 * @param {CanvasRenderingContext2D} context
 * @param {object} row
 * @param {{left: number, width: number, level: number}[]} row.cells level from 0 to 5
 * @param {string} row.name
 * @param {number} row.ink
 * @param {Place} place
 * @param {Palette} palette
 */
export function drawHeat(context, { cells, name, ink }, place, palette) {
  const top = place.y + (LANE_PX - BAR_PX) / 2;
  const color = labelPalette().inks[ink] ?? palette.tick;
  for (const cell of cells) {
    const [left, level] = [Math.round(cell.left), cell.level];
    const width = Math.max(1, Math.round(cell.left + cell.width) - left);
    const height = level === 0 ? 0 : Math.max(3, Math.round((BAR_PX * level) / (LEVEL_ALPHAS.length - 1)));
    fill(context, color, (LEVEL_ALPHAS[level] ?? 1) * 0.75, [left, top + BAR_PX - height, width, height]);
  }
  write(context, name, place, palette.numeral, palette);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {Place} place
 * @param {string} color
 * @param {Palette} palette
 */
function write(context, text, place, color, palette) {
  context.font = `${NAME_SIZE_PX}px ${palette.font}`;
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.lineJoin = "round";
  context.lineWidth = 3;
  context.strokeStyle = palette.ground;
  const at = /** @type {const} */ ([place.left_px + 4, place.y + LANE_PX / 2 - 0.5]);
  context.strokeText(text, ...at);
  context.fillStyle = color;
  context.fillText(text, ...at);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {string} color
 * @param {number} alpha
 * @param {[number, number, number, number]} rectangle
 */
function fill(context, color, alpha, [x, y, width, height]) {
  context.globalAlpha = alpha;
  context.fillStyle = color;
  context.fillRect(x, y, width, height);
  context.globalAlpha = 1;
}
