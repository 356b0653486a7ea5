import assert from "node:assert/strict";
import { test } from "node:test";

import { gridStep } from "../../static/js/lib/grid-step.js";
import { Selection } from "../../static/js/lib/selection.js";

const IDS = ["a", "b", "c", "d", "e", "f"];

test("ids come in the order they are shown, not in the order they were chosen", () => {
  const selection = new Selection(IDS);
  for (const id of ["e", "a", "c", "c"]) selection.toggle(id);
  assert.deepEqual(selection.ids, ["a", "e"]);
});

test("a range runs from the last toggled one, in either direction", () => {
  const selection = new Selection(IDS);
  selection.toggle("d");
  selection.extendTo("b");
  assert.deepEqual(selection.ids, ["b", "c", "d"]);
});

test("a second range from the same start replaces the first", () => {
  const selection = new Selection(IDS);
  selection.toggle("a");
  selection.toggle("c");
  selection.extendTo("f");
  selection.extendTo("d");
  assert.deepEqual(selection.ids, ["a", "c", "d"]);
});

test("a range without a start selects one", () => {
  const selection = new Selection(IDS);
  selection.extendTo("c");
  assert.deepEqual(selection.ids, ["c"]);
});

test("a range after a deselection starts there", () => {
  const selection = new Selection(IDS);
  selection.selectAll();
  selection.toggle("b");
  assert.deepEqual(selection.ids, ["a", "c", "d", "e", "f"]);
  selection.extendTo("c");
  assert.equal(selection.size, 6);
});

test("clearing forgets the start of the range", () => {
  const selection = new Selection(IDS);
  selection.toggle("a");
  selection.clear();
  selection.extendTo("e");
  assert.deepEqual(selection.ids, ["e"]);
});

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
