import assert from "node:assert/strict";
import { test } from "node:test";

import { Glances } from "../../static/js/viewer/glances.js";
import { ControllableLoads } from "./controllable.js";

/** @returns {ImageBitmap & {isClosed: boolean}} */
function picture(width = 1920) {
  const made = { width, height: 1080, isClosed: false, close: () => void (made.isClosed = true) };
  return made;
}

/** @param {{isBusy?: boolean}} [world] */
function point({ isBusy = false } = {}) {
  /** @type {ControllableLoads<ImageBitmap>} */
  const loads = new ControllableLoads();
  const seen = { arrived: 0, shrunk: /** @type {number[]} */ ([]) };
  const glances = new Glances((index, signal) => loads.start(index, signal), {
    isBusy: () => isBusy,
    arrived: () => void (seen.arrived += 1),
    shrink: async (_, width) => {
      seen.shrunk.push(width);
      return picture(width);
    },
  });
  return { glances, loads, seen };
}

const rested = () => new Promise((resolve) => setTimeout(resolve, 120));

test("a pointer that rests gets a small picture, and the large one is closed", async () => {
  const { glances, loads, seen } = point();
  assert.equal(glances.of(7), null);
  await rested();
  const whole = picture();
  await loads.finish(7, whole);
  assert.deepEqual(seen, { arrived: 1, shrunk: [336] });
  assert.ok(whole.isClosed);
  assert.equal(glances.of(7)?.width, 336);
  glances.dispose();
});

test("a pointer that moves on asks for the last place only", async () => {
  const { glances, loads } = point();
  for (const index of [1, 2, 3]) glances.of(index);
  await rested();
  assert.deepEqual(loads.started, [3]);
  glances.dispose();
});

test("while somebody waits for a frame nothing is loaded for the pointer", async () => {
  const { glances, loads } = point({ isBusy: true });
  glances.of(7);
  await rested();
  assert.deepEqual(loads.started, []);
});

test("what is under way stops when another frame is wanted, and what comes late is closed", async () => {
  const { glances, loads, seen } = point();
  glances.of(7);
  await rested();
  glances.rest();
  assert.deepEqual(loads.open, []);
  assert.equal(seen.arrived, 0);
});

test("a frame that does not come is not asked for again", async () => {
  const { glances, loads } = point();
  glances.of(7);
  await rested();
  await loads.fail(7, new Error("gone"));
  glances.of(7);
  await rested();
  assert.deepEqual(loads.started, [7]);
});
