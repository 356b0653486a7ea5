import assert from "node:assert/strict";
import { test } from "node:test";

import { Camera } from "../../static/js/viewer/camera.js";

const STAGE = { width: 800, height: 600 };
const PICTURE = { width: 1600, height: 800 };

/** @param {{stage?: typeof STAGE, picture?: typeof PICTURE, density?: number}} [sizes] */
function camera({ stage = STAGE, picture = PICTURE, density = 1 } = {}) {
  const made = new Camera();
  made.resizeStage(stage, density);
  made.resizePicture(picture);
  return made;
}

/**
 * The picture's point under a point of the stage.
 * @param {Camera} at
 * @param {{x: number, y: number}} point
 */
function under(at, point) {
  return [(point.x - at.origin.x) / at.scale, (point.y - at.origin.y) / at.scale].map((value) => Math.round(value * 1000) / 1000);
}

test("a picture is fitted at first, in the middle", () => {
  const at = camera();
  assert.deepEqual([at.mode, at.scale, at.origin, at.isCropped], ["fit", 0.5, { x: 0, y: 100 }, false]);
});

test("zooming keeps what is under the pointer there", () => {
  const at = camera();
  const pointer = { x: 200, y: 250 };
  const before = under(at, pointer);
  at.zoomBy(4, pointer);
  assert.deepEqual(under(at, pointer), before);
  at.zoomBy(2, pointer);
  assert.deepEqual(under(at, pointer), before);
  assert.equal(at.scale, 4);
});

test("zooming out ends with the whole picture, zooming in at 64", () => {
  const at = camera();
  at.zoomBy(1000);
  assert.equal(at.scale, 64);
  at.zoomBy(1 / 100000, { x: 10, y: 10 });
  assert.deepEqual([at.mode, at.scale, at.origin], ["fit", 0.5, { x: 0, y: 100 }]);
});

test("pixel for pixel counts the screen's own pixels", () => {
  const at = camera({ density: 2 });
  at.actual();
  assert.deepEqual([at.mode, at.scale, at.deviceScale], ["actual", 0.5, 1]);
});

test("a picture smaller than the stage can be made as small as itself", () => {
  const at = camera({ picture: { width: 80, height: 60 } });
  assert.equal(at.scale, 10);
  at.actual();
  assert.deepEqual([at.scale, at.origin], [1, { x: 360, y: 270 }]);
});

test("the picture's edges do not leave the stage's", () => {
  const at = camera();
  at.actual();
  at.panBy({ x: 5000, y: 5000 });
  assert.deepEqual(at.origin, { x: 0, y: 0 });
  at.panBy({ x: -5000, y: -5000 });
  assert.deepEqual(at.origin, { x: -800, y: -200 });
});

test("a fitted picture cannot be moved", () => {
  const at = camera();
  at.panBy({ x: 50, y: 50 });
  assert.deepEqual(at.origin, { x: 0, y: 100 });
});

test("another stage keeps the middle and the scale", () => {
  const at = camera();
  at.zoomTo(2);
  at.panBy({ x: -300, y: 100 });
  const before = under(at, { x: 400, y: 300 });
  at.resizeStage({ width: 500, height: 900 }, 1);
  assert.deepEqual([at.scale, under(at, { x: 250, y: 450 })], [2, before]);
});

test("another stage keeps a fitted picture fitted", () => {
  const at = camera();
  at.resizeStage({ width: 400, height: 400 }, 1);
  assert.deepEqual([at.scale, at.origin], [0.25, { x: 0, y: 100 }]);
});

test("a frame of another size shows the same part of the scene", () => {
  const at = camera();
  at.zoomTo(2);
  at.panBy({ x: -400, y: 0 });
  const [x, y] = under(at, { x: 400, y: 300 });
  at.resizePicture({ width: 800, height: 400 });
  assert.equal(at.scale, 4);
  assert.deepEqual(under(at, { x: 400, y: 300 }), [Number(x) / 2, Number(y) / 2]);
});

test("a stage that has no size yet breaks nothing", () => {
  const at = new Camera();
  at.resizePicture(PICTURE);
  at.zoomBy(2);
  at.fit();
  at.resizeStage(STAGE, 1);
  assert.deepEqual([at.scale, at.origin], [0.5, { x: 0, y: 100 }]);
});
