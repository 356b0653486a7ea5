/** Which shape is meant by a point of the picture: the smallest one there, as it is and not only by its bounds. */

import { BoxGrid } from "./box-grid.js";
import { BOX, KEYPOINTS, LINE, POLYGON } from "./label-columns.js";
import { areaOf, contains, distanceToPath, distanceToSegment } from "./polygon-geometry.js";

/** @typedef {import("./label-columns.js").LabelSet} LabelSet */
/** `rank` 0 is a hit, 1 a near miss. @typedef {{index: number, rank: number, area: number}} Hit */

/** Fewer shapes than this are gone through faster than a grid is made. */
const GRID_FROM = 500;

export class Picker {
  #set;
  #shapes;
  /** @type {BoxGrid | null} */
  #grid = null;

  /**
   * @param {LabelSet} set
   * @param {Uint8Array | null} visible 1 for every shape that can be picked; null for all
   */
  constructor(set, visible) {
    this.#set = set;
    const shapes = [];
    for (let i = 0; i < set.length; i += 1) if ((!visible || visible[i]) && set.hasPlace(i)) shapes.push(i);
    this.#shapes = Int32Array.from(shapes);
  }

  /**
   * The shape that is meant by a point.
   * @param {number} x in the picture
   * @param {number} y
   * @param {number} tolerance how far beside a shape one may point, in pixels of the picture
   * @returns {number} -1 where there is none
   */
  at(x, y, tolerance) {
    return this.#hits(x, y, tolerance).reduce((best, hit) => (best === null || isBefore(hit, best) ? hit : best), FIRST)?.index ?? -1;
  }

  /**
   * Every shape at a point, the meant one first: to take one after the other of those that cover each other.
   * @param {number} x
   * @param {number} y
   * @param {number} tolerance
   * @returns {number[]}
   */
  allAt(x, y, tolerance) {
    const hits = this.#hits(x, y, tolerance).sort((one, other) => (isBefore(one, other) ? -1 : 1));
    return hits.map(({ index }) => index);
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} tolerance
   */
  #hits(x, y, tolerance) {
    /** @type {Hit[]} */
    const hits = [];
    const { box } = this.#set.columns;
    const test = (/** @type {number} */ index) => {
      const at = 4 * (this.#set.from + index);
      if (x < box[at] - tolerance || x > box[at + 2] + tolerance || y < box[at + 1] - tolerance || y > box[at + 3] + tolerance) return;
      const hit = hitOf(this.#set, index, x, y, tolerance);
      if (hit) hits.push(hit);
    };
    if (this.#shapes.length < GRID_FROM) this.#shapes.forEach(test);
    else {
      this.#grid ??= new BoxGrid(this.#set, this.#shapes);
      this.#grid.near(x - tolerance, y - tolerance, x + tolerance, y + tolerance, test);
    }
    return hits;
  }
}

/** @type {Hit | null} */
const FIRST = null;

/**
 * @param {LabelSet} set
 * @param {number} index of a shape whose bounds are near enough
 * @param {number} x
 * @param {number} y
 * @param {number} tolerance
 * @returns {Hit | null}
 */
function hitOf(set, index, x, y, tolerance) {
  const kind = set.columns.kind[set.from + index];
  if (kind === BOX) return hitOfBox(set.box(index), index, x, y, tolerance);
  const points = set.points(index);
  if (kind === POLYGON) {
    if (contains(points, x, y)) return { index, rank: 0, area: areaOf(points) };
    if (distanceToPath(points, x, y, true) > tolerance) return null;
    return { index, rank: isTiny(set.box(index), tolerance) ? 0 : 1, area: areaOf(points) };
  }
  const distance = kind === LINE ? distanceToPath(points, x, y, false) : kind === KEYPOINTS ? distanceToPose(set, index, x, y) : Infinity;
  return distance <= tolerance ? { index, rank: 0, area: 0 } : null;
}

/**
 * @param {import("./label-columns.js").Bounds} box
 * @param {number} index
 * @param {number} x
 * @param {number} y
 * @param {number} tolerance
 * @returns {Hit}
 */
function hitOfBox(box, index, x, y, tolerance) {
  const [left, top, right, bottom] = box;
  const isInside = x >= left && x <= right && y >= top && y <= bottom;
  return { index, rank: isInside || isTiny(box, tolerance) ? 0 : 1, area: (right - left) * (bottom - top) };
}

/**
 * Whether a shape is too small to be pointed at exactly: beside it is as good as in it.
 * @param {import("./label-columns.js").Bounds} box
 * @param {number} tolerance
 */
function isTiny([left, top, right, bottom], tolerance) {
  return right - left < 2 * tolerance && bottom - top < 2 * tolerance;
}

/**
 * @param {LabelSet} set
 * @param {number} index
 * @param {number} x
 * @param {number} y
 */
function distanceToPose(set, index, x, y) {
  const points = set.points(index);
  let nearest = Infinity;
  for (let at = 0; at < points.length; at += 2) {
    nearest = Math.min(nearest, distanceToSegment(points[at], points[at + 1], points[at], points[at + 1], x, y));
  }
  for (const [from, to] of set.geometry(index).skeleton ?? []) {
    nearest = Math.min(nearest, distanceToSegment(points[2 * from], points[2 * from + 1], points[2 * to], points[2 * to + 1], x, y));
  }
  return nearest;
}

/**
 * What is drawn later lies over what is as large.
 * @param {Hit} one
 * @param {Hit} other
 */
function isBefore(one, other) {
  return (one.rank - other.rank || one.area - other.area || other.index - one.index) < 0;
}
