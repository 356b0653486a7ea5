/** How large a frame is in itself, where it is held smaller: labels are in the frame's own pixels. */

/** @typedef {{width: number, height: number}} Size */

/** @type {WeakMap<object, Size>} */
const sizes = new WeakMap();

/**
 * Notes the size of what a picture was made from.
 * @param {object} picture
 * @param {Size} size
 */
export function noteNaturalSize(picture, size) {
  sizes.set(picture, size);
}

/**
 * The noted size; null for a picture that is as large as what it was made from.
 * @param {object} picture
 */
export function naturalSizeOf(picture) {
  return sizes.get(picture) ?? null;
}
