/** What a timeline says of a frame, in words. */

import { clockTime } from "../lib/digits.js";

/** @typedef {import("../viewer/timeline.js").Timeline | null} Times null where only the number of frames is known */

/**
 * When a frame begins: "00:04.000"; nothing where times are not known.
 * @param {Times} timeline
 * @param {number} index
 */
export function timeOf(timeline, index) {
  return timeline ? clockTime(timeline.start_s(index)) : "";
}

/**
 * "Frame 120 of 2999, 00:04.000"; the second number is the last frame's.
 * @param {Times} timeline
 * @param {{index: number, last: number}} place
 */
export function placeText(timeline, { index, last }) {
  const time = timeOf(timeline, index);
  return `Frame ${index} of ${last}${time && `, ${time}`}`;
}

/** How far Page Up and Page Down go: a hundred frames, a tenth of a short scene. @param {number} count */
export function pageStep(count) {
  return count >= 1000 ? 100 : Math.max(1, Math.round(count / 10));
}

/**
 * The frame that a key of a slider moves to, or null when it is no such key.
 * @param {KeyboardEvent} press
 * @param {{index: number, count: number}} place
 */
export function keyedFrame({ key, shiftKey, ctrlKey, metaKey, altKey }, { index, count }) {
  if (ctrlKey || metaKey || altKey) return null;
  const step = shiftKey ? 10 : 1;
  const page = pageStep(count);
  switch (key) {
    case "ArrowLeft":
    case "ArrowDown":
      return Math.max(0, index - step);
    case "ArrowRight":
    case "ArrowUp":
      return Math.min(count - 1, index + step);
    case "PageDown":
      return Math.max(0, index - page);
    case "PageUp":
      return Math.min(count - 1, index + page);
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}
