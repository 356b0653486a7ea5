/**
 * Draws what is said about a picture over it. Strokes are as wide on the screen at any zoom, and lie on whole device
 * pixels as far as that moves them by no more than half a pixel of the picture: sharp, and never on the wrong pixel.
 *
 * Measured in Chromium without a GPU: 20,000 boxes take 31 ms with one `strokeRect` each, five times that as paths in
 * batches, `Path2D` or not; dashes make them ten times slower. So boxes are never paths, and crowds have no dashes.
 */

import { DASHED, strokesOf } from "./label-colors.js";
import { BOX, KEYPOINTS, LINE, POLYGON } from "./label-columns.js";

/** @typedef {import("./label-columns.js").LabelSet} LabelSet */

/** The part of a canvas's context that is drawn with. @typedef {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} Context */

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

/** Widths, in CSS pixels. */
const STROKE_PX = 1.5;
const HALO_PX = 0.75;
const STRONGER_PX = 1;
const JOINT_PX = 2.5;
const DASHES_PX = [5, 3];
/** What is smaller than this both ways, in device pixels, is a dot: its stroke would be all of it. */
const DOT = 3;
/** How far an edge may be moved to be sharp, in pixels of the picture: less than half of one, as screens round colors. */
const MOST_MOVED = 0.4;
/** Points of a polygon nearer to the last one than this, in device pixels, are passed over. */
const CLOSE = 0.25;
/** So far beyond the canvas edges are drawn, in device pixels: a canvas counts with few digits. */
const BEYOND = 64;
const FILL = 0.12;
const FILL_STRONGER = 0.24;
/** A path of this many shapes is stroked at once; longer ones take more than their share. */
const AT_ONCE = 10;
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
  const margin = (STROKE_PX + HALO_PX + STRONGER_PX + JOINT_PX) / view.scale;
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
  pen.fillJoints(set, poses, strokes, JOINT_PX);
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

/** Puts shapes of the picture on the canvas, in its device pixels. */
class Pen {
  #colors;
  #view;
  /** Device pixels a pixel of the picture. */
  #scale;
  #x;
  #y;
  #width;
  #height;
  /** Widths in whole device pixels; both are even or both are odd, so that they lie on the same lines. */
  #stroke_dpx;
  #halo_dpx;
  /** What is added to a whole number so that a stroke round it covers whole pixels. */
  #aligned;

  /**
   * @param {Context} context
   * @param {{inks: string[], halo: string}} colors
   * @param {View} view
   */
  constructor(context, colors, view) {
    this.context = context;
    this.#colors = colors;
    this.#view = view;
    this.#scale = view.scale * view.density;
    this.#x = view.x * view.density;
    this.#y = view.y * view.density;
    this.#width = view.width * view.density;
    this.#height = view.height * view.density;
    this.#stroke_dpx = Math.max(1, Math.round(STROKE_PX * view.density));
    this.#halo_dpx = this.#stroke_dpx + 2 * Math.max(1, Math.round(HALO_PX * view.density));
    this.#aligned = (this.#stroke_dpx % 2) / 2;
  }

  clear() {
    this.context.setTransform(1, 0, 0, 1, 0, 0);
    this.context.clearRect(0, 0, Math.ceil(this.#width), Math.ceil(this.#height));
    this.context.lineJoin = "round";
    this.context.lineCap = "round";
  }

  useHalo() {
    this.context.lineWidth = this.#halo_dpx;
    this.#use(this.#colors.halo);
  }

  useStroke() {
    this.context.lineWidth = this.#stroke_dpx;
  }

  /**
   * @param {LabelSet} set
   * @param {Int32Array} list sorted by stroke
   * @param {Uint8Array | null} strokes null: as the pen is
   * @param {boolean} hasDashes
   */
  strokeBoxes(set, list, strokes, hasDashes) {
    const { context } = this;
    context.lineJoin = "miter";
    let last = -1;
    for (const i of list) {
      if (strokes && strokes[i] !== last) this.#useStrokeOf((last = strokes[i]), hasDashes);
      const at = 4 * (set.from + i);
      const { box } = set.columns;
      const left = this.#left(box[at]);
      const top = this.#top(box[at + 1]);
      context.strokeRect(left, top, this.#left(box[at + 2]) - left, this.#top(box[at + 3]) - top);
    }
    context.lineJoin = "round";
    context.setLineDash([]);
  }

  /**
   * @param {LabelSet} set
   * @param {Int32Array} list sorted by stroke
   * @param {Uint8Array | null} strokes null: as the pen is
   * @param {boolean} hasDashes
   */
  strokePaths(set, list, strokes, hasDashes) {
    this.#inBatches(list, strokes, hasDashes, (i) => this.#trace(set, i), () => this.context.stroke());
  }

  /**
   * @param {LabelSet} set
   * @param {Int32Array} list sorted by stroke
   * @param {Uint8Array} strokes
   * @param {number} alpha
   */
  fillPolygons(set, list, strokes, alpha) {
    this.context.globalAlpha = alpha;
    const polygons = list.filter((i) => set.columns.kind[set.from + i] === POLYGON);
    this.#inBatches(polygons, strokes, false, (i) => this.#trace(set, i), () => this.context.fill("evenodd"), 1);
  }

  /**
   * @param {LabelSet} set
   * @param {Int32Array} list sorted by stroke
   * @param {Uint8Array | null} strokes
   */
  strokeBones(set, list, strokes) {
    this.#inBatches(list, strokes, false, (i) => this.#traceBones(set, i), () => this.context.stroke());
  }

  /**
   * @param {LabelSet} set
   * @param {Int32Array} list sorted by stroke
   * @param {Uint8Array} strokes
   * @param {number} radius_px
   */
  fillJoints(set, list, strokes, radius_px) {
    const radius = radius_px * this.#view.density;
    this.#inBatches(list, strokes, false, (i) => this.#traceJoints(set, i, radius), () => this.context.fill());
  }

  /**
   * @param {LabelSet} set
   * @param {Int32Array} list sorted by stroke
   * @param {Uint8Array} strokes
   */
  fillDots(set, list, strokes) {
    let last = -1;
    for (const i of list) {
      if (strokes[i] !== last) this.#useStrokeOf((last = strokes[i]), false);
      const [left, top, right, bottom] = set.box(i);
      const [x, y] = [this.#left((left + right) / 2), this.#top((top + bottom) / 2)];
      this.context.fillRect(x - DOT / 2, y - DOT / 2, DOT, DOT);
    }
  }

  /**
   * One shape over all others, with a stronger stroke.
   * @param {LabelSet} set
   * @param {number} i
   * @param {number} stroke
   * @param {number} opacity
   */
  drawAlone(set, i, stroke, opacity) {
    const { context } = this;
    const [list, strokes] = [Int32Array.of(i), new Uint8Array(set.length)];
    strokes[i] = stroke;
    const isBox = set.columns.kind[set.from + i] === BOX;
    this.#useStrokeOf(stroke, false);
    if (isBox) this.#fillBox(set.box(i), FILL_STRONGER * opacity);
    else this.fillPolygons(set, list, strokes, FILL_STRONGER * opacity);
    context.globalAlpha = opacity;
    const stronger = 2 * Math.max(1, Math.round((STRONGER_PX * this.#view.density) / 2));
    for (const isHalo of [true, false]) {
      if (isHalo) this.useHalo();
      else this.useStroke();
      context.lineWidth += stronger;
      if (isBox) this.strokeBoxes(set, list, isHalo ? null : strokes, true);
      else if (set.columns.kind[set.from + i] === KEYPOINTS) this.strokeBones(set, list, isHalo ? null : strokes);
      else this.strokePaths(set, list, isHalo ? null : strokes, true);
    }
    if (set.columns.kind[set.from + i] === KEYPOINTS) this.fillJoints(set, list, strokes, JOINT_PX + STRONGER_PX);
  }

  /**
   * @param {Int32Array} list sorted by stroke
   * @param {Uint8Array | null} strokes null: as the pen is
   * @param {boolean} hasDashes
   * @param {(i: number) => void} trace adds a shape to the path
   * @param {() => void} paint
   * @param {number} [atOnce]
   */
  #inBatches(list, strokes, hasDashes, trace, paint, atOnce = AT_ONCE) {
    const { context } = this;
    let traced = 0;
    let last = -1;
    const flush = () => {
      if (traced > 0) paint();
      traced = 0;
      context.beginPath();
    };
    context.beginPath();
    for (const i of list) {
      if (traced >= atOnce || (strokes && strokes[i] !== last)) flush();
      if (strokes && strokes[i] !== last) this.#useStrokeOf((last = strokes[i]), hasDashes);
      trace(i);
      traced += 1;
    }
    flush();
    context.setLineDash([]);
  }

  /**
   * @param {LabelSet} set
   * @param {number} i a line or a polygon
   */
  #trace(set, i) {
    const { context } = this;
    const points = set.points(i);
    let [lastX, lastY] = [Infinity, Infinity];
    for (let at = 0; at < points.length; at += 2) {
      const x = this.#x + points[at] * this.#scale;
      const y = this.#y + points[at + 1] * this.#scale;
      if (Math.abs(x - lastX) < CLOSE && Math.abs(y - lastY) < CLOSE) continue;
      if (at === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
      [lastX, lastY] = [x, y];
    }
    if (set.columns.kind[set.from + i] === POLYGON) context.closePath();
  }

  /**
   * @param {LabelSet} set
   * @param {number} i
   */
  #traceBones(set, i) {
    const points = set.points(i);
    for (const [from, to] of set.geometry(i).skeleton ?? []) {
      const ends = [points[2 * from], points[2 * from + 1], points[2 * to], points[2 * to + 1]];
      if (!ends.every(Number.isFinite)) continue;
      this.context.moveTo(this.#x + ends[0] * this.#scale, this.#y + ends[1] * this.#scale);
      this.context.lineTo(this.#x + ends[2] * this.#scale, this.#y + ends[3] * this.#scale);
    }
  }

  /**
   * @param {LabelSet} set
   * @param {number} i
   * @param {number} radius
   */
  #traceJoints(set, i, radius) {
    const points = set.points(i);
    for (let at = 0; at < points.length; at += 2) {
      if (Number.isNaN(points[at])) continue;
      const x = this.#x + points[at] * this.#scale;
      const y = this.#y + points[at + 1] * this.#scale;
      this.context.moveTo(x + radius, y);
      this.context.arc(x, y, radius, 0, 2 * Math.PI);
    }
  }

  /**
   * @param {import("./label-columns.js").Bounds} box
   * @param {number} alpha
   */
  #fillBox([left, top, right, bottom], alpha) {
    this.context.globalAlpha = alpha;
    const [x, y] = [this.#left(left), this.#top(top)];
    this.context.fillRect(x, y, this.#left(right) - x, this.#top(bottom) - y);
  }

  /**
   * @param {number} stroke
   * @param {boolean} hasDashes
   */
  #useStrokeOf(stroke, hasDashes) {
    const isDashed = hasDashes && stroke >= DASHED;
    this.context.setLineDash(isDashed ? DASHES_PX.map((length) => length * this.#view.density) : []);
    this.#use(this.#colors.inks[stroke % DASHED]);
  }

  /** @param {string} color */
  #use(color) {
    this.context.strokeStyle = color;
    this.context.fillStyle = color;
  }

  /** @param {number} x */
  #left(x) {
    return this.#sharp(this.#x + x * this.#scale, this.#width);
  }

  /** @param {number} y */
  #top(y) {
    return this.#sharp(this.#y + y * this.#scale, this.#height);
  }

  /**
   * Where an edge is drawn: on whole pixels, or as near to them as half a pixel of the picture allows.
   * @param {number} exact
   * @param {number} end of the canvas
   */
  #sharp(exact, end) {
    if (exact < -BEYOND) return -BEYOND;
    if (exact > end + BEYOND) return end + BEYOND;
    const most = MOST_MOVED * this.#scale;
    const by = Math.round(exact - this.#aligned) + this.#aligned - exact;
    return exact + (this.#scale >= 1 ? by : Math.max(-most, Math.min(most, by)));
  }
}
