import assert from "node:assert/strict";
import { test } from "node:test";

import { nextSpeed, shuttled, speedText } from "../../static/js/viewer/speeds.js";

test("faster and slower walk the menu, in the direction that plays", () => {
  assert.deepEqual([nextSpeed(1, 1), nextSpeed(1, -1), nextSpeed(-2, 1), nextSpeed(-2, -1)], [2, 0.5, -4, -1]);
});

test("the menu's ends are ends", () => {
  assert.deepEqual([nextSpeed(8, 1), nextSpeed(0.1, -1), nextSpeed(-8, 1)], [8, 0.1, -8]);
});

test("L plays, then twice as fast with each press, and J turns round", () => {
  assert.deepEqual([0, 1, 2, 4, 8].map((speed) => shuttled(speed, 1)), [1, 2, 4, 8, 8]);
  assert.deepEqual([4, -1, -2].map((speed) => shuttled(speed, -1)), [-1, -2, -4]);
  assert.equal(shuttled(0.25, 1), 1);
});

test("a speed is written with its sign", () => {
  assert.deepEqual([0.25, 1, -2].map(speedText), ["0.25×", "1×", "−2×"]);
});
