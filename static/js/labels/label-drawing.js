/**
 * Draws what is said about a picture over it. Strokes are as wide on the screen at any zoom, and lie on whole device
 * pixels as far as that moves them by no more than half a pixel of the picture: sharp, and never on the wrong pixel.
 *
 * Measured in Chromium without a GPU: 20,000 boxes take 31 ms with one `strokeRect` each, five times that as paths in
 * batches, `Path2D` or not; dashes make them ten times slower. So boxes are never paths, and crowds have no dashes.
 */

import { DASHED, strokesOf } from "./label-colors.js";
import { BOX, KEYPOINTS, LINE, POLYGON } from "./label-columns.js";
import { DOT, Pen, REACH_PX } from "./label-pen.js";

/** @typedef {import("./label-columns.js").LabelSet} LabelSet */

/** @typedef {import("./label-pen.js").Context} Context */

/**
 * What of the picture is where on the canvas, as Camera says.
 * @typedef {object} View
 * @property {number} x where the picture's upper left corner is, in CSS pixels from the canvas's own
 * @property {number} y
 * @property {number} scale CSS pixels a pixel of the picture
 * @property {number} width of the canvas in CSS pixels
 * @property {number} height
 * @property {number} density device pixels in a CSS pixel; the canvas's own corner lies on a device pixel
 */

/**
 * @typedef {object} Wishes
 * @property {Uint8Array | null} [visible] 1 for every shape that is shown; null for all
 * @property {View} view
 * @property {{inks: string[], halo: string}} colors values of the tokens INKS and HALO of label-colors.js, in that order
 * @property {number} [selected] a shape drawn over all others; -1 for none
 * @property {number} [hovered]
 * @property {import("./label-colors.js").ColorMode} [mode]
 * @property {import("./label-matching.js").Match | null} [match] for the mode "match"
 * @property {number} [opacity] 0 to 1
 */

const FILL = 0.12;
/** Of crowds larger than these nobody sees dashes, fills or halos, and all of them cost time. */
const MOST_DASHED = 1000;
const MOST_FILLED = 1500;
const MOST_WITH_HALO = 10_000;
/** How many boxes take as long as one polygon. */
const POLYGON_COSTS = 20;

/**
 * Draws a picture's labels on a cleared canvas.
 * @param {Context} context of a canvas of `width * density` by `height * density` pixels
 * @param {LabelSet} set
 * @param {Wishes} wishes
 * @returns {number} how many shapes are in view and drawn
 */
export function drawLabels(context, set, wishes) {
  const { view, opacity = 1, mode = "class", match = null, selected = -1, hovered = -1 } = wishes;
  const pen = new Pen(context, wishes.colors, view);
  pen.clear();
  const strokes = strokesOf(set, mode, match);
  const shapes = inView(set, wishes.visible ?? null, view, strokes);
  context.globalAlpha = opacity;
  drawCrowd(pen, set, shapes, opacity);
  for (const i of new Set([hovered, selected])) {
    if (i >= 0 && i < set.length && set.hasPlace(i)) pen.drawAlone(set, i, strokes[i], opacity);
  }
  context.globalAlpha = 1;
  return shapes.boxes.length + shapes.dots.length + shapes.paths.length + shapes.poses.length;
}

/**
 * The shapes in view, each list sorted by stroke: a change of colors costs more than a shape.
 * @typedef {{boxes: Int32Array, dots: Int32Array, paths: Int32Array, poses: Int32Array, strokes: Uint8Array}} Shapes
 */

/**
 * @param {LabelSet} set
 * @param {Uint8Array | null} visible
 * @param {View} view
 * @param {Uint8Array} strokes
 * @returns {Shapes}
 */
function inView(set, visible, view, strokes) {
  const { kind, box } = set.columns;
  const margin = REACH_PX / view.scale;
  const [left, top] = [-view.x / view.scale - margin, -view.y / view.scale - margin];
  const [right, bottom] = [left + view.width / view.scale + 2 * margin, top + view.height / view.scale + 2 * margin];
  const dot = DOT / (view.scale * view.density);
  /** @type {{boxes: number[], dots: number[], paths: number[], poses: number[]}} */
  const found = { boxes: [], dots: [], paths: [], poses: [] };
  /** @type {Record<number, number[]>} */
  const lists = { [BOX]: found.boxes, [LINE]: found.paths, [POLYGON]: found.paths, [KEYPOINTS]: found.poses };
  for (let i = 0; i < set.length; i += 1) {
    if (visible && !visible[i]) continue;
    const list = lists[kind[set.from + i]];
    if (!list) continue;
    const at = 4 * (set.from + i);
    if (box[at] > right || box[at + 2] < left || box[at + 1] > bottom || box[at + 3] < top) continue;
    const isDot = box[at + 2] - box[at] < dot && box[at + 3] - box[at + 1] < dot;
    (isDot ? found.dots : list).push(i);
  }
  const sorted = (/** @type {number[]} */ list) => sortedByStroke(list, strokes);
  return { boxes: sorted(found.boxes), dots: sorted(found.dots), paths: sorted(found.paths), poses: sorted(found.poses), strokes };
}

/**
 * @param {number[]} list
 * @param {Uint8Array} strokes
 */
function sortedByStroke(list, strokes) {
  const starts = new Int32Array(2 * DASHED + 1);
  for (const i of list) starts[strokes[i] + 1] += 1;
  for (let stroke = 0; stroke < 2 * DASHED; stroke += 1) starts[stroke + 1] += starts[stroke];
  const sorted = new Int32Array(list.length);
  for (const i of list) sorted[starts[strokes[i]]++] = i;
  return sorted;
}

/**
 * All fills, then all halos, then all strokes: no shape's halo covers another one's stroke.
 * @param {Pen} pen
 * @param {LabelSet} set
 * @param {Shapes} shapes
 * @param {number} opacity
 */
function drawCrowd(pen, set, shapes, opacity) {
  const { boxes, dots, paths, poses, strokes } = shapes;
  const cost = boxes.length + POLYGON_COSTS * (paths.length + poses.length);
  if (paths.length <= MOST_FILLED) pen.fillPolygons(set, paths, strokes, FILL * opacity);
  pen.context.globalAlpha = opacity;
  if (cost <= MOST_WITH_HALO) {
    pen.useHalo();
    pen.strokeBoxes(set, boxes, null, false);
    pen.strokePaths(set, paths, null, false);
    pen.strokeBones(set, poses, null);
  }
  pen.useStroke();
  const hasDashes = cost <= MOST_DASHED || dashedAmong(boxes, strokes) + POLYGON_COSTS * dashedAmong(paths, strokes) <= MOST_DASHED;
  pen.strokeBoxes(set, boxes, strokes, hasDashes);
  pen.strokePaths(set, paths, strokes, hasDashes);
  pen.strokeBones(set, poses, strokes);
  pen.fillJoints(set, poses, strokes);
  pen.fillDots(set, dots, strokes);
}

/**
 * @param {Int32Array} list
 * @param {Uint8Array} strokes
 */
function dashedAmong(list, strokes) {
  let count = 0;
  for (const i of list) count += strokes[i] >= DASHED ? 1 : 0;
  return count;
}
