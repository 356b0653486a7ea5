import assert from "node:assert/strict";
import { test } from "node:test";

import { HandMotion } from "../../static/js/viewer/hand-motion.js";

/**
 * @param {number[]} indexes
 * @param {number} seconds between two of them
 */
function moved(indexes, seconds = 1 / 60) {
  const motion = new HandMotion();
  indexes.forEach((index, place) => motion.note(index, place * seconds));
  return motion;
}

test("the first wish is no movement", () => {
  const motion = moved([10]);
  assert.deepEqual([motion.pace, motion.step, motion.direction, motion.stride, motion.speed_hz(0)], ["rest", 0, 0, 0, 0]);
});

test("steps of one or two frames are slow, in either direction", () => {
  assert.deepEqual([moved([10, 11]).pace, moved([10, 11]).direction], ["slow", 1]);
  assert.deepEqual([moved([10, 8, 7]).pace, moved([10, 8, 7]).direction], ["slow", -1]);
});

test("a single large step is a jump and has no direction", () => {
  assert.deepEqual([moved([10, 11, 500]).pace, moved([10, 11, 500]).direction], ["jump", 0]);
});

test("large steps of a kind are fast, and their median is the stride", () => {
  const motion = moved([0, 10, 20, 31, 40, 49]);
  assert.deepEqual([motion.pace, motion.direction, motion.stride], ["fast", 1, 10]);
});

test("jumps to and fro are never fast", () => {
  const motion = new HandMotion();
  [500, 20, 900, 899, 100, 2900, 3].forEach((index, place) => {
    motion.note(index, place);
    assert.notEqual(motion.pace, "fast");
  });
});

test("a hand that gathers speed is fast, not jumping", () => {
  assert.equal(moved([0, 1, 3, 7, 15, 30]).pace, "fast");
});

test("a large step after a pause is a jump again", () => {
  const motion = moved([0, 10, 20]);
  motion.note(30, 5);
  assert.equal(motion.pace, "jump");
});

test("the speed is told from the clock", () => {
  const motion = moved([0, 5, 10, 15, 20, 25, 30]);
  assert.equal(Math.round(motion.speed_hz(0.1)), 300);
});

test("a hand at rest has no speed", () => {
  const motion = moved([0, 5, 10, 15, 20]);
  assert.equal(motion.speed_hz(2), 0);
});

test("the speed after a turn is that of the new direction", () => {
  const motion = moved([0, 10, 20, 30, 29, 28]);
  assert.deepEqual([motion.direction, Math.round(motion.speed_hz(5 / 60))], [-1, 60]);
});

test("the same wish again changes nothing", () => {
  const motion = moved([10, 11, 11, 11]);
  assert.deepEqual([motion.step, motion.pace], [1, "slow"]);
});
