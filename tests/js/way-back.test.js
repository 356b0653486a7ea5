import assert from "node:assert/strict";
import { test } from "node:test";

import { readWayBack, rememberWayBack, withinOf } from "../../static/js/lib/way-back.js";
import { MemoryStorage } from "./memory-storage.js";

const WAY = { address: "https://transom.example/datasets/ds_1/?from=di_a&position=8", id: "di_b", position: 9, within: "/datasets/ds_1/items/" };

test("the way back is what was remembered last", () => {
  const storage = new MemoryStorage();
  assert.equal(readWayBack(storage), null);
  rememberWayBack({ ...WAY, id: "di_old" }, storage);
  rememberWayBack(WAY, storage);
  assert.deepEqual(readWayBack(storage), WAY);
});

test("what is no way back is none", () => {
  for (const stored of ["", "{", "null", "[]", '{"address": 3}', JSON.stringify({ ...WAY, position: "9" })]) {
    const storage = new MemoryStorage();
    storage.setItem("transom-way-back", stored);
    assert.equal(readWayBack(storage), null, stored);
  }
});

test("a row and its neighbors are within the same", () => {
  assert.equal(withinOf("/datasets/ds_1/items/di_b"), "/datasets/ds_1/items/");
  assert.equal(withinOf("/datasets/ds_1/scenes/scn_b/"), "/datasets/ds_1/scenes/");
});
