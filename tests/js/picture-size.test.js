import assert from "node:assert/strict";
import { test } from "node:test";

import { pictureSize } from "../../static/js/media/picture-size.js";

/** @param {(string | number[])[]} parts letters or bytes */
function file(...parts) {
  const bytes = parts.flatMap((part) => (typeof part === "string" ? [...part].map((letter) => letter.charCodeAt(0)) : part));
  return Uint8Array.from([...bytes, ...Array(32).fill(0)]);
}

const JPEG_START = [0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2];

test("the size of a JPEG stands in its frame, behind other segments and tables", () => {
  const tables = [0xff, 0xc4, 0, 3, 9];
  const frame = [0xff, 0xc2, 0, 17, 8, 0x02, 0xd0, 0x05, 0x00, 3];
  assert.deepEqual(pictureSize(file(JPEG_START, tables, [0xff, 0xff], frame.slice(1))), { width: 1280, height: 720 });
});

test("a PNG claims what its header says", () => {
  const bytes = file([0x89], "PNG\r\n\x1a\n", [0, 0, 0, 13], "IHDR", [0, 0, 0x75, 0x30], [0, 0, 0x4e, 0x20]);
  assert.deepEqual(pictureSize(bytes), { width: 30000, height: 20000 });
});

test("the three kinds of WebP are read", () => {
  const riff = ["RIFF", [0, 0, 0, 0], "WEBP"];
  const lossy = file(...riff, "VP8 ", [0, 0, 0, 0], [0, 0, 0, 0x9d, 1, 0x2a], [0x40, 0x01], [0xc8, 0x40]);
  const lossless = file(...riff, "VP8L", [0, 0, 0, 0], [0x2f], [0x3f, 0xc1, 0x31, 0x00]);
  const extended = file(...riff, "VP8X", [0, 0, 0, 0], [0, 0, 0, 0], [0x3f, 1, 0], [0xc7, 0, 0]);
  for (const bytes of [lossy, lossless, extended]) assert.deepEqual(pictureSize(bytes), { width: 320, height: 200 });
});

test("of an AVIF the largest extent counts, for thumbnails have their own", () => {
  const extent = (/** @type {number} */ width) => ["ispe", [0, 0, 0, 0], [0, 0, width >> 8, width & 255], [0, 0, 0, 200]];
  const bytes = file([0, 0, 0, 24], "ftypavif", ...extent(64), ...extent(320));
  assert.deepEqual(pictureSize(bytes), { width: 320, height: 200 });
});

test("GIF and BMP are read, from the top or from the bottom", () => {
  assert.deepEqual(pictureSize(file("GIF89a", [0x40, 1], [0xc8, 0])), { width: 320, height: 200 });
  const header = ["BM", Array(16).fill(0), [0x40, 1, 0, 0], [0x38, 0xff, 0xff, 0xff]];
  assert.deepEqual(pictureSize(file(...header)), { width: 320, height: 200 });
});

test("what is cut off, empty or of another kind has no size", () => {
  const cut = Uint8Array.from(JPEG_START);
  for (const bytes of [cut, new Uint8Array(), file("<!doctype html>"), file("II*\0")]) assert.equal(pictureSize(bytes), null);
});

test("bytes that begin in the middle of a buffer are read from there", () => {
  const whole = file("....", "GIF89a", [0x40, 1], [0xc8, 0]);
  assert.deepEqual(pictureSize(whole.subarray(4)), { width: 320, height: 200 });
});
