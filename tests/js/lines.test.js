import assert from "node:assert/strict";
import { test } from "node:test";
import { linesOf } from "../../static/js/lib/lines.js";

test("pasted lines become names, whatever ends them and whatever surrounds them", () => {
  assert.deepEqual(linesOf("car\r\n  traffic light \n\n\rbus\t3\tpublic\n"), ["car", "traffic light", "bus"]);
  assert.deepEqual(linesOf("  \n\t"), []);
  assert.deepEqual(linesOf("car"), ["car"]);
});
