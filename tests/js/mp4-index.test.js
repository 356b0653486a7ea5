import assert from "node:assert/strict";
import { test } from "node:test";

import { isShown } from "../../static/js/viewer/sources/mp4-hidden.js";
import { FrameIndex, NO_FRAME } from "../../static/js/viewer/sources/mp4-index.js";

/**
 * Packets in decode order.
 * @param {number[]} times in frames
 * @param {{keys?: number[], hidden?: number[], rate_hz?: number}} traits decode positions
 */
function packets(times, { keys = [0], hidden = [], rate_hz = 30 } = {}) {
  return times.map((time, position) => ({
    timestamp_s: time / rate_hz,
    duration_s: 1 / rate_hz,
    isKey: keys.includes(position),
    isShown: !hidden.includes(position),
  }));
}

/** Two groups of I B B P, as an encoder stores them. */
const TWO_GROUPS = packets([0, 3, 1, 2, 4, 7, 5, 6], { keys: [0, 4] });

test("frames are numbered in the order shown, packets in the order decoded", () => {
  const index = new FrameIndex(TWO_GROUPS);
  assert.equal(index.count, 8);
  assert.deepEqual([0, 1, 2, 3].map((frame) => index.positionOf(frame)), [0, 2, 3, 1]);
  assert.deepEqual([0, 1, 2, 3].map((position) => index.frameAt(position)), [0, 3, 1, 2]);
});

test("a frame is decoded from the keyframe before it", () => {
  const index = new FrameIndex(TWO_GROUPS);
  assert.deepEqual([0, 1, 2, 3, 4, 5, 6, 7].map((frame) => index.keyFor(frame)), [0, 0, 0, 0, 4, 4, 4, 4]);
});

test("a frame stored after a keyframe and shown before it is decoded from the keyframe before that", () => {
  const index = new FrameIndex(packets([0, 1, 4, 2, 3, 5], { keys: [0, 2] }));
  assert.deepEqual([1, 2, 3, 4, 5].map((frame) => index.keyFor(frame)), [0, 0, 0, 2, 2]);
});

test("a keyframe that is none gives way to the one before, but the first stays", () => {
  const index = new FrameIndex(packets([0, 1, 2, 3], { keys: [0, 2] }));
  assert.equal(index.refuseKey(2), true);
  assert.equal(index.keyFor(3), 0);
  assert.equal(index.isKey(2), false);
  assert.equal(index.refuseKey(0), false);
  assert.equal(index.keyFor(3), 0);
});

test("what an edit list hides is decoded and not counted", () => {
  const index = new FrameIndex(packets([-12, -11, -10, -0.5, 0, 1]));
  assert.equal(index.count, 2);
  assert.equal(index.positionOf(0), 4);
  assert.equal(index.frameAt(0), NO_FRAME);
  assert.equal(index.timeline.start_s(0), 0);
  assert.equal(index.keyFor(0), 0);
});

test("what is decoded and never shown is not counted", () => {
  const index = new FrameIndex(packets([0, 1, 1, 2], { hidden: [1] }));
  assert.deepEqual([0, 1, 2].map((frame) => index.positionOf(frame)), [0, 2, 3]);
});

test("times are kept as they are: a late start, uneven lengths, a hole", () => {
  const { timeline } = new FrameIndex(packets([60, 61, 63.5, 90]));
  assert.deepEqual([0, 1, 2, 3].map((frame) => Math.round(timeline.start_s(frame) * 3000)), [6000, 6100, 6350, 9000]);
  assert.equal(Math.round(timeline.end_s * 3000), 9100);
});

test("every packet has a stamp of its own, in the order shown, even if the file gives a time twice", () => {
  const index = new FrameIndex(packets([0, 2, 2, 2, 1]));
  const stamps = [0, 4, 1, 2, 3].map((position) => index.stampOf(position));
  assert.deepEqual(stamps, [0, 33333, 66667, 66668, 66669]);
});

test("a last frame of no length is as long as the others", () => {
  const bare = packets([0, 1, 2]).map((packet) => ({ ...packet, duration_s: 0 }));
  assert.equal(Math.round(new FrameIndex(bare).timeline.end_s * 30), 3);
});

test("100000 packets are indexed in well under a second", () => {
  const many = packets(Array.from({ length: 100_000 }, (_, position) => position), { keys: [0, 50_000] });
  const began_ms = performance.now();
  const index = new FrameIndex(many);
  assert.equal(index.keyFor(99_999), 50_000);
  assert.ok(performance.now() - began_ms < 900);
});

test("VP8 and VP9 say in their first bytes whether a frame is shown", () => {
  assert.equal(isShown("vp8", Uint8Array.of(0b0001_0000, 0)), true);
  assert.equal(isShown("vp8", Uint8Array.of(0b0000_0001, 0)), false);
  assert.equal(isShown("vp9", Uint8Array.of(0b1000_0010, 0)), true);
  assert.equal(isShown("vp9", Uint8Array.of(0b1000_0100, 0)), false);
  assert.equal(isShown("vp9", Uint8Array.of(0b1000_1000)), true);
  assert.equal(isShown("vp9", Uint8Array.of(0b1011_0001, 0)), true);
  assert.equal(isShown("vp9", Uint8Array.of(0b1000_0100, 0b1100_0001)), true);
  assert.equal(isShown("avc", Uint8Array.of(0)), true);
  assert.equal(isShown("vp8", new Uint8Array(0)), false);
});
