import assert from "node:assert/strict";
import { test } from "node:test";

import { isOutrun, planAhead } from "../../static/js/viewer/prefetch-plan.js";

/** @typedef {import("../../static/js/viewer/prefetch-plan.js").Situation} Situation */

/** @param {Partial<Situation>} situation */
function plan(situation) {
  return planAhead(makeSituation(situation));
}

/**
 * @param {Partial<Situation>} situation
 * @returns {Situation}
 */
function makeSituation(situation) {
  return {
    wanted: 100,
    count: 1000,
    most: 24,
    pace: "slow",
    direction: 1,
    stride: 1,
    speed_hz: 30,
    load_s: 0.1,
    rate_hz: 40,
    isPainted: false,
    isLooking: true,
    ...situation,
  };
}

test("a slow hand gets every frame ahead, and a few behind last", () => {
  assert.deepEqual(plan({ most: 8 }), [101, 102, 103, 104, 99, 98, 97, 96]);
  assert.deepEqual(plan({ most: 8, direction: -1 }), [99, 98, 97, 96, 101, 102, 103, 104]);
});

test("a slow hand that is still faster than the loads gets what can come in time, evenly spaced", () => {
  assert.deepEqual(plan({ most: 8, rate_hz: 10, load_s: 0.4 }).slice(0, 4), [115, 118, 121, 124]);
});

test("a fast hand gets three strides, beyond what it passes while they load", () => {
  assert.deepEqual(plan({ pace: "fast", stride: 5, speed_hz: 150, load_s: 0 }), [105, 110, 115]);
  assert.deepEqual(plan({ pace: "fast", stride: 5, speed_hz: 150, load_s: 0.1 }), [120, 125, 130]);
  assert.deepEqual(plan({ pace: "fast", stride: 5, speed_hz: 300, load_s: 0, rate_hz: 30 }), [110, 120, 130]);
});

test("after a jump there is nothing to fetch before the frame is on screen", () => {
  assert.deepEqual(plan({ pace: "jump", direction: 0 }), []);
  assert.deepEqual(plan({ pace: "jump", direction: 0, isPainted: true }).slice(0, 4), [101, 99, 102, 98]);
});

test("nothing outside of the scene is fetched", () => {
  assert.deepEqual(plan({ wanted: 998, most: 4, pace: "rest", direction: 0, isPainted: true }), [999, 997, 996, 995]);
});

test("nothing is fetched where there is no room", () => {
  assert.deepEqual(plan({ most: 0 }), []);
});

test("a hand outruns its loads when it passes its next step before one has come", () => {
  const fast = { pace: /** @type {const} */ ("fast"), stride: 10, speed_hz: 300, load_s: 0.1 };
  assert.equal(isOutrun(makeSituation(fast)), true);
  assert.equal(isOutrun(makeSituation({ ...fast, load_s: 0.01 })), false);
  assert.equal(isOutrun(makeSituation({ ...fast, speed_hz: 0 })), false);
  assert.equal(isOutrun(makeSituation({ speed_hz: 30, rate_hz: 40 })), false);
  assert.equal(isOutrun(makeSituation({ speed_hz: 30, rate_hz: 10, load_s: 0.4 })), true);
  assert.equal(isOutrun(makeSituation({ speed_hz: 30, rate_hz: 10, load_s: 0.4, isPainted: true })), false);
});
