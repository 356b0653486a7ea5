import assert from "node:assert/strict";
import { test } from "node:test";

import { keyedFrame, pageStep, placeText, timeOf } from "../../static/js/elements/timeline-words.js";
import { Timeline } from "../../static/js/viewer/timeline.js";

/** @param {string} key @param {Partial<KeyboardEvent>} [held] */
function press(key, held = {}) {
  return /** @type {KeyboardEvent} */ ({ key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...held });
}

test("a place is said with its time, where times are known", () => {
  assert.equal(placeText(Timeline.even(3000, 30), { index: 120, last: 2999 }), "Frame 120 of 2999, 00:04.000");
  assert.equal(placeText(null, { index: 120, last: 2999 }), "Frame 120 of 2999");
  assert.equal(timeOf(new Timeline([0, 0.1, 2.5], 3), 2), "00:02.500");
});

test("arrows step by one and with Shift by ten, and stop at the ends", () => {
  const place = { index: 4, count: 12 };
  const moved = ["ArrowLeft", "ArrowDown", "ArrowRight", "ArrowUp", "Home", "End"].map((key) => keyedFrame(press(key), place));
  assert.deepEqual(moved, [3, 3, 5, 5, 0, 11]);
  assert.equal(keyedFrame(press("ArrowLeft", { shiftKey: true }), place), 0);
  assert.equal(keyedFrame(press("ArrowRight", { shiftKey: true }), place), 11);
});

test("a page is a hundred frames, or a tenth of a short scene", () => {
  assert.deepEqual([3000, 1000, 300, 12, 1].map(pageStep), [100, 100, 30, 1, 1]);
  assert.equal(keyedFrame(press("PageUp"), { index: 120, count: 3000 }), 220);
  assert.equal(keyedFrame(press("PageDown"), { index: 20, count: 3000 }), 0);
});

test("other keys, and those held with Control, are left to others", () => {
  const place = { index: 4, count: 12 };
  assert.equal(keyedFrame(press("j"), place), null);
  assert.equal(keyedFrame(press("ArrowLeft", { ctrlKey: true }), place), null);
  assert.equal(keyedFrame(press("ArrowLeft", { altKey: true }), place), null);
});
