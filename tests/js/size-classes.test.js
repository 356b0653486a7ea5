import assert from "node:assert/strict";
import { test } from "node:test";

import { SIZE_CLASSES, sizeClassOf, thumbnailSize } from "../../static/js/thumbnails/size-classes.js";

const [SMALL, , LARGE] = /** @type {import("../../static/js/thumbnails/size-classes.js").SizeClass[]} */ (SIZE_CLASSES);

test("a cell gets the smallest class that looks sharp on its display", () => {
  const name = (/** @type {number} */ width, /** @type {number} */ density) => sizeClassOf({ width, height: (width * 2) / 3 }, density).name;
  assert.deepEqual([name(112, 1), name(180, 1), name(272, 1), name(112, 2), name(180, 2), name(272, 2), name(800, 3)], ["s", "s", "m", "m", "m", "l", "l"]);
});

test("a thumbnail covers its class, whatever the shape of the picture", () => {
  for (const picture of [{ width: 3840, height: 2160 }, { width: 1000, height: 3000 }, { width: 500, height: 400 }]) {
    const { width, height } = thumbnailSize(picture, SMALL);
    assert.ok(width >= SMALL.width && height >= SMALL.height);
    assert.ok(width === SMALL.width || height === SMALL.height);
    assert.ok(Math.abs(width / height - picture.width / picture.height) < 0.01);
  }
});

test("no picture is made larger than it is, and no side longer than a canvas bears", () => {
  assert.deepEqual(thumbnailSize({ width: 320, height: 240 }, LARGE), { width: 320, height: 240 });
  assert.deepEqual(thumbnailSize({ width: 1, height: 1 }, SMALL), { width: 1, height: 1 });
  const strip = thumbnailSize({ width: 65000, height: 8 }, SMALL);
  assert.ok(strip.width <= 4096 && strip.height === 1);
});
