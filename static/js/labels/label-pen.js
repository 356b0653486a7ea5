/** Puts single shapes and batches of them on a canvas; what is drawn, and in which order, label-drawing.js decides. */

import { DASHED } from "./label-colors.js";
import { BOX, KEYPOINTS, POLYGON } from "./label-columns.js";

/** @typedef {import("./label-columns.js").LabelSet} LabelSet */
/** @typedef {import("./label-drawing.js").View} View */

/** The part of a canvas's context that is drawn with. @typedef {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} Context */

/** Widths, in CSS pixels. */
const STROKE_PX = 1.5;
const HALO_PX = 0.75;
const STRONGER_PX = 1;
const JOINT_PX = 2.5;
const DASHES_PX = [5, 3];
/** What is smaller than this both ways, in device pixels, is a dot: its stroke would be all of it. */
export const DOT = 3;
/** How far an edge may be moved to be sharp, in pixels of the picture: less than half of one, as screens round colors. */
const MOST_MOVED = 0.4;
/** Points of a polygon nearer to the last one than this, in device pixels, are passed over. */
const CLOSE = 0.25;
/** So far beyond the canvas edges are drawn, in device pixels: a canvas counts with few digits. */
const BEYOND = 64;
const FILL_STRONGER = 0.24;
/** A path of this many shapes is stroked at once; longer ones take more than their share. */
const AT_ONCE = 10;
/** How far strokes and joints reach beyond their shapes, in CSS pixels. */
export const REACH_PX = STROKE_PX + HALO_PX + STRONGER_PX + JOINT_PX;

/** Puts shapes of the picture on the canvas, in its device pixels. */
export class Pen {
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
   * @param {number} [radius_px]
   */
  fillJoints(set, list, strokes, radius_px = JOINT_PX) {
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
