/** Writes the names of labels beside their shapes. Names are drawn as text, whatever is in them. */

import { placeTags } from "../labels/label-tags.js";
import { labelPalette } from "./label-palette.js";

/** @typedef {import("./label-desk.js").LabelDesk} LabelDesk */

const SIZE_PX = 11;
const HEIGHT_PX = 16;
const PAD_PX = 5;
const LONGEST = 28;

/** Widths of texts that were measured. @type {Map<string, number>} */
const widths = new Map();

/**
 * @param {CanvasRenderingContext2D} context its unit is the device pixel
 * @param {LabelDesk} desk
 * @param {object} which
 * @param {Uint8Array} which.visible
 * @param {{x: number, y: number, scale: number, width: number, height: number, density: number}} which.view
 * @param {number[]} which.first shapes that get a name however small they are
 */
export function drawTags(context, desk, { visible, view, first }) {
  const { set } = desk;
  if (!set) return;
  context.save();
  context.setTransform(view.density, 0, 0, view.density, 0, 0);
  context.font = `550 ${SIZE_PX}px ${labelPalette().font}`;
  context.textBaseline = "middle";
  context.textAlign = "left";
  const measure = (/** @type {string} */ text) => ({ width: widthOf(context, text) + 2 * PAD_PX, height: HEIGHT_PX });
  const text = (/** @type {number} */ index) => tagText(desk, index);
  for (const tag of placeTags(set, visible, view, measure, { text, first })) {
    const { color } = desk.lookOf(tag.index);
    // The inks of low confidences are dark: strokes in them are seen, words are not.
    drawTag(context, tag, { color, ink: desk.mode === "confidence" ? labelPalette().name : color });
  }
  context.restore();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{x: number, y: number, text: string}} tag
 * @param {{color: string, ink: string}} look
 */
function drawTag(context, { x, y, text }, { color, ink }) {
  const width = widthOf(context, text) + 2 * PAD_PX;
  context.fillStyle = labelPalette().tag;
  context.fillRect(x, y, width, HEIGHT_PX);
  context.fillStyle = color;
  context.fillRect(x, y, 2, HEIGHT_PX);
  context.fillStyle = ink;
  context.fillText(text, x + PAD_PX + 1, y + HEIGHT_PX / 2 + 0.5);
}

/**
 * @param {LabelDesk} desk
 * @param {number} index
 */
function tagText(desk, index) {
  const set = /** @type {import("./label-desk.js").LabelSet} */ (desk.set);
  const name = shortened(set.label(index));
  if (desk.mode === "track" && set.track(index) !== null) return shortened(`${set.track(index)}`);
  const confidence = set.confidence(index);
  const review = set.review(index);
  const verdict = review === null ? "" : review === "accepted" ? "✓ " : "✗ ";
  return confidence === null ? `${verdict}${name}` : `${verdict}${name} ${confidence.toFixed(2)}`;
}

/** @param {string} name */
function shortened(name) {
  return name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 */
function widthOf(context, text) {
  let width = widths.get(text);
  if (width === undefined) {
    if (widths.size > 5000) widths.clear();
    width = context.measureText(text).width;
    widths.set(text, width);
  }
  return width;
}
