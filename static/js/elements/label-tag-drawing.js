/** Writes the names of labels beside their shapes. Names are drawn as text, whatever is in them. */

import { DASHED, strokesOf } from "../labels/label-colors.js";
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
  prepare(context);
  context.setTransform(view.density, 0, 0, view.density, 0, 0);
  const measure = (/** @type {string} */ text) => ({ width: widthOf(context, text) + 2 * PAD_PX, height: HEIGHT_PX });
  const text = (/** @type {number} */ index) => tagText(desk, index);
  const tags = placeTags(set, visible, view, measure, { text, first });
  // No tag lies over another: all grounds go first, for a change of colors costs more than a tag.
  context.fillStyle = labelPalette().tag;
  for (const tag of tags) context.fillRect(tag.x, tag.y, widthOf(context, tag.text) + 2 * PAD_PX, HEIGHT_PX);
  const strokes = strokesOf(set, desk.mode, desk.matching);
  for (const tag of tags) {
    context.fillStyle = labelPalette().inks[(strokes[tag.index] ?? 0) % DASHED] ?? "";
    context.fillRect(tag.x, tag.y, 2, HEIGHT_PX);
    // The inks of low confidences are dark: strokes in them are seen, words are not.
    if (desk.mode === "confidence") context.fillStyle = labelPalette().name;
    context.fillText(tag.text, tag.x + PAD_PX + 1, tag.y + HEIGHT_PX / 2 + 0.5);
  }
}

/** Sizes that canvases had when their type was set: another size takes it away. @type {WeakMap<CanvasRenderingContext2D, string>} */
const prepared = new WeakMap();

/** Sets the type, which costs more than a name: once for each size of the canvas. @param {CanvasRenderingContext2D} context */
function prepare(context) {
  const size = `${context.canvas.width} ${context.canvas.height}`;
  if (prepared.get(context) === size) return;
  prepared.set(context, size);
  context.font = `550 ${SIZE_PX}px ${labelPalette().font}`;
  context.textBaseline = "middle";
  context.textAlign = "left";
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
