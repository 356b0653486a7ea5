import assert from "node:assert/strict";
import { test } from "node:test";

import { placeTags } from "../../static/js/labels/label-tags.js";
import { labelSet, randomNumbers } from "./label-sets.js";

/** @typedef {import("../../static/js/labels/label-tags.js").Tag} Tag */

const VIEW = { x: 0, y: 0, scale: 1, width: 800, height: 600, density: 1 };
const SIZE = { width: 40, height: 16 };

/**
 * @param {number[][]} boxes
 * @param {{view?: typeof VIEW, visible?: Uint8Array | null, first?: number[], text?: (index: number) => string}} [wishes]
 */
function placed(boxes, { view = VIEW, visible = null, ...wishes } = {}) {
  return placeTags(labelSet(boxes.map((box) => ({ box }))), visible, view, () => SIZE, wishes);
}

test("a name goes above its shape, else below, else inside, else nowhere", () => {
  assert.deepEqual(placed([[100, 100, 200, 200]]), [{ index: 0, x: 100, y: 82, text: "car", anchor: "above" }]);
  assert.deepEqual(placed([[100, 5, 200, 200]]).map(({ y, anchor }) => [y, anchor]), [[202, "below"]]);
  assert.deepEqual(placed([[0, 0, 800, 600]]).map(({ x, y, anchor }) => [x, y, anchor]), [[2, 2, "inside"]]);
  assert.deepEqual(placed([[100, -500, 130, 900]]), []);
});

test("names stay on the canvas with what is seen of their shapes", () => {
  assert.deepEqual(placed([[-300, 100, 50, 200]]).map(({ x }) => x), [0]);
  assert.deepEqual(placed([[790, 100, 990, 200]]).map(({ x }) => x), [760]);
  assert.deepEqual(placed([[10, 10, 30, 30]], { view: { ...VIEW, x: 300, scale: 4 } }).map(({ x, y }) => [x, y]), [[340, 22]]);
});

test("the largest get theirs first; small, hidden and far ones get none unless they are chosen", () => {
  const boxes = [[110, 110, 160, 160], [100, 99, 300, 299], [400, 100, 405, 105], [900, 100, 999, 199]];
  assert.deepEqual(placed(boxes).map(({ index, anchor }) => [index, anchor]), [[1, "above"], [0, "below"]]);
  assert.deepEqual(placed(boxes, { first: [2, -1, 3] }).map(({ index }) => index), [2, 1, 0]);
  assert.deepEqual(placed(boxes, { visible: Uint8Array.of(1, 0, 0, 0), first: [2] }).map(({ index }) => index), [0]);
  assert.equal(placed([[100, -500, 130, 900]], { first: [0] }).length, 1);
});

test("a thing that is named by several shapes is named once, unless another one is chosen or says something else", () => {
  const boxes = [[100, 100, 300, 300], [104, 97, 290, 290], [104, 120, 290, 290]];
  assert.deepEqual(placed(boxes).map(({ index }) => index), [0, 2]);
  assert.deepEqual(placed(boxes, { first: [1] }).map(({ index }) => index), [1, 2]);
  assert.equal(placed(boxes, { text: String }).length, 3);
});

test("a tag says what it is told to say", () => {
  assert.equal(placed([[100, 100, 200, 200]], { text: (index) => `<b>${index}` })[0].text, "<b>0");
});

test("in a crowd no name lies over another or over its own shape's inside, and there are at most 200", () => {
  const random = randomNumbers();
  const boxes = Array.from({ length: 5000 }, () => {
    const [x, y] = [3000 * random(), 2000 * random()];
    return [x, y, x + 20 + 80 * random(), y + 20 + 80 * random()];
  });
  const view = { ...VIEW, width: 3200, height: 2200 };
  const tags = placed(boxes, { view, text: String });
  assert.equal(tags.length, 200);
  const over = (/** @type {Tag} */ a, /** @type {Tag} */ b) => Math.abs(a.x - b.x) < SIZE.width && Math.abs(a.y - b.y) < SIZE.height;
  tags.forEach((tag, at) => assert.ok(tags.every((other, place) => place === at || !over(tag, other)), tag.text));
  for (const { index, y, anchor } of tags) {
    const [, top, , bottom] = boxes[index];
    assert.ok(anchor === "inside" || (anchor === "above" ? y + SIZE.height <= top : y >= bottom), anchor);
  }
});
