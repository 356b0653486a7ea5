import assert from "node:assert/strict";
import { test } from "node:test";

import { ReviewHistory } from "../../static/js/labels/review-history.js";

test("steps are taken back from the last to the first, and redone in their order", () => {
  const history = new ReviewHistory();
  history.note({ ann_1: null }, { ann_1: "accepted" });
  history.note({ ann_1: "accepted", ann_2: null }, { ann_1: "rejected", ann_2: "rejected" });
  assert.deepEqual(history.undo(), { ann_1: "accepted", ann_2: null });
  assert.deepEqual(history.undo(), { ann_1: null });
  assert.deepEqual([history.undo(), history.canUndo, history.canRedo], [null, false, true]);
  assert.deepEqual(history.redo(), { ann_1: "accepted" });
  assert.deepEqual(history.redo(), { ann_1: "rejected", ann_2: "rejected" });
  assert.deepEqual([history.redo(), history.canUndo, history.canRedo], [null, true, false]);
});

test("a new step ends what could be redone", () => {
  const history = new ReviewHistory();
  history.note({ ann_1: null }, { ann_1: "accepted" });
  history.undo();
  history.note({ ann_2: null }, { ann_2: "accepted" });
  assert.deepEqual([history.canRedo, history.undo(), history.canUndo], [false, { ann_2: null }, false]);
});

test("what changed nothing is no step, and no part of one", () => {
  const history = new ReviewHistory();
  history.note({ ann_1: "accepted" }, { ann_1: "accepted" });
  assert.equal(history.canUndo, false);
  history.note({ ann_1: "accepted" }, { ann_1: "accepted", ann_2: "rejected" });
  assert.deepEqual(history.undo(), { ann_2: null });
});

test("a finger held on the key does not fill the memory", () => {
  const history = new ReviewHistory();
  for (let i = 0; i < 700; i += 1) history.note({ [`ann_${i}`]: null }, { [`ann_${i}`]: "accepted" });
  let count = 0;
  while (history.undo()) count += 1;
  assert.equal(count, 500);
});
