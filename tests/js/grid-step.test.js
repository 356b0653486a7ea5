import assert from "node:assert/strict";
import { test } from "node:test";

import { gridStep } from "../../static/js/lib/grid-step.js";

const PLACE = { index: 4, columns: 3, count: 8 };

test("arrows lead to the neighbors", () => {
  assert.deepEqual(
    ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"].map((key) => gridStep(key, PLACE)),
    [3, 5, 1, 7],
  );
});

test("Home and End lead to the ends", () => {
  assert.deepEqual([gridStep("Home", PLACE), gridStep("End", PLACE)], [0, 7]);
});

test("down from above a short last row leads to its last cell", () => {
  assert.equal(gridStep("ArrowDown", { ...PLACE, index: 5 }), 7);
});

test("a key that leads nowhere, or is no move, leads to null", () => {
  assert.equal(gridStep("ArrowUp", { ...PLACE, index: 1 }), null);
  assert.equal(gridStep("ArrowDown", { ...PLACE, index: 6 }), null);
  assert.equal(gridStep("ArrowLeft", { ...PLACE, index: 0 }), null);
  assert.equal(gridStep("x", PLACE), null);
});

test("a page further is so many rows in the same column, and no further than the last", () => {
  const place = { index: 4, columns: 3, count: 20, rows: 3 };
  assert.deepEqual(["PageDown", "PageUp"].map((key) => gridStep(key, place)), [13, 1]);
  assert.equal(gridStep("PageDown", { ...place, index: 17 }), 19);
  assert.equal(gridStep("PageDown", { ...place, index: 10 }), 19);
  assert.equal(gridStep("PageUp", { ...place, index: 1 }), null);
});
