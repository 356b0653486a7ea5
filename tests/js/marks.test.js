import assert from "node:assert/strict";
import { test } from "node:test";

import { Marks } from "../../static/js/viewer/marks.js";

/** The Web Storage interface on a Map. */
function storage(full = false) {
  /** @type {Map<string, string>} */
  const held = new Map();
  return {
    getItem: (/** @type {string} */ key) => held.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => {
      if (full) throw new DOMException("full", "QuotaExceededError");
      held.set(key, value);
    },
    removeItem: (/** @type {string} */ key) => void held.delete(key),
    held,
  };
}

test("marks are in order, and a second toggle takes one away", () => {
  const marks = new Marks("scn_1", storage());
  for (const frame of [30, 10, 20, 10]) marks.toggle(frame);
  assert.deepEqual(marks.frames, [20, 30]);
});

test("marks are found again for the same scene only, and the last one leaves nothing behind", () => {
  const shelf = storage();
  new Marks("scn_1", shelf).toggle(7);
  assert.deepEqual(new Marks("scn_1", shelf).frames, [7]);
  assert.deepEqual(new Marks("scn_2", shelf).frames, []);
  new Marks("scn_1", shelf).toggle(7);
  assert.equal(shelf.held.size, 0);
});

test("what is stored and no list of frames is no mark", () => {
  for (const stored of ["{", '"text"', '[1, "2", -3, 4.5, null, 9]', "null"]) {
    const shelf = storage();
    shelf.setItem("transom-marks-scn_1", stored);
    assert.deepEqual(new Marks("scn_1", shelf).frames, stored.startsWith("[") ? [1, 9] : []);
  }
});

test("without storage, and with a full one, marks last as long as the page", () => {
  for (const shelf of [null, storage(true)]) {
    const marks = new Marks("scn_1", shelf);
    marks.toggle(3);
    assert.deepEqual(marks.frames, [3]);
  }
});
