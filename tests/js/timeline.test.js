import assert from "node:assert/strict";
import { test } from "node:test";

import { Timeline } from "../../static/js/viewer/timeline.js";

test("every frame of an even timeline is found at its own start, whatever the rate", () => {
  for (const rate_hz of [5, 23.976, 24000 / 1001, 25, 29.97, 30, 59.94, 120]) {
    const timeline = Timeline.even(3000, rate_hz);
    for (let index = 0; index < 3000; index += 1) {
      assert.equal(timeline.indexAt(timeline.start_s(index)), index);
      assert.equal(timeline.indexAt((index + 0.5) / rate_hz), index);
    }
  }
});

test("a frame of uneven length stays on screen until the next begins", () => {
  const timeline = new Timeline([0, 0.1, 0.5, 0.6], 0.7);
  assert.deepEqual([0, 0.09, 0.1, 0.3, 0.49, 0.5, 0.65, 9].map((time_s) => timeline.indexAt(time_s)), [0, 0, 1, 1, 1, 2, 3, 3]);
});

test("before the first frame begins, the first is meant", () => {
  const timeline = Timeline.even(60, 30, 2);
  assert.equal(timeline.indexAt(0), 0);
  assert.equal(timeline.start_s(0), 2);
  assert.equal(timeline.start_s(60), 4);
  assert.equal(timeline.rate_hz, 30);
});

test("an index beyond the ends means the frame at that end, and no number the first", () => {
  const timeline = Timeline.even(10, 30);
  assert.deepEqual([-5, 3.9, 10, Infinity, NaN].map((index) => timeline.clamp(index)), [0, 3, 9, 9, 0]);
});

test("a scene without frames has no timeline", () => {
  assert.throws(() => new Timeline([], 0), RangeError);
});
