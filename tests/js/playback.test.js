import assert from "node:assert/strict";
import { test } from "node:test";

import { Playback } from "../../static/js/viewer/playback.js";
import { Timeline } from "../../static/js/viewer/timeline.js";

/** A player whose display ticks when the test says so, and whose frames are on screen at once unless held back. */
function makePlayer({ rate_hz = 30, count = 300, timeline = Timeline.even(count, rate_hz) } = {}) {
  /** @type {((now_ms: number) => void) | null} */
  let next = null;
  /** @type {number[]} */
  const wanted = [];
  const state = { isHeldBack: false, endings: 0 };
  const playback = new Playback(timeline, {
    want: (frame) => {
      wanted.push(frame);
      if (!state.isHeldBack) playback.shown(frame);
    },
    ended: () => (state.endings += 1),
    requestTick: (tick) => {
      next = tick;
      return 1;
    },
    cancelTick: () => (next = null),
  });
  const tick = (/** @type {number} */ now_ms) => {
    const run = next;
    next = null;
    run?.(now_ms);
  };
  const ticks = (/** @type {number[]} */ ...times_ms) => times_ms.forEach(tick);
  return { playback, wanted, state, tick, ticks };
}

test("every frame is due in its time", () => {
  const { playback, wanted, ticks } = makePlayer({ rate_hz: 10 });
  playback.start(5);
  ticks(1000, 1050, 1100, 1150, 1200);
  assert.deepEqual(wanted, [5, 6, 7]);
  assert.equal(playback.dropped, 0);
});

test("uneven frames last as long as the timeline says", () => {
  const { playback, wanted, ticks } = makePlayer({ timeline: new Timeline([0, 0.1, 0.5, 0.6], 1) });
  playback.start(0);
  ticks(0, 90, 100, 300, 490, 500, 600);
  assert.deepEqual(wanted, [0, 1, 2, 3]);
});

test("the pace does not drift over ten minutes of uneven ticks at 29.97 frames a second", () => {
  const { playback, wanted, tick } = makePlayer({ rate_hz: 30000 / 1001, count: 20_000 });
  playback.start(0);
  const begin_ms = 512.3;
  let now_ms = begin_ms;
  for (let count = 0; now_ms - begin_ms <= 600_000; count += 1) {
    tick(now_ms);
    const due = Math.floor(((now_ms - begin_ms) / 1000) * (30000 / 1001) + 1e-4);
    assert.equal(wanted.at(-1), due);
    now_ms += count % 7 === 0 ? 33.1 : 16.4;
  }
  assert.equal(playback.dropped, 0);
});

test("ten minutes at every speed end on the frame that the clock says, and what was left out is counted", () => {
  for (const speed of [0.1, 0.5, 1, 2, 4, 8]) {
    const { playback, wanted, tick } = makePlayer({ rate_hz: 29.97, count: 150_000 });
    playback.start(0, { speed });
    for (let count = 0; count <= 36_000; count += 1) tick(count * (1000 / 60));
    const due = Math.floor(600 * speed * 29.97 + 1e-3);
    assert.equal(wanted.at(-1), due, `at ${speed}`);
    assert.equal(playback.dropped, due + 1 - wanted.length, `at ${speed}`);
  }
});

test("a slow display drops frames and counts them", () => {
  const { playback, wanted, ticks } = makePlayer({ rate_hz: 30 });
  playback.start(0);
  ticks(0, 100, 200);
  assert.deepEqual(wanted, [0, 3, 6]);
  assert.equal(playback.dropped, 4);
});

test("the clock starts when the first frame is on screen", () => {
  const { playback, wanted, state, ticks } = makePlayer({ rate_hz: 10 });
  state.isHeldBack = true;
  playback.start(0);
  ticks(0, 1000, 2000);
  assert.deepEqual(wanted, [0]);
  playback.shown(0);
  ticks(3000, 3100);
  assert.deepEqual(wanted, [0, 1]);
});

test("a frame left over from before does not start the clock", () => {
  const { playback, wanted, state, ticks } = makePlayer({ rate_hz: 10 });
  state.isHeldBack = true;
  playback.start(50);
  playback.shown(3);
  ticks(0, 1000);
  assert.deepEqual([wanted, playback.dropped], [[50], 0]);
});

test("a first frame that fails does not hold the clock", () => {
  const { playback, wanted, state, ticks } = makePlayer({ rate_hz: 10 });
  state.isHeldBack = true;
  playback.start(0);
  playback.failed();
  ticks(0, 100);
  assert.deepEqual(wanted, [0, 1]);
});

test("playing ends on the last frame, and starts again from the first", () => {
  const { playback, wanted, state, ticks } = makePlayer({ rate_hz: 10, count: 3 });
  playback.start(0);
  ticks(0, 900);
  assert.deepEqual([wanted, playback.isPlaying, state.endings], [[0, 2], false, 1]);
  playback.start(2);
  assert.equal(wanted.at(-1), 0);
});

test("backwards, frames are due from the last to the first, each for its whole time", () => {
  const { playback, wanted, state, ticks } = makePlayer({ timeline: new Timeline([0, 0.1, 0.5, 0.6], 1) });
  playback.start(3, { speed: -1 });
  ticks(0, 390, 400, 490, 500, 890, 900);
  assert.deepEqual(wanted, [3, 2, 1, 0]);
  assert.deepEqual([playback.dropped, playback.isPlaying, state.endings], [0, false, 1]);
  playback.start(0, { speed: -1 });
  assert.equal(wanted.at(-1), 3);
});

test("a section is played from its beginning when the frame is outside, and ends with it", () => {
  const { playback, wanted, ticks, state } = makePlayer({ rate_hz: 10 });
  playback.start(50, { section: { first: 20, last: 22 } });
  ticks(0, 100, 200, 300);
  assert.deepEqual([wanted, playback.isPlaying, state.endings], [[20, 21, 22], false, 1]);
});

test("a section that loops goes on with its first frame, and the last has its whole time", () => {
  const { playback, wanted, ticks } = makePlayer({ rate_hz: 10 });
  playback.start(21, { section: { first: 20, last: 22 }, isLooping: true });
  ticks(0, 100, 190, 200, 300, 400, 500);
  assert.deepEqual(wanted, [21, 22, 20, 21, 22, 20]);
  assert.deepEqual([playback.dropped, playback.isPlaying], [0, true]);
});

test("backwards, a section that loops goes on with its last frame", () => {
  const { playback, wanted, ticks } = makePlayer({ rate_hz: 10 });
  playback.start(21, { section: { first: 20, last: 22 }, isLooping: true, speed: -1 });
  ticks(0, 100, 200, 300, 400);
  assert.deepEqual(wanted, [21, 20, 22, 21, 20]);
});

test("a loop does not drift, and frames left out of it are counted", () => {
  const { playback, wanted, tick } = makePlayer({ rate_hz: 29.97 });
  playback.start(10, { section: { first: 10, last: 16 }, isLooping: true, speed: 8 });
  for (let count = 0; count <= 6000; count += 1) tick(count * (1000 / 60));
  const passed = Math.floor(100 * 8 * 29.97 + 1e-3);
  assert.equal(wanted.at(-1), 10 + (passed % 7));
  assert.equal(playback.dropped, passed + 1 - wanted.length);
});

test("a loop of a single frame stays on it", () => {
  const { playback, wanted, ticks } = makePlayer({ rate_hz: 10 });
  playback.start(5, { section: { first: 5, last: 5 }, isLooping: true });
  ticks(0, 50, 100, 1000);
  assert.deepEqual([new Set(wanted).size, playback.isPlaying], [1, true]);
});

test("the speed changes while it plays, without a jump", () => {
  const { playback, wanted, ticks } = makePlayer({ rate_hz: 10 });
  playback.start(0);
  ticks(0, 1000, 1050);
  playback.speed = 2;
  ticks(1050, 1100, 1150);
  assert.deepEqual(wanted.slice(-3), [10, 11, 12]);
  playback.speed = 0.5;
  ticks(1200, 1340, 1350);
  assert.deepEqual([wanted.at(-1), playback.speed], [13, 0.5]);
});

test("many changes of speed do not drift", () => {
  const { playback, wanted, tick } = makePlayer({ rate_hz: 30, count: 100_000 });
  playback.start(0);
  let due_s = 0;
  let speed = 1;
  for (let count = 0; count < 6000; count += 1) {
    tick(count * 16);
    if (count % 10 === 0) playback.speed = speed = [0.5, 1, 2, 3][(count / 10) % 4] ?? 1;
    due_s += 0.016 * speed;
  }
  assert.ok(Math.abs(Number(wanted.at(-1)) - (due_s - 0.016 * speed) * 30) <= 1);
});

test("playing turns around in the middle of a frame", () => {
  const { playback, wanted, ticks } = makePlayer({ rate_hz: 10 });
  playback.start(0);
  ticks(0, 1050);
  playback.speed = -1;
  ticks(1080, 1110, 1210);
  assert.deepEqual(wanted, [0, 10, 9, 8]);
  assert.equal(playback.dropped, 9);
});

test("a speed of nothing is refused", () => {
  assert.throws(() => (makePlayer().playback.speed = 0), RangeError);
});

test("looping can begin and end while it plays", () => {
  const { playback, wanted, ticks, state } = makePlayer({ rate_hz: 10 });
  playback.start(20, { section: { first: 20, last: 22 } });
  ticks(0, 100);
  playback.isLooping = true;
  ticks(200, 300, 400);
  playback.isLooping = false;
  ticks(500);
  assert.deepEqual([wanted, playback.isPlaying, state.endings], [[20, 21, 22, 20, 21, 22], false, 1]);
});

test("a section set while it plays holds from then on", () => {
  const { playback, wanted, ticks } = makePlayer({ rate_hz: 10 });
  playback.start(0);
  ticks(0, 100);
  playback.section = { first: 50, last: 60 };
  ticks(150, 200);
  assert.deepEqual(wanted, [0, 1, 50, 51]);
});

test("frames still on their way at the end are counted, and after a stop no more", () => {
  const { playback, state, tick } = makePlayer({ rate_hz: 10, count: 11 });
  playback.start(0);
  tick(0);
  state.isHeldBack = true;
  tick(1000);
  assert.equal(playback.isPlaying, false);
  playback.shown(4);
  playback.shown(10);
  assert.equal(playback.dropped, 3 + 5);
  playback.stop();
  playback.shown(0);
  playback.shown(9);
  assert.equal(playback.dropped, 8);
});

test("frames that were due and not shown when playing was stopped are counted", () => {
  const { playback, state, ticks } = makePlayer({ rate_hz: 10 });
  playback.start(0);
  ticks(0);
  state.isHeldBack = true;
  ticks(100, 200, 300);
  playback.stop();
  assert.equal(playback.dropped, 2);
});

test("a frame that is shown before it is due, or comes from outside of the section, counts nothing", () => {
  const { playback, ticks } = makePlayer({ rate_hz: 10 });
  playback.start(20, { section: { first: 20, last: 40 } });
  ticks(0, 100);
  for (const frame of [25, 19, 90]) playback.shown(frame);
  ticks(200);
  assert.equal(playback.dropped, 0);
});

test("a stopped player asks for nothing", () => {
  const { playback, wanted, state, ticks } = makePlayer({ rate_hz: 10 });
  playback.start(0);
  ticks(0);
  playback.stop();
  playback.stop();
  ticks(1000);
  assert.deepEqual([wanted, state.endings], [[0], 1]);
});
