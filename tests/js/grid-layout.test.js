import assert from "node:assert/strict";
import { test } from "node:test";

import { GridLayout } from "../../static/js/grid/grid-layout.js";
import { ScrollScale } from "../../static/js/grid/scroll-scale.js";

const MEASURE = { width_px: 1440, cell_px: 168, gap_px: 2, ratio: 1.5, count: 1003 };
const WINDOW_PX = 900;

test("cells fill the width in whole pixels, with the same gap between all of them", () => {
  for (const width_px of [1440, 1441, 1446.5, 390, 1920]) {
    const layout = new GridLayout({ ...MEASURE, width_px });
    let right = 0;
    for (let column = 0; column < layout.columns; column += 1) {
      const { left_px, width_px: cell_px } = layout.columnOf(column);
      assert.equal(left_px, right + 2);
      assert.ok(Number.isInteger(left_px) && Number.isInteger(cell_px) && cell_px >= 167);
      right = left_px + cell_px;
    }
    assert.ok(Math.abs(width_px - right - 2) <= 1, `${width_px}`);
    assert.ok(Number.isInteger(layout.pitch_px));
  }
});

test("a window narrower than a cell has one column", () => {
  assert.equal(new GridLayout({ ...MEASURE, width_px: 120 }).columns, 1);
});

test("a position and its place lead to each other", () => {
  const layout = new GridLayout(MEASURE);
  assert.equal(layout.columns, 8);
  assert.equal(layout.rowCount, 126);
  for (const position of [0, 7, 8, 1002]) {
    const first = layout.positionAt(layout.topOf(position) + 5);
    assert.ok(first <= position && position < first + 8);
  }
  assert.equal(layout.positionAt(-50), 0);
  assert.equal(layout.positionAt(10 * layout.full_px), 1000);
});

test("what touches a stretch is whole rows, and never a cell there is not", () => {
  const layout = new GridLayout(MEASURE);
  const pitch = layout.pitch_px;
  assert.deepEqual(layout.between(0, pitch), { start: 0, end: 8 });
  assert.deepEqual(layout.between(pitch - 1, 2 * pitch + 1), { start: 0, end: 24 });
  assert.deepEqual(layout.between(-900, 1), { start: 0, end: 8 });
  assert.deepEqual(layout.between(layout.full_px - 1, layout.full_px + 900), { start: 1000, end: 1003 });
  assert.deepEqual(new GridLayout({ ...MEASURE, count: 0 }).between(0, 900), { start: 0, end: 0 });
});

/** @param {number} rows */
function scaleOf(rows, pitch_px = 120) {
  const scale = new ScrollScale();
  scale.measure({ full_px: rows * pitch_px, window_px: WINDOW_PX, pitch_px });
  return scale;
}

test("what the page can hold is not scaled", () => {
  const scale = scaleOf(12_500);
  assert.equal(scale.box_px, 1_500_000);
  for (const page_px of [-140, 0, 7, 900_000, 1_499_100]) {
    assert.equal(scale.follow(page_px), null);
    assert.equal(scale.offset_px, page_px);
  }
});

test("a box never grows beyond what browsers can hold, and stays whole rows from the truth", () => {
  const scale = scaleOf(10_000_000);
  assert.ok(scale.box_px <= 8_000_000);
  assert.equal((10_000_000 * 120 - scale.box_px) % 120, 0);
});

test("the scrollbar reaches both ends and every place between", () => {
  const rows = 500_000;
  const scale = scaleOf(rows);
  scale.follow(scale.box_px - WINDOW_PX);
  assert.equal(scale.offset_px, rows * 120 - WINDOW_PX);
  scale.follow(scale.box_px / 2);
  assert.ok(Math.abs(scale.offset_px / (rows * 120) - 0.5) < 0.001);
  scale.follow(0);
  assert.equal(scale.offset_px, 0);
});

test("a wheel moves pixel by pixel through all of it, from the end to the beginning", () => {
  const scale = scaleOf(100_000);
  let page_px = scale.goTo(100_000 * 120 - WINDOW_PX);
  let offset_px = scale.offset_px;
  let corrections = 0;
  while (offset_px > 0) {
    assert.ok(page_px > 0, `the page ended ${offset_px} px too soon`);
    const step_px = Math.min(100, page_px);
    const corrected = scale.follow(page_px - step_px);
    offset_px -= step_px;
    assert.ok(Math.abs(scale.offset_px - offset_px) < 1e-6);
    if (corrected !== null) corrections += 1;
    page_px = corrected ?? page_px - step_px;
  }
  assert.equal(page_px, 0);
  assert.ok(corrections < 200, `${corrections} corrections`);
});

test("after a wheel the scrollbar is put where the truth is, and nothing seen moves", () => {
  const scale = scaleOf(500_000);
  scale.goTo(30_000_000);
  const before_px = scale.goTo(30_000_000);
  for (let step = 1; step <= 300; step += 1) scale.follow(before_px + 100 * step);
  const offset_px = scale.offset_px;
  const settled_px = /** @type {number} */ (scale.settle());
  assert.equal(scale.offset_px, offset_px);
  assert.ok(settled_px < before_px + 30_000);
  assert.equal(scale.shift_px % 120, 0);
  assert.equal(scale.settle(), null);
});
