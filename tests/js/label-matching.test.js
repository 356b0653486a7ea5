import assert from "node:assert/strict";
import { test } from "node:test";

import { FALSE, MATCHED, MISSED, NONE, match } from "../../static/js/labels/label-matching.js";
import { coveredArea, polygonIou } from "../../static/js/labels/polygon-geometry.js";
import { labelSet, polygon, randomNumbers } from "./label-sets.js";

const HALF = { truth: 0, run: 1, threshold: 0.5, classAware: true };

/**
 * @param {import("./label-sets.js").Shape[]} shapes
 * @param {Partial<import("../../static/js/labels/label-matching.js").Comparison>} [comparison]
 */
function matched(shapes, comparison = {}) {
  const { state, partner, iou } = match(labelSet(shapes), { ...HALF, ...comparison });
  return { state: [...state], partner: [...partner], iou: [...iou].map((value) => Number(value.toFixed(4))) };
}

test("the pair that overlaps most goes first, and everybody has one partner", () => {
  const { state, partner, iou } = matched([
    { box: [0, 0, 100, 100] },
    { source: 1, box: [0, 0, 100, 60] },
    { source: 1, box: [0, 0, 100, 90] },
    { box: [200, 0, 300, 100] },
    { source: 1, box: [400, 0, 500, 100] },
  ]);
  assert.deepEqual(state, [MATCHED, FALSE, MATCHED, MISSED, FALSE]);
  assert.deepEqual(partner, [2, -1, 0, -1, -1]);
  assert.deepEqual(iou, [0.9, 0.6, 0.9, 0, 0]);
});

test("the threshold is met by what is equal to it", () => {
  const shapes = [{ box: [0, 0, 100, 100] }, { source: 1, box: [0, 0, 100, 50] }];
  assert.deepEqual(matched(shapes, { threshold: 0.5 }).state, [MATCHED, MATCHED]);
  assert.deepEqual(matched(shapes, { threshold: 0.51 }).state, [MISSED, FALSE]);
  assert.deepEqual(matched([{ box: [0, 0, 9, 9] }, { source: 1, box: [9, 0, 18, 9] }], { threshold: 0 }).state, [MISSED, FALSE]);
});

test("classes count or do not, and who is hidden takes no part", () => {
  const shapes = [{ box: [0, 0, 9, 9] }, { source: 1, label: "dog", box: [0, 0, 9, 9] }];
  assert.deepEqual(matched(shapes).state, [MISSED, FALSE]);
  assert.deepEqual(matched(shapes, { classAware: false }).state, [MATCHED, MATCHED]);
  assert.deepEqual(matched(shapes, { classAware: false, visible: Uint8Array.of(1, 0) }).state, [MISSED, NONE]);
});

test("what has no place, and what is of another run, has no part", () => {
  const shapes = [{ kind: /** @type {const} */ ("category") }, { source: 2, box: [0, 0, 9, 9] }, { box: [0, 0, 9, 9] }];
  assert.deepEqual(matched(shapes).state, [NONE, NONE, MISSED]);
});

test("polygons are compared as they are; a polygon and a box by their bounds", () => {
  const corner = polygon([0, 0, 100, 0, 100, 20, 20, 20, 20, 100, 0, 100]);
  const other = polygon([100, 100, 0, 100, 0, 80, 80, 80, 80, 0, 100, 0], { source: 1 });
  assert.deepEqual(matched([corner, other], { threshold: 0.3 }).state, [MISSED, FALSE]);
  assert.deepEqual(matched([corner, { source: 1, box: [0, 0, 100, 100] }]).iou, [1, 1]);
});

test("a thing that one side names as a box and as a polygon is matched with both or with none", () => {
  const twice = [{ box: [0, 0, 10, 10] }, polygon([0, 0, 10, 0, 10, 10, 0, 10])];
  assert.deepEqual(matched([...twice, { source: 1, box: [0, 0, 10, 9] }]).state, [MATCHED, MATCHED, MATCHED]);
  assert.deepEqual(matched([...twice, { source: 1, box: [0, 0, 10, 1] }]).state, [MISSED, MISSED, FALSE]);
  const two = [{ box: [0, 0, 10, 10] }, { box: [0, 0, 10, 10] }, { source: 1, box: [0, 0, 10, 10] }];
  assert.deepEqual(matched(two).state, [MATCHED, MISSED, MATCHED]);
});

test("a threshold that is moved to and fro finds what it finds at first", () => {
  const random = randomNumbers(5);
  const shapes = Array.from({ length: 60 }, (_, i) => {
    const [x, y, side] = [8 * i - (i % 2) * 8 + 3 * random(), 100 * random() ** 3, 20 + 20 * random()];
    return polygon([x, y, x + side, y + 9 * random(), x + side / 2, y + side], { source: i % 2 });
  });
  const set = labelSet(shapes);
  for (const threshold of [0.6, 0.1, 0.3, 0.6]) {
    const [moved, fresh] = [set, labelSet(shapes)].map((one) => match(one, { ...HALF, threshold }));
    assert.deepEqual([moved.state, moved.partner], [fresh.state, fresh.partner]);
    assert.ok(moved.state.includes(MATCHED) && moved.state.includes(MISSED));
  }
});

test("poses are compared with poses, where both sides have some", () => {
  const pose = { kind: /** @type {const} */ ("keypoints"), box: [0, 0, 10, 10], more: { keypoints: [] } };
  assert.deepEqual(matched([pose, { source: 1, box: [0, 0, 10, 10] }]).state, [NONE, FALSE]);
  assert.deepEqual(matched([pose, { ...pose, source: 1 }]).state, [MATCHED, MATCHED]);
});

test("polygons overlap as much as a fine raster says, whether they are hollow or cross themselves", () => {
  const random = randomNumbers(7);
  const star = () => Array.from({ length: 2 * (3 + Math.floor(random() * 9)) }, () => random() * 100);
  for (let round = 0; round < 25; round += 1) {
    const [one, other] = [star(), star()];
    const { iou, area } = rastered(one, other);
    assert.ok(Math.abs(polygonIou(one, other) - iou) < 0.01, `${round}: ${polygonIou(one, other)} is not ${iou}`);
    assert.ok(Math.abs(coveredArea(one) - area) < 40, `${round}: ${coveredArea(one)} is not ${area}`);
    assert.ok(Math.abs(polygonIou(one, one) - 1) < 1e-9);
  }
});

/**
 * By looking at 400 x 400 points.
 * @param {number[]} one
 * @param {number[]} other
 */
function rastered(one, other) {
  let [both, either, area] = [0, 0, 0];
  for (let row = 0; row < 400; row += 1) {
    const [inOne, inOther] = [rowOf(one, row / 4 + 0.125), rowOf(other, row / 4 + 0.125)];
    for (let column = 0; column < 400; column += 1) {
      const [isOne, isOther] = [inOne[column], inOther[column]];
      area += isOne;
      both += isOne & isOther;
      either += isOne | isOther;
    }
  }
  return { iou: both / either, area: area / 16 };
}

/**
 * @param {number[]} points
 * @param {number} y
 */
function rowOf(points, y) {
  const row = new Uint8Array(400);
  for (let i = 0; i < points.length; i += 2) {
    const [ax, ay, bx, by] = [points[i], points[i + 1], points[(i + 2) % points.length], points[(i + 3) % points.length]];
    if (ay > y === by > y) continue;
    const x = ax + ((y - ay) / (by - ay)) * (bx - ax);
    for (let column = 0; column < 400; column += 1) if (column / 4 + 0.125 > x) row[column] ^= 1;
  }
  return row;
}
