import assert from "node:assert/strict";
import { test } from "node:test";

import { FrameGrid, measureGrid } from "../../static/js/viewer/sources/native-grid.js";

/** A player reduced to what it shows: the last frame that has begun, as a file's clock rounds it. */
class Player {
  seeks = 0;
  #starts_s;

  /** @param {number[]} starts_s */
  constructor(starts_s) {
    this.#starts_s = starts_s;
  }

  get first_s() {
    return this.#starts_s[0] ?? 0;
  }

  get last_s() {
    return this.#starts_s.at(-1) ?? 0;
  }

  shownAt = async (/** @type {number} */ time_s) => {
    this.seeks += 1;
    return this.#starts_s.findLast((start_s) => start_s <= time_s) ?? this.first_s;
  };
}

/**
 * @param {number} count
 * @param {number} rate_hz
 * @param {{start_s?: number, clock_hz?: number, without?: number[]}} [file]
 */
function film(count, rate_hz, { start_s = 0, clock_hz = 1e6, without = [] } = {}) {
  const starts_s = Array.from({ length: count }, (_, index) => Math.round((start_s + index / rate_hz) * clock_hz) / clock_hz);
  return new Player(starts_s.filter((_, index) => !without.includes(index)));
}

/**
 * @param {Player} player
 * @param {{count?: number, rate_hz?: number, last_s?: number, end_s?: number}} [claim]
 */
function measure(player, { count, rate_hz, last_s = player.last_s, end_s = player.last_s } = {}) {
  return measureGrid(player.shownAt, { first_s: player.first_s, last_s, end_s, count: count ?? null, rate_hz: rate_hz ?? null });
}

for (const rate_hz of [1, 5, 12.5, 24000 / 1001, 25, 30000 / 1001, 30, 60000 / 1001, 60, 120, 240]) {
  for (const clock_hz of [1000, 1e6]) {
    test(`${rate_hz.toFixed(3)} frames a second are found where the file counts 1/${clock_hz} s`, async () => {
      for (const count of [2, 3, 60, 3000]) {
        const player = film(count, rate_hz, { clock_hz });
        const grid = await measure(player);
        assert.equal(grid.count, count);
        assert.ok(grid.isEven, `even with ${count} frames`);
        for (const index of [0, 1, count >> 1, count - 1]) {
          const shown_s = await player.shownAt(grid.middle_s(index));
          assert.equal(grid.indexOf(shown_s), index);
          assert.equal(Math.round((shown_s - player.first_s) * rate_hz), index);
        }
      }
    });
  }
}

test("a rate that people know is named as they do", async () => {
  for (const rate_hz of [30000 / 1001, 24000 / 1001, 25, 60]) {
    assert.equal((await measure(film(600, rate_hz, { clock_hz: 1000 }))).rate_hz, rate_hz);
  }
});

test("a rate that nobody uses stays as it was measured", async () => {
  assert.ok(Math.abs((await measure(film(600, 17.3))).rate_hz - 17.3) < 1e-4);
});

test("a video that begins late is numbered from its first frame", async () => {
  const grid = await measure(film(60, 30, { start_s: 2 }));
  assert.deepEqual([grid.count, grid.start_s, grid.indexOf(2), grid.indexOf(2.033333)], [60, 2, 0, 1]);
});

test("a claim of rate and number that is true costs few seeks", async () => {
  const player = film(3000, 30);
  const grid = await measure(player, { count: 3000, rate_hz: 30 });
  assert.deepEqual([grid.count, grid.rate_hz, grid.isEven], [3000, 30, true]);
  assert.ok(player.seeks <= 5, `${player.seeks} seeks`);
});

test("a claimed rate that is not the video's is found out", async () => {
  const grid = await measure(film(3000, 30000 / 1001), { count: 3000, rate_hz: 30 });
  assert.deepEqual([grid.count, grid.rate_hz], [3000, 30000 / 1001]);
  assert.equal((await measure(film(60, 30), { count: 20, rate_hz: 10 })).count, 60);
});

test("a hole near the start is a rate that varies", async () => {
  assert.equal((await measure(film(60, 30, { without: [3, 9] }))).isEven, false);
  assert.equal((await measure(film(60, 30, { without: [3, 9] }), { count: 60, rate_hz: 30 })).isEven, false);
});

test("frames that slip off the grid are a rate that varies", async () => {
  const slow = Array.from({ length: 200 }, (_, index) => (index < 50 ? index / 30 : 50 / 30 + (index - 50) / 24));
  assert.equal((await measure(new Player(slow))).isEven, false);
});

test("a single frame is one frame, however long it lasts", async () => {
  const grid = await measure(new Player([0]), { end_s: 2 });
  assert.deepEqual([grid.count, grid.indexOf(0)], [1, 0]);
});

test("a file whose end cannot be reached is counted by its length", async () => {
  const grid = await measure(film(40, 30), { last_s: 0, end_s: 2 });
  assert.deepEqual([grid.count, grid.rate_hz], [60, 30]);
});

test("the middle of a frame is half a frame from its neighbors", () => {
  const grid = new FrameGrid(1, 0.1, 10, true);
  assert.ok(Math.abs(grid.middle_s(3) - 1.35) < 1e-9);
  assert.deepEqual([grid.indexOf(1.29), grid.indexOf(1.31)], [3, 3]);
});
