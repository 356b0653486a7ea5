import assert from "node:assert/strict";
import { test } from "node:test";

import { boxOn, boxWithin, cropView, fitInto, shareOf } from "../../static/js/thumbnails/crop-view.js";

const PICTURE = { width: 1920, height: 1080 };
const ASPECT = 1.5;
const CELL = { aspect: ASPECT, foot: 0 };

/** @param {number[]} crop @param {{width: number, height: number}} [picture] */
const view = (crop, picture = PICTURE) => cropView(crop, picture, CELL);

test("a box is shown with a margin of 15 %, in the shape of its cell", () => {
  assert.deepEqual(view([900, 500, 1000, 600]), { left: 853, top: 485, width: 195, height: 130 });
});

test("at the picture's edge the view moves inside, and the whole box is in it", () => {
  for (const crop of [[0, 0, 90, 60], [1900, 1000, 1920, 1080], [0, 500, 1920, 520], [700, 0, 760, 1080]]) {
    const { left, top, width, height } = view(crop);
    const [x = 0, y = 0, right = 0, bottom = 0] = crop;
    assert.ok(left >= 0 && top >= 0 && left + width <= PICTURE.width && top + height <= PICTURE.height);
    assert.ok(left <= x && top <= y && left + width >= right && top + height >= bottom, `${crop}`);
  }
});

test("a caption hides nothing of the box and its margin, where there is picture enough", () => {
  const { left, top, width, height } = cropView([900, 500, 1000, 600], PICTURE, { aspect: ASPECT, foot: 0.2 });
  assert.ok(Math.abs(width / height - ASPECT) < 0.01);
  assert.ok(top <= 485 && top + 0.8 * height >= 615 - 1);
  assert.ok(Math.abs(left + width / 2 - 950) <= 1);
});

test("a box of no size and a picture of one pixel have a view", () => {
  assert.deepEqual(view([5, 5, 5, 5], { width: 1, height: 1 }), { left: 0, top: 0, width: 1, height: 1 });
  const { width, height } = view([100, 100, 100, 100]);
  assert.ok(width >= 24 && height >= 24);
});

test("a box that reaches out of its picture is cut off there", () => {
  assert.deepEqual(boxWithin([-10, 1000, 50, 1200], PICTURE), { left: 0, top: 1000, width: 50, height: 80 });
});

test("a box drawn on a larger copy lies in the same place of a smaller one", () => {
  const crop = { box: [192, 108, 384, 216], of: PICTURE, ...CELL };
  assert.deepEqual(boxOn(crop, { width: 960, height: 540 }), [96, 54, 192, 108]);
  assert.deepEqual(boxOn({ ...crop, of: null }, { width: 960, height: 540 }), crop.box);
});

test("where a box lies in its view is told as shares of it", () => {
  assert.deepEqual(shareOf({ left: 60, top: 20, width: 20, height: 10 }, { left: 50, top: 10, width: 40, height: 40 }), {
    left: 0.25,
    top: 0.25,
    width: 0.5,
    height: 0.25,
  });
});

test("a view of another shape than its cell is seen whole", () => {
  assert.deepEqual(fitInto({ width: 300, height: 100 }, ASPECT), { width: 1, height: 0.5 });
  assert.deepEqual(fitInto({ width: 100, height: 100 }, 2), { width: 0.5, height: 1 });
});
