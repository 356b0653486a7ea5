import assert from "node:assert/strict";
import { test } from "node:test";

import { ByteRing } from "../../static/js/viewer/sources/byte-ring.js";

/** @param {[number, number][]} files index and bytes */
function makeRing(...files) {
  /** @type {ByteRing<{size: number}>} */
  const ring = new ByteRing(100);
  for (const [index, size] of files) ring.keep(index, { size });
  return ring;
}

test("files are kept up to the capacity, and the least recently used goes first", () => {
  const ring = makeRing([1, 40], [2, 40]);
  ring.take(1);
  ring.keep(3, { size: 40 });
  assert.deepEqual([1, 2, 3].map((index) => ring.take(index)?.size), [40, undefined, 40]);
  assert.equal(ring.held_bytes, 80);
});

test("a file larger than the ring is not kept", () => {
  assert.equal(makeRing([1, 101]).held_bytes, 0);
});

test("a file kept twice is counted once", () => {
  assert.equal(makeRing([1, 40], [1, 50]).held_bytes, 50);
});

test("a cleared ring holds nothing", () => {
  const ring = makeRing([1, 40]);
  ring.clear();
  assert.deepEqual([ring.take(1), ring.held_bytes], [undefined, 0]);
});
