/** One object in its cell: the part of the picture around it, and its box. */

import { strokeOfName } from "../labels/label-colors.js";
import { make } from "../lib/markup.js";
import { boxOn, boxWithin, cropView, fitInto, shareOf } from "../thumbnails/crop-view.js";
import { labelPalette } from "./label-palette.js";

/** @typedef {import("../thumbnails/thumbnails.js").Shown} Shown */

/**
 * @param {Shown} shown the picture, or the part of it
 * @param {import("../thumbnails/crop-view.js").Crop} crop
 * @param {string | null | undefined} label its class, which colors the box
 */
export function cropElement(shown, crop, label) {
  const box = boxOn(crop, shown);
  const view = cropView(box, shown, crop);
  const fit = fitInto(view, crop.aspect);
  const frame = make("span", { class: "media-cell__box", "aria-hidden": "true" });
  place(frame, shareOf(boxWithin(box, shown), view));
  frame.style.borderColor = labelPalette().inks[strokeOfName(label ?? "").color] ?? "";
  const whole = shareOf({ left: 0, top: 0, width: shown.width, height: shown.height }, view);
  if (!shown.isCrop) place(shown.image, whole);
  const element = make("span", { class: "media-cell__view" }, shown.image, frame);
  place(element, { left: (1 - fit.width) / 2, top: (1 - fit.height) / 2, ...fit });
  return element;
}

/**
 * @param {HTMLElement} element
 * @param {import("../thumbnails/crop-view.js").Rectangle} share of the element that it is placed in
 */
function place(element, { left, top, width, height }) {
  const percent = (/** @type {number} */ share) => `${share * 100}%`;
  Object.assign(element.style, { left: percent(left), top: percent(top), width: percent(width), height: percent(height) });
}

/**
 * What is said of an object: its class, and how sure a run is of it.
 * @param {string | null | undefined} label
 * @param {number | null | undefined} confidence 0 to 1
 */
export function objectCaption(label, confidence) {
  const name = label || "no class";
  return typeof confidence === "number" ? `${name} ${confidence.toFixed(2)}` : name;
}
