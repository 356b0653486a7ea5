/**
 * Which shapes of a run are of the same things as those of ground truth. Of all pairs that overlap enough the one that
 * overlaps most is taken first. Two polygons are compared as they are, everything else by its bounds; poses only with
 * poses. A thing that one side names twice, as a box and as a polygon, is matched with both when it is matched with one.
 */

import { BoxGrid } from "./box-grid.js";
import { BOX, KEYPOINTS, POLYGON } from "./label-columns.js";
import { coveredArea, polygonIou } from "./polygon-geometry.js";

/** @typedef {import("./label-columns.js").LabelSet} LabelSet */

/** What has no part in the comparison. */
export const NONE = 0;
export const MATCHED = 1;
/** Ground truth that the run does not have. */
export const MISSED = 2;
/** What only the run has. */
export const FALSE = 3;

/**
 * @typedef {object} Match
 * @property {Uint8Array} state of every shape: NONE, MATCHED, MISSED or FALSE
 * @property {Int32Array} partner the shape on the other side, -1 for none
 * @property {Float32Array} iou with the partner; without one, with whatever comparable shape overlaps it most, if enough
 */

/**
 * @typedef {object} Comparison
 * @property {number} truth index of a source
 * @property {number} run index of a source
 * @property {number} threshold least intersection over union, 0 to 1
 * @property {boolean} classAware whether only shapes of one class match
 * @property {Uint8Array | null} [visible] 1 for every shape that takes part; null for all
 */

/** Bounds that overlap so much are of one thing that was named twice. */
const SAME_THING = 0.9;
/** More places than any list here has: two of them, or one under an overlap, fit in one number. */
const PLACES = 2 ** 28;
const STEPS = 2 ** 24;

/**
 * @param {LabelSet} set
 * @param {Comparison} comparison
 * @returns {Match}
 */
export function match(set, comparison) {
  const state = new Uint8Array(set.length);
  const partner = new Int32Array(set.length).fill(-1);
  const iou = new Float32Array(set.length);
  const sides = sidesOf(set, comparison);
  for (const i of sides.truths) state[i] = MISSED;
  for (const i of sides.guesses) state[i] = FALSE;
  const pairs = pairsOf(set, comparison, sides);
  const order = byOverlap(pairs.overlap);
  for (const at of order) {
    const [truth, guess] = [pairs.truth[at], pairs.guess[at]];
    if (partner[truth] < 0 && partner[guess] < 0) {
      [partner[truth], partner[guess]] = [guess, truth];
      state[truth] = state[guess] = MATCHED;
      iou[truth] = iou[guess] = pairs.overlap[at];
    }
  }
  for (const at of order) matchTwins(set, pairs.truth[at], pairs.guess[at], pairs.overlap[at], { state, partner, iou });
  return { state, partner, iou };
}

/**
 * @param {LabelSet} set
 * @param {Comparison} comparison
 */
function sidesOf(set, { truth, run, visible = null }) {
  const { kind, source } = set.columns;
  const hasPoses = [false, false];
  for (let at = 0; at < kind.length; at += 1) {
    if (kind[at] === KEYPOINTS && source[at] === truth) hasPoses[0] = true;
    if (kind[at] === KEYPOINTS && source[at] === run) hasPoses[1] = true;
  }
  /** @type {number[]} */
  const truths = [];
  /** @type {number[]} */
  const guesses = [];
  for (let i = 0; i < set.length; i += 1) {
    if (visible && !visible[i]) continue;
    const at = set.from + i;
    const takesPart = kind[at] === BOX || kind[at] === POLYGON || (kind[at] === KEYPOINTS && hasPoses[0] && hasPoses[1]);
    if (takesPart && source[at] === truth) truths.push(i);
    else if (takesPart && source[at] === run) guesses.push(i);
  }
  return { truths, guesses };
}

/**
 * Every pair that overlaps enough.
 * @param {LabelSet} set
 * @param {Comparison} comparison
 * @param {{truths: number[], guesses: number[]}} sides
 */
function pairsOf(set, { threshold, classAware }, { truths, guesses }) {
  /** @type {{truth: number[], guess: number[], overlap: number[]}} */
  const pairs = { truth: [], guess: [], overlap: [] };
  const { box, kind, label } = set.columns;
  const grid = new BoxGrid(set, Int32Array.from(guesses));
  const overlapOf = overlapsIn(set, threshold);
  for (const truth of truths) {
    const one = set.from + truth;
    grid.near(box[4 * one], box[4 * one + 1], box[4 * one + 2], box[4 * one + 3], (guess) => {
      const other = set.from + guess;
      if ((kind[one] === KEYPOINTS) !== (kind[other] === KEYPOINTS) || (classAware && label[one] !== label[other])) return;
      const overlap = overlapOf(truth, guess);
      if (overlap <= 0 || overlap < threshold) return;
      pairs.truth.push(truth);
      pairs.guess.push(guess);
      pairs.overlap.push(overlap);
    });
  }
  return pairs;
}

/**
 * How much two shapes of a set overlap, as a function of both.
 * @param {LabelSet} set
 * @param {number} threshold what is surely less is 0
 * @returns {(one: number, other: number) => number}
 */
function overlapsIn(set, threshold) {
  const { box, kind } = set.columns;
  const measured = measuredIn(set);
  const areaOf = (/** @type {number} */ i) => remembered(measured, set.from + i, () => coveredArea(set.points(i)));
  return (one, other) => {
    const [a, b] = [set.from + one, set.from + other];
    const common = commonArea(box, 4 * a, 4 * b);
    if (common <= 0) return 0;
    if (kind[a] !== POLYGON || kind[b] !== POLYGON) return common / (areaOfBox(box, 4 * a) + areaOfBox(box, 4 * b) - common);
    const [area, otherArea] = [areaOf(one), areaOf(other)];
    const most = Math.min(common, area, otherArea);
    if (most < threshold * (area + otherArea - most)) return 0;
    return remembered(measured, (a + 1) * PLACES + b, () => polygonIou(set.points(one), set.points(other)));
  };
}

/**
 * Areas of polygons by place, and overlaps by both places: they outlast the threshold, which is moved to and fro.
 * @type {WeakMap<import("./label-columns.js").LabelColumns, Map<number, number>>}
 */
const measurements = new WeakMap();

/** @param {LabelSet} set */
function measuredIn({ columns }) {
  const measured = measurements.get(columns) ?? new Map();
  measurements.set(columns, measured);
  return measured;
}

/**
 * @param {Map<number, number>} values
 * @param {number} key
 * @param {() => number} measure
 */
function remembered(values, key, measure) {
  let value = values.get(key);
  if (value === undefined) {
    value = measure();
    values.set(key, value);
  }
  return value;
}

/**
 * @param {Float64Array} box
 * @param {number} a
 * @param {number} b
 */
function commonArea(box, a, b) {
  const width = Math.min(box[a + 2], box[b + 2]) - Math.max(box[a], box[b]);
  const height = Math.min(box[a + 3], box[b + 3]) - Math.max(box[a + 1], box[b + 1]);
  return width > 0 && height > 0 ? width * height : 0;
}

/** @param {Float64Array} box @param {number} at */
function areaOfBox(box, at) {
  return (box[at + 2] - box[at]) * (box[at + 3] - box[at + 1]);
}

/**
 * The places of a list, the largest value first; of equal ones the first.
 * @param {number[]} overlap 0 to 1
 */
function byOverlap(overlap) {
  const keys = Float64Array.from(overlap, (value, at) => Math.round((1 - value) * STEPS) * PLACES + at).sort();
  return Int32Array.from(keys, (key) => key % PLACES);
}

/**
 * Matches what is left over of a pair when the thing was matched under its other kind.
 * @param {LabelSet} set
 * @param {number} truth
 * @param {number} guess
 * @param {number} overlap
 * @param {Match} found
 */
function matchTwins(set, truth, guess, overlap, found) {
  for (const [left, taken] of [[truth, guess], [guess, truth]]) {
    if (found.partner[left] >= 0) continue;
    found.iou[left] = Math.max(found.iou[left], overlap);
    const twin = found.partner[taken];
    if (twin < 0 || !areTwins(set, left, twin)) continue;
    found.partner[left] = taken;
    found.state[left] = MATCHED;
  }
}

/**
 * @param {LabelSet} set
 * @param {number} one
 * @param {number} other
 */
function areTwins(set, one, other) {
  const { box, kind, label } = set.columns;
  const [a, b] = [set.from + one, set.from + other];
  if (kind[a] === kind[b] || label[a] !== label[b]) return false;
  const common = commonArea(box, 4 * a, 4 * b);
  return common >= SAME_THING * (areaOfBox(box, 4 * a) + areaOfBox(box, 4 * b) - common);
}
