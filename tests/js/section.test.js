import assert from "node:assert/strict";
import { test } from "node:test";

import { beginAt, endAt, nearestBeyond, sectionOf } from "../../static/js/viewer/section.js";
import { Timeline } from "../../static/js/viewer/timeline.js";

const timeline = Timeline.even(100, 25);

test("a section that only begins lasts to the end of the scene", () => {
  assert.deepEqual(beginAt(null, 20, 100), { first: 20, last: 99 });
});

test("a section that only ends begins with the scene", () => {
  assert.deepEqual(endAt(null, 20), { first: 0, last: 20 });
});

test("an end moved past the other lets the other go", () => {
  assert.deepEqual(beginAt({ first: 5, last: 30 }, 40, 100), { first: 40, last: 99 });
  assert.deepEqual(endAt({ first: 50, last: 60 }, 40), { first: 0, last: 40 });
  assert.deepEqual(beginAt({ first: 5, last: 30 }, 30, 100), { first: 30, last: 30 });
});

test("an address names a section in either order, beyond the ends, or with one end", () => {
  assert.equal(sectionOf(null, null, timeline), null);
  assert.deepEqual(sectionOf("40", "20", timeline), { first: 20, last: 40 });
  assert.deepEqual(sectionOf("90", "4000", timeline), { first: 90, last: 99 });
  assert.deepEqual(sectionOf("7", null, timeline), { first: 7, last: 99 });
  assert.deepEqual(sectionOf("no", "7", timeline), { first: 0, last: 7 });
});

test("the next mark is the nearest one beyond, never the one stood on", () => {
  const marks = [30, 10, 20];
  assert.equal(nearestBeyond(marks, 10, 1), 20);
  assert.equal(nearestBeyond(marks, 10, -1), null);
  assert.equal(nearestBeyond(marks, 25, -1), 20);
  assert.equal(nearestBeyond([], 25, 1), null);
});
