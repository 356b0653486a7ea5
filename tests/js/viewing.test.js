import assert from "node:assert/strict";
import { test } from "node:test";

import { Timeline } from "../../static/js/viewer/timeline.js";
import { Viewing } from "../../static/js/viewer/viewing.js";

// The clock of a display: ticks come only when a test lets them.
/** @type {((now_ms: number) => void)[]} */
let ticks = [];
Object.assign(globalThis, {
  requestAnimationFrame: (/** @type {(now_ms: number) => void} */ tick) => ticks.push(tick),
  cancelAnimationFrame: () => (ticks = []),
});
/** @param {number} now_ms */
function tick(now_ms) {
  const due = ticks;
  ticks = [];
  for (const one of due) one(now_ms);
}

const arrived = () => new Promise((resolve) => setTimeout(resolve));

/**
 * A source whose pictures are there at once, but for the frames that are broken.
 * @param {Partial<import("../../static/js/viewer/frame-source.js").FrameSource> & {broken?: number[]}} traits
 */
function view({ broken = [], ...traits } = {}) {
  /** @type {string[]} */
  const said = [];
  /** @type {import("../../static/js/viewer/frame-source.js").FrameSource} */
  const source = {
    kind: "frames",
    says: "frames",
    timeline: Timeline.even(100, 25),
    parallel: 4,
    ahead: 0,
    load: async (index) => {
      if (broken.includes(index)) throw new Error(`broken ${index}`);
      return /** @type {ImageBitmap} */ (/** @type {unknown} */ ({ width: 1, height: 1, close: () => {} }));
    },
    onSpare: null,
    dispose: () => void said.push("disposed"),
    ...traits,
  };
  const viewing = new Viewing(
    source,
    {
      paint: (index) => void said.push(`paint ${index}`),
      fail: (index, reason) => void said.push(`fail ${index}: ${/** @type {Error} */ (reason).message}`),
      wanted: () => {},
      glanced: () => {},
      playing: (isPlaying) => void said.push(isPlaying ? "playing" : "stopped"),
    },
    { capacity_bytes: 1 << 20 },
  );
  return { viewing, said };
}

test("a frame beyond the ends means the frame at that end", async () => {
  const { viewing, said } = view();
  viewing.goTo(4000);
  await arrived();
  assert.deepEqual(said, ["paint 99"]);
  assert.equal(viewing.wanted, 99);
});

test("going somewhere stops the playing", async () => {
  const { viewing, said } = view();
  viewing.goTo(10);
  await arrived();
  viewing.play({ speed: 1, section: null, isLooping: false });
  assert.ok(viewing.isPlaying);
  viewing.goTo(50);
  await arrived();
  assert.ok(!viewing.isPlaying);
  assert.deepEqual(said.filter((word) => !word.startsWith("paint 1")), ["playing", "stopped", "paint 50"]);
});

test("playing stops when several frames in a row are broken, and not for one", async () => {
  for (const [broken, isStopped] of /** @type {const} */ ([[[3], false], [[3, 4, 5, 6, 7, 8], true]])) {
    const { viewing, said } = view({ broken: [...broken] });
    viewing.goTo(2);
    await arrived();
    viewing.play({ speed: 1, section: null, isLooping: false });
    for (let frame = 0; frame < 8; frame += 1) {
      tick(1000 + frame * 40);
      await arrived();
    }
    assert.equal(said.includes("stopped"), isStopped, said.join(", "));
    viewing.dispose();
  }
});

test("a source that plays by itself is followed: its frames are painted, and what it left out is counted", () => {
  /** @type {import("../../static/js/viewer/frame-source.js").Present | undefined} */
  let present;
  let stops = 0;
  const { viewing, said } = view({
    play: (_from, _speed, show) => {
      present = show;
      return () => (stops += 1);
    },
  });
  viewing.goTo(0);
  viewing.play({ speed: 2, section: null, isLooping: false });
  const picture = /** @type {HTMLVideoElement} */ (/** @type {unknown} */ ({}));
  for (const index of [0, 1, 4]) present?.(index, picture);
  assert.equal(viewing.dropped, 2);
  assert.equal(viewing.wanted, 4);
  viewing.stop();
  assert.equal(stops, 1);
  assert.equal(viewing.wanted, 4);
  present?.(9, picture);
  assert.deepEqual(said.filter((word) => word !== "paint 9"), said, "a picture after the stop is not painted");
});

test("a source that plays by itself is brought back to the section's start where it loops", () => {
  /** @type {number[]} */
  const starts = [];
  /** @type {import("../../static/js/viewer/frame-source.js").Present | undefined} */
  let present;
  const { viewing } = view({
    play: (from, _speed, show) => {
      starts.push(from);
      present = show;
      return () => {};
    },
  });
  viewing.goTo(12);
  viewing.play({ speed: 1, section: { first: 10, last: 14 }, isLooping: true });
  const picture = /** @type {HTMLVideoElement} */ (/** @type {unknown} */ ({}));
  for (const index of [12, 13, 14, 15]) present?.(index, picture);
  assert.deepEqual(starts, [12, 10]);
  assert.ok(viewing.isPlaying);
});

test("giving up gives back the source", () => {
  const { viewing, said } = view();
  viewing.dispose();
  assert.deepEqual(said, ["disposed"]);
});
