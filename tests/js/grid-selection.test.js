import assert from "node:assert/strict";
import { test } from "node:test";

import { GridPlace, readView, withView } from "../../static/js/grid/grid-place.js";
import { GridSelection, rangeBetween } from "../../static/js/grid/grid-selection.js";

/** @param {string} ids */
const rows = (ids) => [...ids].map((id) => ({ id }));

test("a second range from the same start replaces the first, and leaves what was selected before", () => {
  const selection = new GridSelection();
  selection.toggle({ id: "a" }, 0);
  selection.toggle({ id: "c" }, 2);
  selection.selectRange(rows("cdef"));
  selection.selectRange(rows("cd"));
  assert.deepEqual(selection.ids, ["a", "c", "d"]);
  assert.equal(selection.anchor, 2);
});

test("all but some are selected without their ids", () => {
  const selection = new GridSelection();
  selection.selectAll();
  selection.toggle({ id: "b" }, 1);
  assert.deepEqual([selection.isAll, selection.count(500_000), selection.but, selection.ids], [true, 499_999, ["b"], []]);
  assert.deepEqual([selection.has("a"), selection.has("b")], [true, false]);
  selection.selectRange(rows("abc"));
  assert.deepEqual([selection.but, selection.has("b")], [[], true]);
});

test("what an address leaves out of all is left out, and a range goes on from there", () => {
  const selection = new GridSelection();
  selection.restoreAllBut(["b", "c"]);
  assert.deepEqual([selection.isAll, selection.but, selection.ids, selection.count(10)], [true, ["b", "c"], [], 8]);
  selection.selectRange(rows("b"));
  assert.deepEqual(selection.but, ["c"]);
});

test("clearing forgets the start of a range", () => {
  const selection = new GridSelection();
  selection.toggle({ id: "a" }, 4);
  selection.clear();
  assert.deepEqual([selection.anchor, selection.count(10), selection.has("a")], [null, 0, false]);
});

test("objects stand for the items they are on, each once", () => {
  const selection = new GridSelection();
  selection.toggle({ id: "ann_1", item_id: "di_1" }, 0);
  selection.toggle({ id: "ann_2", item_id: "di_1" }, 1);
  assert.deepEqual([selection.ids, selection.itemIds], [["ann_1", "ann_2"], ["di_1"]]);
});

test("objects that an address names are found on their items, and what is gone is forgotten", () => {
  const selection = new GridSelection();
  selection.restore(["ann_1", "ann_2", "ann_3"]);
  selection.learn({ id: "ann_1", item_id: "di_1" });
  selection.learn({ id: "ann_9", item_id: "di_9" });
  selection.forget("ann_3");
  assert.deepEqual([selection.ids, selection.itemIds], [["ann_1", "ann_2"], ["di_1", "ann_2"]]);
});

test("a range runs in both directions", () => {
  assert.deepEqual([rangeBetween(3, 9), rangeBetween(9, 3)], [{ start: 3, end: 10 }, { start: 3, end: 10 }]);
});

const NONE = { isAll: false, ids: /** @type {string[]} */ ([]), but: /** @type {string[]} */ ([]), count: 0 };
const GRID = "https://transom.example/datasets/ds_1/?q=a%20%3D%201&sort=-id";

test("a view is read from the address it was written to", () => {
  const views = [
    { from: "di_abc", position: 412_000, size: "small", selected: NONE },
    { from: null, position: 0, size: "medium", selected: { ...NONE, isAll: true } },
    { from: null, position: 0, size: "medium", selected: { ...NONE, isAll: true, but: ["di_a", "di_b"] } },
    { from: null, position: 0, size: "large", selected: { ...NONE, ids: ["di_a", "ann_b"], count: 2 } },
    { from: "scn_x", position: 3, size: "medium", selected: { ...NONE, count: 1234 } },
  ];
  for (const view of views) assert.deepEqual(readView(new URL(withView(GRID, view)).search), view);
});

test("what else the address says is left, and what is as usual is not said", () => {
  const view = { from: "di_a", position: 0, size: "medium", selected: NONE };
  assert.equal(withView(`${GRID}&from=di_old&position=9&select=all&size=large&after=di_x`, view), new URL(`${GRID}`).href.replace("%20%3D%20", "+%3D+"));
});

test("of more than an address holds it tells the number", () => {
  const ids = Array.from({ length: 101 }, (_, n) => `di_${n}`);
  const view = { from: null, position: 0, size: "medium", selected: { ...NONE, ids, count: 101 } };
  assert.match(withView(GRID, view), /select=n101$/);
  view.selected = { ...NONE, isAll: true, but: ids, count: 5000 };
  assert.match(withView(GRID, view), /select=n5000$/);
});

test("nonsense in an address is nothing", () => {
  const many = Array.from({ length: 101 }, (_, n) => `di_${n}`).join(".");
  // What was to be left out is not to be selected because it cannot be read.
  const all = ["select=all-but.", "select=all-but.di_a.<b>", `select=all-but.${many}`];
  for (const search of ["?from=<b>&position=-4&select=!!.di", "?position=1e99&select=n", "?position=NaN&select=n99999999999999999", ...all.map((one) => `?${one}`)]) {
    assert.deepEqual(readView(search), { from: null, position: 0, size: "medium", selected: NONE });
  }
});

test("the address is written once for many changes, and at once when asked", async () => {
  /** @type {string[]} */
  const written = [];
  let href = GRID;
  const address = { read: () => href, replace: (/** @type {string} */ next) => void written.push((href = next)) };
  const place = new GridPlace(address, new AbortController().signal, 0.005);
  for (let position = 1; position < 50; position += 1) place.set({ from: "di_a", position, size: "medium", selected: NONE });
  assert.equal(written.length, 0);
  await new Promise((resolve) => setTimeout(resolve, 15));
  assert.equal(written.length, 1);
  place.set({ from: "di_b", position: 70, size: "medium", selected: NONE });
  place.write();
  assert.match(String(written[1]), /position=70/);
});

test("an address gets the view that it was given, not what became of that until it was written", () => {
  /** @type {string[]} */
  const written = [];
  const address = { read: () => "https://t.example/datasets/ds_1/", replace: (/** @type {string} */ href) => void written.push(href) };
  const place = new GridPlace(address, new AbortController().signal);
  const view = { from: "di_a", position: 4, size: "medium", selected: NONE };
  place.set(view);
  Object.assign(view, { from: "di_b", position: 70 });
  place.write();
  assert.match(String(written[0]), /from=di_a&position=4$/);
});
