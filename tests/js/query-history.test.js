import assert from "node:assert/strict";
import { test } from "node:test";

import { QueryHistory } from "../../static/js/query/history.js";
import { MemoryStorage } from "./memory-storage.js";

test("a query is remembered once, newest first, for its dataset alone, and fifty at most", () => {
  const shelf = new MemoryStorage();
  const history = new QueryHistory(shelf, "ds_1");
  for (const text of ["a = 1", "b = 2", " a = 1 ", " "]) history.add(text);
  assert.deepEqual(history.texts, ["a = 1", "b = 2"]);
  assert.deepEqual(new QueryHistory(shelf, "ds_1").texts, ["a = 1", "b = 2"]);
  assert.deepEqual(new QueryHistory(shelf, "ds_2").texts, []);
  for (let count = 0; count < 60; count += 1) history.add(`n = ${count}`);
  assert.equal(history.texts.length, 50);
  assert.equal(history.texts[0], "n = 59");
});

test("walking back and forth ends at what was being typed", () => {
  const history = new QueryHistory(new MemoryStorage(), "ds_1");
  for (const text of ["first", "second", "third"]) history.add(text);
  assert.equal(history.walk(1, "half wr"), "third");
  assert.equal(history.walk(1, "third"), "second");
  assert.equal(history.walk(-1, "second"), "third");
  assert.equal(history.walk(-1, "third"), "half wr");
  assert.equal(history.walk(-1, "half wr"), null);
  // What stands there already is not offered again.
  assert.equal(history.walk(1, "third"), "second");
  assert.equal(history.walk(1, "second"), "first");
  assert.equal(history.walk(1, "first"), null);
});

test("it is cleared, and works without storage and with what another program left there", () => {
  const shelf = new MemoryStorage();
  const history = new QueryHistory(shelf, "ds_1");
  history.add("a = 1");
  history.clear();
  assert.deepEqual([history.texts, shelf.length], [[], 0]);
  shelf.setItem("transom-queries-ds_1", '{"no": "list"}');
  assert.deepEqual(history.texts, []);
  const none = new QueryHistory(null, "ds_1");
  none.add("a = 1");
  assert.deepEqual(none.texts, []);
});
