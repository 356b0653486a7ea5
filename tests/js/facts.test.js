import assert from "node:assert/strict";
import { test } from "node:test";

import { factsOf } from "../../static/js/lib/facts.js";

test("metadata is listed by key, each value with its kind", () => {
  const facts = factsOf({ speed: 0.1, city: "Bern", lit: true, none: null, count: 12345, year: 2026, box: [1, 2] });
  assert.deepEqual(
    facts.map(({ name, value, kind }) => [name, value.replace(/\s+/g, " "), kind]),
    [
      ["box", "[ 1, 2 ]", "json"],
      ["city", "Bern", "text"],
      ["count", "12 345", "number"],
      ["lit", "true", "flag"],
      ["none", "null", "nothing"],
      ["speed", "0.1", "number"],
      ["year", "2026", "number"],
    ],
  );
});

test("whole numbers beyond 2^53 are written with all their digits", () => {
  const [fact] = factsOf({ timestamp_ns: 1697040000123456789n });
  assert.equal(fact?.value.replace(/\s/g, ""), "1697040000123456789");
});
