import assert from "node:assert/strict";
import { test } from "node:test";

import { Playback } from "../../static/js/viewer/playback.js";

/** A player whose display ticks when the test says so, and whose frames are on screen at once unless held back. */
function makePlayer({ rate_hz = 30, count = 300 } = {}) {
  /** @type {((now_ms: number) => void) | null} */
  let next = null;
  /** @type {number[]} */
  const wanted = [];
  const state = { isHeldBack: false, endings: 0 };
  const playback = new Playback(
    { rate_hz, count },
    {
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
    },
  );
  const tick = (/** @type {number} */ now_ms) => {
    const run = next;
    next = null;
    run?.(now_ms);
  };
  return { playback, wanted, state, tick };
}

test("every frame is due in its time", () => {
  const { playback, wanted, tick } = makePlayer({ rate_hz: 10 });
  playback.start(5);
  for (const now_ms of [1000, 1050, 1100, 1150, 1200]) tick(now_ms);
  assert.deepEqual(wanted, [5, 6, 7]);
  assert.equal(playback.dropped, 0);
});

test("the pace does not drift over ten thousand uneven ticks", () => {
  const { playback, wanted, tick } = makePlayer({ rate_hz: 29.97, count: 100_000 });
  playback.start(0);
  let now_ms = 500;
  for (let index = 0; index < 10_000; index += 1) {
    tick(now_ms);
    now_ms += index % 3 === 0 ? 17 : 16.4;
  }
  const elapsed_s = (now_ms - 500 - 16.4) / 1000;
  assert.ok(Math.abs(/** @type {number} */ (wanted.at(-1)) - elapsed_s * 29.97) <= 1);
});

test("a slow display drops frames and counts them", () => {
  const { playback, wanted, tick } = makePlayer({ rate_hz: 30 });
  playback.start(0);
  for (const now_ms of [0, 100, 200]) tick(now_ms);
  assert.deepEqual(wanted, [0, 3, 6]);
  assert.equal(playback.dropped, 4);
});

test("the clock starts when the first frame is on screen", () => {
  const { playback, wanted, state, tick } = makePlayer({ rate_hz: 10 });
  state.isHeldBack = true;
  playback.start(0);
  for (const now_ms of [0, 1000, 2000]) tick(now_ms);
  assert.deepEqual(wanted, [0]);
  playback.shown(0);
  for (const now_ms of [3000, 3100]) tick(now_ms);
  assert.deepEqual(wanted, [0, 1]);
});

test("a frame left over from before does not start the clock", () => {
  const { playback, wanted, state, tick } = makePlayer({ rate_hz: 10 });
  state.isHeldBack = true;
  playback.start(50);
  playback.shown(3);
  for (const now_ms of [0, 1000]) tick(now_ms);
  assert.deepEqual([wanted, playback.dropped], [[50], 0]);
});

test("a first frame that fails does not hold the clock", () => {
  const { playback, wanted, state, tick } = makePlayer({ rate_hz: 10 });
  state.isHeldBack = true;
  playback.start(0);
  playback.failed();
  for (const now_ms of [0, 100]) tick(now_ms);
  assert.deepEqual(wanted, [0, 1]);
});

test("playing ends on the last frame, and starts again from the first", () => {
  const { playback, wanted, state, tick } = makePlayer({ rate_hz: 10, count: 3 });
  playback.start(0);
  for (const now_ms of [0, 900]) tick(now_ms);
  assert.deepEqual([wanted, playback.isPlaying, state.endings], [[0, 2], false, 1]);
  playback.start(2);
  assert.equal(wanted.at(-1), 0);
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

test("a stopped player asks for nothing", () => {
  const { playback, wanted, state, tick } = makePlayer({ rate_hz: 10 });
  playback.start(0);
  tick(0);
  playback.stop();
  playback.stop();
  tick(1000);
  assert.deepEqual([wanted, state.endings], [[0], 1]);
});
