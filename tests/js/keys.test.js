import assert from "node:assert/strict";
import { test } from "node:test";

import { frameTime, grouped, pixelSize } from "../../static/js/lib/digits.js";
import { keyName } from "../../static/js/lib/keys.js";

test("a key press has one name, with Shift where it is not part of the letter", () => {
  const names = [
    { key: " ", shiftKey: false },
    { key: "ArrowLeft", shiftKey: true },
    { key: "Home", shiftKey: false },
    { key: "J", shiftKey: true },
  ].map(keyName);
  assert.deepEqual(names, ["Space", "Shift+ArrowLeft", "Home", "J"]);
});

test("thousands stand apart by a narrow space", () => {
  assert.deepEqual([0, 999, 1000, 2_100_000].map(grouped), ["0", "999", "1\u202f000", "2\u202f100\u202f000"]);
  assert.equal(pixelSize({ width: 1920, height: 800 }), "1\u202f920 × 800 px");
});

test("a frame's time is its start, to the millisecond", () => {
  assert.equal(frameTime(412, 30), "00:13.733");
  assert.equal(frameTime(0, 25), "00:00.000");
  assert.equal(frameTime(2999, 0.5), "1:39:58.000");
});
