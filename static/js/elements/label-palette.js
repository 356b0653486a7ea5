/** The colors of labels as the stylesheet has them (tokens.css): they lie on pictures, and are the same in both themes. */

import { HALO, INKS } from "../labels/label-colors.js";

/** @typedef {{inks: string[], plain: string, halo: string, tag: string, name: string, font: string}} LabelPalette */

/** @type {LabelPalette | null} */
let read = null;

/** The palette, read once; `inks` are in the order of their numbers. @returns {LabelPalette} */
export function labelPalette() {
  if (read) return read;
  const style = getComputedStyle(document.documentElement);
  const value = (/** @type {string} */ token) => style.getPropertyValue(token).trim();
  read = { inks: INKS.map(value), plain: value("--label-plain"), halo: value(HALO), tag: value("--label-tag"), name: value("--label-name"), font: style.fontFamily };
  return read;
}
