/** What a cell shows of a picture for one object: its box, what is around it, and where the box lies in that. */

/** @typedef {{left: number, top: number, width: number, height: number}} Rectangle */

/**
 * @typedef {object} Crop
 * @property {number[]} box left, top, right, bottom in pixels
 * @property {{width: number, height: number} | null} of the size of the picture that the box was drawn on; null for its own
 * @property {number} aspect width by height of the cell
 * @property {number} foot the share of the cell's height that its caption covers
 */

/** Of the box's longer side, on each side. */
const MARGIN = 0.15;
/** A box of a few pixels shows where it is. */
const SMALLEST_PX = 24;

/**
 * The part of a picture that shows a box with a margin above the caption, in the shape of its cell as far as the picture
 * reaches.
 * @param {number[]} box left, top, right, bottom in pixels; may reach out of the picture
 * @param {{width: number, height: number}} picture pixels
 * @param {{aspect: number, foot: number}} cell
 * @returns {Rectangle} whole pixels of the picture, at least one by one
 */
export function cropView(box, picture, { aspect, foot }) {
  const [left = 0, top = 0, right = 0, bottom = 0] = box;
  const margin = MARGIN * Math.max(right - left, bottom - top);
  const across = Math.max(right - left + 2 * margin, SMALLEST_PX);
  const down = Math.max(bottom - top + 2 * margin, SMALLEST_PX) / (1 - foot);
  const [x, width] = span((left + right) / 2, Math.max(across, down * aspect), picture.width);
  const height_px = Math.max(down, across / aspect);
  const [y, height] = span((top + bottom) / 2 + (height_px * foot) / 2, height_px, picture.height);
  return { left: x, top: y, width, height };
}

/**
 * A box in the pixels of the picture that came: a host may send a smaller copy of what was labelled.
 * @param {Crop} crop
 * @param {{width: number, height: number}} picture
 */
export function boxOn({ box, of }, picture) {
  if (!of) return box;
  return box.map((side, index) => (index % 2 === 0 ? (side * picture.width) / of.width : (side * picture.height) / of.height));
}

/**
 * Whole pixels around a middle, moved inside where they reach out, and fewer where there are fewer.
 * @param {number} middle
 * @param {number} length
 * @param {number} most
 * @returns {[number, number]} where it begins, and its length
 */
function span(middle, length, most) {
  const whole = Math.min(most, Math.max(1, Math.round(length)));
  return [Math.max(0, Math.min(most - whole, Math.round(middle - whole / 2))), whole];
}

/**
 * Where a rectangle lies in another, as shares of that one's sides.
 * @param {Rectangle} inner
 * @param {Rectangle} outer
 * @returns {Rectangle} 0 to 1 where it lies inside
 */
export function shareOf(inner, outer) {
  return {
    left: (inner.left - outer.left) / outer.width,
    top: (inner.top - outer.top) / outer.height,
    width: inner.width / outer.width,
    height: inner.height / outer.height,
  };
}

/**
 * A box, cut off where its picture ends.
 * @param {number[]} crop left, top, right, bottom
 * @param {{width: number, height: number}} picture
 * @returns {Rectangle}
 */
export function boxWithin(crop, { width, height }) {
  const within = (/** @type {number | undefined} */ at, /** @type {number} */ most) => Math.max(0, Math.min(most, at ?? 0));
  const [left, top, right, bottom] = [within(crop[0], width), within(crop[1], height), within(crop[2], width), within(crop[3], height)];
  return { left, top, width: right - left, height: bottom - top };
}

/**
 * How much of a cell a view fills when all of it is to be seen, as shares of the cell's sides.
 * @param {{width: number, height: number}} view
 * @param {number} aspect of the cell
 */
export function fitInto(view, aspect) {
  const own = view.width / view.height;
  return own >= aspect ? { width: 1, height: aspect / own } : { width: own / aspect, height: 1 };
}
