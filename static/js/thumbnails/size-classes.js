/** The few sizes in which thumbnails are made, so that one serves cells of nearly its size and displays of any density. */

/** @typedef {{name: string, width: number, height: number}} SizeClass pixels of the display that it covers */

/** Three by two, as cells are. Small and medium cells, medium and large ones, large ones of dense displays. */
export const SIZE_CLASSES = [
  { name: "s", width: 192, height: 128 },
  { name: "m", width: 384, height: 256 },
  { name: "l", width: 768, height: 512 },
];
/** A little too small is not seen, and saves three quarters of the bytes. */
const SHORT_OF = 0.9;
/** Of a long strip no more than this is made, which is then shown larger. */
const LONGEST_PX = 4096;

/**
 * The smallest class that a cell looks sharp with.
 * @param {{width: number, height: number}} cell CSS pixels
 * @param {number} density device pixels for each
 * @returns {SizeClass}
 */
export function sizeClassOf({ width, height }, density) {
  const isEnough = (/** @type {SizeClass} */ one) =>
    one.width >= width * density * SHORT_OF && one.height >= height * density * SHORT_OF;
  return SIZE_CLASSES.find(isEnough) ?? /** @type {SizeClass} */ (SIZE_CLASSES.at(-1));
}

/**
 * How large a picture is made so that it covers a class: never larger than it is.
 * @param {{width: number, height: number}} picture pixels
 * @param {SizeClass} size
 */
export function thumbnailSize({ width, height }, size) {
  const cover = Math.max(size.width / width, size.height / height);
  const scale = Math.min(1, cover, LONGEST_PX / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
