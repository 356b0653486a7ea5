import assert from "node:assert/strict";
import { test } from "node:test";

import { PictureCache } from "../../static/js/viewer/picture-cache.js";

/** @param {{width?: number, height?: number}} size */
function makePicture({ width = 10, height = 10 } = {}) {
  const picture = {
    width,
    height,
    isClosed: false,
    close() {
      picture.isClosed = true;
    },
  };
  return picture;
}

test("pictures are held up to the capacity, and the least recently used goes first", () => {
  const cache = new PictureCache({ capacity_bytes: 1200 });
  const [first, second, third, fourth] = [makePicture(), makePicture(), makePicture(), makePicture()];
  cache.keep(1, first);
  cache.keep(2, second);
  cache.keep(3, third);
  cache.take(1);
  cache.keep(4, fourth);
  assert.deepEqual([1, 2, 3, 4].map((index) => cache.has(index)), [true, false, true, true]);
  assert.equal(second.isClosed, true);
  assert.equal(cache.held_bytes, 1200);
});

test("a picture larger than the capacity is held alone", () => {
  const cache = new PictureCache({ capacity_bytes: 1000 });
  cache.keep(1, makePicture());
  cache.keep(2, makePicture({ width: 100 }));
  assert.deepEqual([cache.has(1), cache.has(2)], [false, true]);
});

test("a frame that arrives twice is held once", () => {
  const cache = new PictureCache();
  const [first, second] = [makePicture(), makePicture()];
  cache.keep(1, first);
  cache.keep(1, second);
  assert.equal(first.isClosed, true);
  assert.equal(cache.take(1), second);
  assert.equal(cache.held_bytes, 400);
});

test("the room is counted in the largest pictures seen", () => {
  const cache = new PictureCache({ capacity_bytes: 4000 });
  assert.equal(cache.room, Infinity);
  cache.keep(1, makePicture());
  assert.equal(cache.room, 10);
});

test("a disposed cache closes everything", () => {
  const cache = new PictureCache();
  const picture = makePicture();
  cache.keep(1, picture);
  cache.dispose();
  assert.equal(picture.isClosed, true);
  assert.equal(cache.held_bytes, 0);
});
