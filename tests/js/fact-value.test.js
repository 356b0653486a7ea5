/** Values are typed and read without losing a digit. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { NotThatKind, jsonOf, jsonText, kindOf, typedText } from "../../static/js/lib/fact-value.js";
import { parseExactly } from "../../static/js/lib/island.js";

test("what is typed unchanged is the same value, to the last digit", () => {
  const values = ["fog", "", "12", "a\n\"b\"\u2028", 0, -0.5, 1e21, true, false, null, [1, [2, "x"]], { a: { b: [] }, "c d": null }, [], {}];
  for (const value of values) {
    assert.deepEqual(parseExactly(jsonOf(kindOf(value), typedText(value))), value);
    assert.deepEqual(parseExactly(jsonText(value)), value);
  }
});

test("whole numbers beyond what a double holds are written out", () => {
  const value = { a: [2n ** 60n + 1n] };
  assert.equal(jsonText(value), '{"a": [1152921504606846977]}');
  assert.equal(typedText(2n ** 60n + 1n), "1152921504606846977");
});

test("a number is kept as it is typed", () => {
  for (const typed of ["12", "-0.50", "3e8", "123456789012345678"]) assert.equal(jsonOf("number", ` ${typed} `), typed);
});

test("what is no value of its kind is refused with what would do", () => {
  for (const [kind, typed] of /** @type {const} */ ([["number", "1,5"], ["number", ""], ["number", "0x10"], ["number", "1e999"], ["number", "NaN"], ["flag", "yes"], ["json", "{a: 1}"], ["json", ""]])) {
    assert.throws(() => jsonOf(kind, typed), NotThatKind);
  }
});
