import assert from "node:assert/strict";
import { test } from "node:test";

import { LabelSet, decodeColumns, shapesOf } from "../../static/js/labels/label-columns.js";
import { labelSet, polygon, sent } from "./label-sets.js";

test("every shape is said of its own picture", () => {
  const columns = decodeColumns(sent([[{ label: "car" }, { label: "dog" }], [], [{ label: "dog" }]], { first: 200 }));
  assert.deepEqual([200, 201, 202].map((picture) => shapesOf(columns, picture)), [{ from: 0, to: 2 }, { from: 2, to: 2 }, { from: 2, to: 3 }]);
  assert.deepEqual([199, 203, NaN].map((picture) => new LabelSet(columns, picture).length), [0, 0, 0]);
  assert.equal(new LabelSet(columns, 202).label(0), "dog");
});

test("a shape tells its numbers as they were sent", () => {
  const set = labelSet([
    { box: [0.1, 0.2, 33.3, 44.4], confidence: 0.91, source: 1, track: "t1", review: 2 },
    { label: "dog", box: [1, 2, 3, 4] },
  ]);
  assert.deepEqual([set.box(0), set.confidence(0), set.source(0), set.track(0), set.review(0)], [[0.1, 0.2, 33.3, 44.4], 0.91, 1, "t1", "rejected"]);
  assert.deepEqual([set.kind(1), set.label(1), set.confidence(1), set.source(1), set.track(1), set.review(1)], ["box", "dog", null, 0, null, null]);
  assert.deepEqual(set.geometry(0), { x: 0.1, y: 0.2, width: 33.2, height: 44.2 });
});

test("what has several classes names them all, and what has no place says so", () => {
  const set = labelSet([
    { kind: "multicategory", label: "", more: { labels: ["wet", "dark"], taxonomy: "road" } },
    { kind: "mask", label: "", more: { url: "https://x/", annotations: [{ label: "sky", index: 1 }, { label: "sky", index: 2 }, { label: "road", index: 3 }] } },
    { kind: "cuboid", more: { yaw: 1 } },
    polygon([0, 0, 9, 0, 9, 9]),
  ]);
  assert.deepEqual([0, 1, 2, 3].map((i) => set.label(i)), ["wet, dark", "sky, road", "car", "car"]);
  assert.deepEqual([0, 1, 2, 3].map((i) => set.hasPlace(i)), [false, false, false, true]);
  assert.equal(set.geometry(2).yaw, 1);
});

test("points come flat, and those that are not to be seen are no numbers", () => {
  const keypoints = [{ x: 1, y: 2, visible: true }, { x: null, y: null, visible: false }, { x: 5, y: 6, visible: false }];
  const set = labelSet([polygon([1, 2, 3, 4, 5, 0]), { kind: "keypoints", more: { keypoints } }, {}]);
  assert.deepEqual([...set.points(0)], [1, 2, 3, 4, 5, 0]);
  assert.deepEqual([...set.points(1)], [1, 2, NaN, NaN, NaN, NaN]);
  assert.equal(set.points(0), set.points(0));
  assert.equal(set.points(2).length, 0);
});

test("a decision is kept though nothing was decided before", () => {
  const set = labelSet([{}, {}]);
  set.setReview(1, "accepted");
  assert.deepEqual([set.review(0), set.review(1)], [null, "accepted"]);
  set.setReview(1, null);
  assert.equal(set.review(1), null);
});

test("columns of different lengths are refused", () => {
  for (const spoil of [{ label: [0] }, { box: [1, 2, 3] }, { confidence: [0.5] }, { counts: [1] }]) {
    assert.throws(() => decodeColumns({ ...sent([[{}, {}]]), ...spoil }), /incomplete/);
  }
});
