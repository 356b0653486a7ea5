import assert from "node:assert/strict";
import { test } from "node:test";

import { Picker } from "../../static/js/labels/label-picking.js";
import { labelSet, line, polygon, randomNumbers } from "./label-sets.js";

const L_SHAPE = [0, 0, 100, 0, 100, 20, 20, 20, 20, 100, 0, 100];

/**
 * @param {import("./label-sets.js").Shape[]} shapes
 * @param {Uint8Array | null} [visible]
 */
function picker(shapes, visible = null) {
  return new Picker(labelSet(shapes), visible);
}

test("of boxes in each other the smallest under the point is meant, and a hidden one never", () => {
  const shapes = [{ box: [0, 0, 100, 100] }, { box: [10, 10, 50, 50] }, { box: [20, 20, 30, 30] }, { kind: /** @type {const} */ ("category") }];
  const all = picker(shapes);
  assert.deepEqual([all.at(25, 25, 2), all.at(45, 45, 2), all.at(90, 90, 2), all.at(103, 50, 2)], [2, 1, 0, -1]);
  assert.deepEqual([all.at(101.9, 50, 2), all.at(100, 100, 0), all.at(0, 0, 0)], [0, 0, 0]);
  assert.equal(picker(shapes, Uint8Array.of(1, 1, 0, 1)).at(25, 25, 2), 1);
  assert.deepEqual(all.allAt(25, 25, 2), [2, 1, 0]);
});

test("a larger shape under the point goes before a smaller one beside it, but for one too small to hit", () => {
  const shapes = [{ box: [0, 0, 100, 100] }, { box: [100.5, 40, 130, 60] }, { box: [50, 50, 51, 51] }];
  assert.deepEqual([picker(shapes).at(99.5, 50, 3), picker(shapes).at(100.2, 50, 3), picker(shapes).at(53, 52, 3)], [0, 1, 2]);
});

test("a polygon is picked where it is, not by its bounds", () => {
  const shapes = [polygon(L_SHAPE), polygon([30, 30, 90, 30, 90, 90, 30, 90])];
  const all = picker(shapes);
  assert.deepEqual([all.at(10, 90, 1), all.at(60, 60, 1), all.at(25, 25, 1), all.at(20.8, 60, 1)], [0, 1, -1, 0]);
});

test("lines and poses are picked along their strokes, before what lies behind them", () => {
  const keypoints = [[10, 10], [50, 10], [NaN, NaN], [90, 90]].map(([x, y]) => ({ x: x || null, y: y || null, visible: x > 0 }));
  const pose = { kind: /** @type {const} */ ("keypoints"), box: [10, 10, 90, 90], more: { keypoints, skeleton: [[0, 1], [1, 2], [2, 3]] } };
  const all = picker([{ box: [0, 0, 100, 100] }, line([0, 100, 100, 0]), pose]);
  assert.deepEqual([all.at(61, 40, 2), all.at(65, 65, 2), all.at(30, 11.5, 2), all.at(90, 91, 2), all.at(70, 80, 2)], [1, 0, 2, 2, 0]);
});

test("among thousands the same is found as when all are looked at", () => {
  const random = randomNumbers();
  const shapes = Array.from({ length: 3000 }, (_, i) => {
    const [x, y] = [random() * 2000, random() * 1000];
    const side = i % 100 === 0 ? 900 : 40 * random();
    return { box: [x, y, x + side, y + side * random()] };
  });
  const all = picker(shapes);
  let hits = 0;
  for (let i = 0; i < 500; i += 1) {
    const [x, y] = [random() * 2100 - 50, random() * 1100 - 50];
    const under = shapes.map(({ box }, index) => ({ box, index })).filter(({ box: [l, t, r, b] }) => x >= l && x <= r && y >= t && y <= b);
    const area = (/** @type {{box: number[]}} */ { box: [l, t, r, b] }) => (r - l) * (b - t);
    const expected = under.sort((one, other) => area(one) - area(other))[0]?.index ?? -1;
    assert.equal(all.at(x, y, 0), expected);
    hits += expected >= 0 ? 1 : 0;
  }
  assert.ok(hits > 100);
});

test("there is nothing to pick on a picture without labels", () => {
  assert.equal(picker([]).at(0, 0, 5), -1);
});
