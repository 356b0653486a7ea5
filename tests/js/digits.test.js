import assert from "node:assert/strict";
import { test } from "node:test";

import { clockTime, grouped, lasted, pixelSize } from "../../static/js/lib/digits.js";

test("thousands stand apart by a narrow space", () => {
  assert.deepEqual([0, 999, 1000, 2_100_000].map(grouped), ["0", "999", "1\u202f000", "2\u202f100\u202f000"]);
  assert.equal(pixelSize({ width: 1920, height: 800 }), "1\u202f920 × 800 px");
});

test("a frame's time is its start, to the millisecond", () => {
  assert.equal(clockTime(412 / 30), "00:13.733");
  assert.equal(clockTime(0), "00:00.000");
  assert.equal(clockTime(2999 / 0.5), "1:39:58.000");
});

test("a duration is written in the units one thinks in", () => {
  assert.deepEqual([0.44, 12.9, 200, 7500].map(lasted), ["0.4 s", "12 s", "3 min 20 s", "2 h 5 min"]);
});
