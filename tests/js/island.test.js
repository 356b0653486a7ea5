import assert from "node:assert/strict";
import { test } from "node:test";

import { parseExactly } from "../../static/js/lib/island.js";

/** @type {(key: string, value: unknown, context?: {source?: string}) => unknown} */
const source = (_, value, context) => context?.source ?? value;
const givesSource = JSON.parse("1", source) === "1";

test("whole numbers beyond 2^53 keep their digits", { skip: !givesSource && "this Node's JSON.parse gives no source" }, () => {
  const parsed = parseExactly('{"timestamp_ns": 1697040000123456789, "small": 3, "ratio": 0.12345678901234567890}');
  assert.equal(parsed.timestamp_ns, 1697040000123456789n);
  assert.deepEqual([parsed.small, parsed.ratio], [3, 0.12345678901234568]);
});

test("an island without long numbers is parsed as it is", () => {
  assert.deepEqual(parseExactly('{"items": [{"id": "di_1", "width": null}]}'), { items: [{ id: "di_1", width: null }] });
});
