/**
 * Where the names of shapes go: above what they name, else below, else in its upper corner; never over each other, and
 * on the canvas even where their shape is only partly. Small shapes and those in a crowd go without.
 */

import { LINE } from "./label-columns.js";

/** @typedef {import("./label-columns.js").LabelSet} LabelSet */
/** @typedef {import("./label-drawing.js").View} View */
/** @typedef {"above" | "below" | "inside"} Anchor */
/** `x` and `y` are the upper left corner, in CSS pixels on the canvas. @typedef {{index: number, x: number, y: number, text: string, anchor: Anchor}} Tag */
/** @typedef {{left: number, top: number, right: number, bottom: number}} Rectangle */

const MOST = 200;
/** So many of the largest shapes are tried: in a crowd most of their names would lie over each other. */
const MOST_TRIED = 600;
/** A shape whose longer side is shorter than this goes without a name, in CSS pixels. */
const SMALLEST_PX = 12;
/** Between a shape and its name, so that the stroke is seen. */
const GAP_PX = 2;
/** Shapes of one name whose corners are so near to each other need it once. */
const ONE_CORNER_PX = 8;
/** A name is put in a shape only when the shape is so many times as large: it must not hide what it names. */
const ROOM_INSIDE = 4;

/**
 * @param {LabelSet} set
 * @param {Uint8Array | null} visible
 * @param {View} view
 * @param {(text: string) => {width: number, height: number}} measure the size of a tag with a text, in CSS pixels
 * @param {object} [wishes]
 * @param {(index: number) => string} [wishes.text] what a tag says; the class otherwise
 * @param {number[]} [wishes.first] shapes that get theirs before all others, however small; -1 is none
 * @returns {Tag[]} in the order in which they were placed
 */
export function placeTags(set, visible, view, measure, { text = (index) => set.label(index), first = [] } = {}) {
  /** @type {Tag[]} */
  const tags = [];
  /** @type {Rectangle[]} */
  const taken = [];
  /** @type {{shape: Rectangle, text: string}[]} */
  const named = [];
  const chosen = new Set(first.filter((index) => index >= 0 && index < set.length && set.hasPlace(index) && (!visible || visible[index])));
  for (const index of new Set([...chosen, ...largest(set, visible, view)])) {
    if (tags.length >= MOST) break;
    const shape = onCanvas(set, index, view);
    if (!shape) continue;
    const says = text(index);
    if (!chosen.has(index) && named.some((one) => one.text === says && haveOneCorner(one.shape, shape))) continue;
    const place = placeFor(shape, measure(says), view, taken, chosen.has(index));
    if (!place) continue;
    taken.push(place.rectangle);
    named.push({ shape, text: says });
    tags.push({ index, x: place.rectangle.left, y: place.rectangle.top, text: says, anchor: place.anchor });
  }
  return tags;
}

/**
 * Whether the name beside one shape can be read as that of the other: a thing's outline, its box and its pose.
 * @param {Rectangle} one
 * @param {Rectangle} other
 */
function haveOneCorner(one, other) {
  return Math.abs(one.left - other.left) < ONE_CORNER_PX && Math.abs(one.top - other.top) < ONE_CORNER_PX;
}

/**
 * The shapes in view that are large enough for a name, the largest first.
 * @param {LabelSet} set
 * @param {Uint8Array | null} visible
 * @param {View} view
 */
function largest(set, visible, view) {
  const { box, kind } = set.columns;
  const smallest = SMALLEST_PX / view.scale;
  const [left, top] = [-view.x / view.scale, -view.y / view.scale];
  const [right, bottom] = [left + view.width / view.scale, top + view.height / view.scale];
  /** @type {number[]} */
  const found = [];
  /** @type {number[]} */
  const sizes = [];
  for (let i = 0; i < set.length; i += 1) {
    if ((visible && !visible[i]) || !set.hasPlace(i)) continue;
    const at = 4 * (set.from + i);
    if (box[at] > right || box[at + 2] < left || box[at + 1] > bottom || box[at + 3] < top) continue;
    const [width, height] = [box[at + 2] - box[at], box[at + 3] - box[at + 1]];
    if (Math.max(width, height) < smallest) continue;
    found.push(i);
    sizes.push(kind[at / 4] === LINE ? Math.max(width, height) : width * height);
  }
  return mostOf(found, sizes);
}

/**
 * @param {number[]} found
 * @param {number[]} sizes
 */
function mostOf(found, sizes) {
  const order = found.map((_, at) => at);
  if (order.length <= MOST_TRIED) return order.sort((a, b) => sizes[b] - sizes[a]).map((at) => found[at]);
  const least = Float64Array.from(sizes).sort()[sizes.length - MOST_TRIED];
  const large = order.filter((at) => sizes[at] >= least).slice(0, MOST_TRIED);
  return large.sort((a, b) => sizes[b] - sizes[a]).map((at) => found[at]);
}

/**
 * A shape's bounds on the canvas; null where none of it is there.
 * @param {LabelSet} set
 * @param {number} index
 * @param {View} view
 * @returns {Rectangle | null}
 */
function onCanvas(set, index, view) {
  const [left, top, right, bottom] = set.box(index);
  const shape = {
    left: view.x + left * view.scale,
    top: view.y + top * view.scale,
    right: view.x + right * view.scale,
    bottom: view.y + bottom * view.scale,
  };
  return shape.left > view.width || shape.right < 0 || shape.top > view.height || shape.bottom < 0 ? null : shape;
}

/**
 * @param {Rectangle} shape
 * @param {{width: number, height: number}} size
 * @param {View} view
 * @param {Rectangle[]} taken
 * @param {boolean} isChosen somewhere, whatever it lies over
 * @returns {{rectangle: Rectangle, anchor: Anchor} | null}
 */
function placeFor(shape, size, view, taken, isChosen) {
  const places = placesFor(shape, size, view);
  const free = places.find(({ rectangle }) => taken.every((other) => !meet(rectangle, other)));
  if (free || !isChosen) return free ?? null;
  return places[0] ?? { rectangle: clamped(shape.left, shape.top, size, view), anchor: "inside" };
}

/**
 * @param {Rectangle} shape
 * @param {{width: number, height: number}} size
 * @param {View} view
 */
function placesFor(shape, { width, height }, view) {
  /** @type {{rectangle: Rectangle, anchor: Anchor}[]} */
  const places = [];
  const above = shape.top - GAP_PX - height;
  const below = shape.bottom + GAP_PX;
  const size = { width, height };
  if (above >= 0) places.push({ rectangle: clamped(shape.left, above, size, view), anchor: "above" });
  if (below + height <= view.height) places.push({ rectangle: clamped(shape.left, below, size, view), anchor: "below" });
  const [seenWidth, seenHeight] = [Math.min(shape.right, view.width) - Math.max(shape.left, 0), Math.min(shape.bottom, view.height) - Math.max(shape.top, 0)];
  if (seenWidth >= width + 2 * GAP_PX && seenHeight >= ROOM_INSIDE * height) {
    const [left, top] = [Math.max(shape.left, 0) + GAP_PX, Math.max(shape.top, 0) + GAP_PX];
    places.push({ rectangle: clamped(left, top, size, view), anchor: "inside" });
  }
  return places;
}

/**
 * On whole CSS pixels, so that text is sharp, and within the canvas.
 * @param {number} left
 * @param {number} top
 * @param {{width: number, height: number}} size
 * @param {View} view
 * @returns {Rectangle}
 */
function clamped(left, top, { width, height }, view) {
  const x = Math.round(Math.max(0, Math.min(view.width - width, left)));
  const y = Math.round(Math.max(0, Math.min(view.height - height, top)));
  return { left: x, top: y, right: x + width, bottom: y + height };
}

/** @param {Rectangle} one @param {Rectangle} other */
function meet(one, other) {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}
