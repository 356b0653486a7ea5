import assert from "node:assert/strict";
import { test } from "node:test";

import { FrameList } from "../../static/js/viewer/frame-list.js";

const frames = new FrameList({
  prefix: "https://media.example/scene/",
  urls: ["0.jpg?s=a", "1.jpg?s=b"],
  ids: ["di_a", "di_b"],
  references: ["ref-0", "ref-1"],
});

test("an address is the prefix and the frame's own part, byte for byte", () => {
  assert.equal(frames.url(1), "https://media.example/scene/1.jpg?s=b");
});

test("columns are read by frame index", () => {
  assert.deepEqual([frames.count, frames.id(0), frames.reference(1)], [2, "di_a", "ref-1"]);
});

test("metadata that was not sent is null", () => {
  assert.equal(frames.metadata(0), null);
});

test("a frame outside of the scene is refused", () => {
  assert.throws(() => frames.url(2), RangeError);
  assert.throws(() => frames.id(-1), RangeError);
});

test("any number leads to the nearest frame", () => {
  assert.deepEqual([-5, 0.9, 7, Number.NaN].map((index) => frames.clamp(index)), [0, 0, 1, 0]);
});
