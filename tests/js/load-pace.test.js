import assert from "node:assert/strict";
import { test } from "node:test";

import { LoadPace } from "../../static/js/viewer/load-pace.js";

test("the first loads, which also open connections, say too little", () => {
  const loads = new LoadPace();
  for (const duration_s of [0.5, 0.5, 0.1]) loads.note(duration_s);
  assert.deepEqual([loads.typical_s, loads.rate_hz(4)], [0, Infinity]);
});

test("one slow load among quick ones changes nothing", () => {
  const loads = new LoadPace();
  for (const duration_s of [0.1, 0.1, 8, 0.1]) loads.note(duration_s);
  assert.deepEqual([loads.typical_s, loads.rate_hz(4)], [0.1, 40]);
});

test("a host that has become slow is soon known to be", () => {
  const loads = new LoadPace();
  for (let count = 0; count < 20; count += 1) loads.note(0.1);
  for (let count = 0; count < 5; count += 1) loads.note(1);
  assert.equal(loads.typical_s, 1);
});

test("where one load brings several frames its time says nothing of the rate", () => {
  const loads = new LoadPace();
  for (let count = 0; count < 9; count += 1) loads.note(0.5);
  loads.areShared = true;
  assert.equal(loads.rate_hz(2), Infinity);
});
