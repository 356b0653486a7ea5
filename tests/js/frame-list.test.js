import assert from "node:assert/strict";
import { test } from "node:test";

import { FrameList } from "../../static/js/viewer/frame-list.js";
import { CannotShow } from "../../static/js/viewer/frame-source.js";

const COLUMNS = {
  prefix: "https://media.example/scene/",
  urls: ["0.jpg?s=a", "1.jpg?s=b"],
  ids: ["di_a", "di_b"],
  references: ["ref-0", "ref-1"],
};
const SECOND = { index: 1, url: "https://media.example/b", id: "di_b", reference: "ref-1", metadata: { n: 1 } };

/** @param {import("../../static/js/viewer/frame-list.js").ListedFrame | null} first */
function makeList(first = null) {
  return new FrameList({ count: 2, first });
}

function makeFullList() {
  const frames = makeList();
  frames.take(COLUMNS);
  return frames;
}

test("an address is the prefix and the frame's own part, byte for byte", () => {
  assert.equal(makeFullList().url(1), "https://media.example/scene/1.jpg?s=b");
});

test("columns are read by frame index", () => {
  const frames = makeFullList();
  assert.deepEqual([frames.count, frames.id(0), frames.reference(1), frames.isComplete], [2, "di_a", "ref-1", true]);
});

test("metadata that was not sent is null, and that of the page's own frame stays", () => {
  const frames = makeList(SECOND);
  frames.take(COLUMNS);
  assert.deepEqual([frames.metadata(0), frames.metadata(1)], [null, { n: 1 }]);
});

test("before the list comes, the page's own frame is known and no other", () => {
  const frames = makeList(SECOND);
  assert.deepEqual([frames.count, frames.isComplete, frames.has(0), frames.has(1)], [2, false, false, true]);
  assert.deepEqual([frames.url(0), frames.id(0), frames.reference(0), frames.metadata(0)], [null, null, null, null]);
  assert.deepEqual([frames.url(1), frames.id(1), frames.reference(1), frames.metadata(1)], [SECOND.url, "di_b", "ref-1", { n: 1 }]);
});

test("a frame outside of the scene is refused, listed or not", () => {
  for (const frames of [makeFullList(), makeList()]) {
    assert.throws(() => frames.url(2), RangeError);
    assert.throws(() => frames.id(-1), RangeError);
  }
});

test("any number leads to the nearest frame", () => {
  assert.deepEqual([-5, 0.9, 7, Number.NaN].map((index) => makeList().clamp(index)), [0, 0, 1, 0]);
});

test("the known frame waits for nothing", async () => {
  assert.equal(await makeList(SECOND).ready(1), SECOND.url);
});

test("a load of a frame not yet listed waits for the list", async () => {
  const frames = makeList();
  const ready = frames.ready(0);
  frames.take(COLUMNS);
  assert.equal(await ready, "https://media.example/scene/0.jpg?s=a");
});

test("a load that is given up waits no longer", async () => {
  const frames = makeList();
  const life = new AbortController();
  const ready = frames.ready(0, life.signal);
  life.abort();
  await assert.rejects(ready, { name: "AbortError" });
  await assert.rejects(frames.ready(0, life.signal), { name: "AbortError" });
});

test("when the list does not come, loads are told why, and the known frame still shows", async () => {
  const frames = makeList(SECOND);
  const waiting = frames.ready(0);
  frames.fail(new Error("signed out"));
  await assert.rejects(waiting, /signed out/);
  await assert.rejects(frames.ready(0), /signed out/);
  assert.equal(await frames.ready(1), SECOND.url);
});

test("a list that comes after a failure is taken", async () => {
  const frames = makeList();
  frames.fail(new Error("offline"));
  frames.take(COLUMNS);
  assert.equal(await frames.ready(1), "https://media.example/scene/1.jpg?s=b");
});

test("a list of another length is of a scene that has changed", async () => {
  const frames = new FrameList({ count: 3, first: null });
  const waiting = frames.ready(0);
  frames.take(COLUMNS);
  await assert.rejects(waiting, CannotShow);
  assert.equal(frames.isComplete, false);
});
