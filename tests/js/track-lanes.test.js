import assert from "node:assert/strict";
import { test } from "node:test";

import { heatLevel, layOutLanes, nextKey, sharedFolder } from "../../static/js/labels/track-lanes.js";
import { TimelineView } from "../../static/js/viewer/timeline-view.js";

/** @param {number[]} spans */
function track(spans) {
  return { reference: "t", label: "car", source: 0, spans, count: 1 };
}

/** A timeline of 1000 frames on 1000 px. */
function timeline() {
  const view = new TimelineView({ inset_px: 0 });
  view.count = 1000;
  view.width_px = 1000;
  return view;
}

/** @param {number[]} spans @param {TimelineView} view */
function laidOut(spans, view) {
  return [...layOutLanes([track(spans)], view)[0].spans].map((x) => Math.round(x * 1000) / 1000);
}

test("a track lies where its frames are, last one included, with its gaps", () => {
  assert.deepEqual(laidOut([0, 9, 12, 12, 900, 999], timeline()), [0, 10, 12, 13, 900, 1000]);
  assert.deepEqual(laidOut([], timeline()), []);
});

test("only what is in view is laid out, a span that fills it too", () => {
  const view = timeline();
  view.show(500, 100);
  assert.deepEqual(laidOut([0, 499, 510, 519, 599, 700, 600, 999], view), [100, 200, 990, 2010]);
  assert.deepEqual(laidOut([0, 999], view), [-5000, 5000]);
  assert.deepEqual(laidOut([0, 10, 700, 800], view), []);
});

test("a gap too narrow to be seen is closed until one looks closer", () => {
  const view = timeline();
  view.width_px = 500;
  assert.deepEqual(laidOut([0, 9, 11, 19, 22, 30], view), [0, 10, 11, 15.5]);
  view.show(0, 100);
  assert.equal(laidOut([0, 9, 11, 19, 22, 30], view).length, 6);
});

test("the next key is where a track begins or ends", () => {
  const one = track([10, 20, 30, 30, 40, 50]);
  const ahead = [0, 10, 15, 20, 30, 45, 50].map((frame) => nextKey(one, frame, 1));
  assert.deepEqual(ahead, [10, 20, 20, 30, 40, 50, null]);
  const back = [60, 50, 45, 30, 20, 11, 10].map((frame) => nextKey(one, frame, -1));
  assert.deepEqual(back, [50, 40, 40, 20, 10, 10, null]);
});

test("little is told from nothing, and much from little", () => {
  assert.deepEqual([0, 1, 50, 400, 1000].map((count) => heatLevel(count, 1000)), [0, 1, 2, 4, 5]);
  assert.equal(heatLevel(1, 1), 5);
});

test("what all names begin with is known up to a slash", () => {
  assert.equal(sharedFolder(["film/car-1", "film/car-2", "film/person"]), "film/");
  assert.equal(sharedFolder(["a/b/1", "a/b/2", "a/c"]), "a/");
  assert.equal(sharedFolder(["car-1", "car-2"]), "");
  assert.equal(sharedFolder(["film/car-1"]), "");
  assert.equal(sharedFolder([]), "");
  assert.equal(sharedFolder(["/a", "b"]), "");
});
