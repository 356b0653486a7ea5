import assert from "node:assert/strict";
import { test } from "node:test";

import { PictureCache, defaultCapacity_bytes } from "../../static/js/viewer/picture-cache.js";

/** @param {{width?: number, height?: number}} size 400 bytes by default */
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

/** @param {{pictures: number, wanted?: number, direction?: number}} limits */
function makeCache({ pictures, wanted = 0, direction = 0 }) {
  /** @type {PictureCache<ReturnType<typeof makePicture>>} */
  const cache = new PictureCache({ capacity_bytes: pictures * 400 });
  cache.aim(wanted, direction);
  return cache;
}

/**
 * @param {PictureCache<ReturnType<typeof makePicture>>} cache
 * @param {number[]} indexes
 */
function keepAll(cache, indexes) {
  const pictures = indexes.map(() => makePicture());
  indexes.forEach((index, place) => cache.keep(index, /** @type {ReturnType<typeof makePicture>} */ (pictures[place])));
  return pictures;
}

test("what is farthest from the wanted frame is thrown out first, and closed", () => {
  const cache = makeCache({ pictures: 3, wanted: 10 });
  const [far] = keepAll(cache, [2, 9, 11, 12]);
  assert.deepEqual(cache.ranges, [[9, 9], [11, 12]]);
  assert.equal(far?.isClosed, true);
  assert.equal(cache.held_bytes, 1200);
});

test("what lies behind the hand goes before what lies ahead of it", () => {
  const cache = makeCache({ pictures: 2, wanted: 10, direction: 1 });
  keepAll(cache, [7, 14, 15]);
  assert.deepEqual(cache.ranges, [[14, 15]]);
  const back = makeCache({ pictures: 2, wanted: 10, direction: -1 });
  keepAll(back, [5, 6, 13]);
  assert.deepEqual(back.ranges, [[5, 6]]);
});

test("a picture that comes from farther away than all that fits is closed at once", () => {
  const cache = makeCache({ pictures: 2, wanted: 10 });
  const pictures = keepAll(cache, [10, 11, 40]);
  assert.deepEqual(pictures.map(({ isClosed }) => isClosed), [false, false, true]);
});

test("the wanted frame stays, even when it alone is larger than the capacity", () => {
  const cache = makeCache({ pictures: 2, wanted: 5 });
  cache.keep(4, makePicture());
  cache.keep(5, makePicture({ width: 100 }));
  assert.deepEqual(cache.ranges, [[5, 5]]);
});

test("pictures that are being made elsewhere take their room before they come", () => {
  const cache = makeCache({ pictures: 4, wanted: 0 });
  keepAll(cache, [0, 1, 2, 3]);
  cache.expected = 2;
  assert.deepEqual(cache.ranges, [[0, 1]]);
  cache.expected = 0;
  keepAll(cache, [2, 3]);
  assert.equal(cache.held_bytes, 1600);
});

test("a smaller capacity throws out at once what no longer fits", () => {
  const cache = makeCache({ pictures: 4, wanted: 3 });
  const pictures = keepAll(cache, [0, 1, 2, 3]);
  cache.capacity_bytes = 800;
  assert.deepEqual([cache.ranges, cache.capacity_bytes], [[[2, 3]], 800]);
  assert.deepEqual(pictures.map(({ isClosed }) => isClosed), [true, true, false, false]);
});

test("a frame that arrives twice is held once", () => {
  const cache = makeCache({ pictures: 4 });
  const [first, second] = keepAll(cache, [1, 1]);
  assert.equal(first?.isClosed, true);
  assert.equal(cache.peek(1), second);
  assert.equal(cache.held_bytes, 400);
});

test("runs of frames that follow one another are told as one", () => {
  const cache = makeCache({ pictures: 9 });
  assert.deepEqual(cache.ranges, []);
  keepAll(cache, [7, 2, 1, 8, 3]);
  assert.deepEqual(cache.ranges, [[1, 3], [7, 8]]);
});

test("the nearest held frame is found on either side", () => {
  const cache = makeCache({ pictures: 9 });
  assert.equal(cache.nearest(4), null);
  keepAll(cache, [2, 9]);
  assert.deepEqual([cache.nearest(5), cache.nearest(6), cache.nearest(90)], [2, 9, 9]);
});

test("the room is counted in the largest pictures seen", () => {
  const cache = makeCache({ pictures: 10 });
  assert.equal(cache.room, Infinity);
  cache.keep(1, makePicture());
  assert.equal(cache.room, 10);
});

test("a disposed cache closes everything, the wanted frame too", () => {
  const cache = makeCache({ pictures: 4, wanted: 1 });
  const pictures = keepAll(cache, [1, 2]);
  cache.dispose();
  assert.ok(pictures.every(({ isClosed }) => isClosed));
  assert.deepEqual([cache.held_bytes, cache.ranges], [0, []]);
});

test("the capacity is a sixteenth of the device's memory, within bounds", () => {
  const MiB = (/** @type {number | undefined} */ memory) => defaultCapacity_bytes(memory) / 1024 / 1024;
  assert.deepEqual([0.5, 2, 4, 8, 16, undefined].map(MiB), [128, 128, 256, 512, 512, 256]);
});
