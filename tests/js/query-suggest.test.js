import assert from "node:assert/strict";
import { test } from "node:test";

import { isHalfWritten, placeAt } from "../../static/js/query/place.js";
import { accepted, fieldWanted, suggestionsAt } from "../../static/js/query/suggest.js";
import { tokensOf } from "../../static/js/query/tokens.js";

/** @type {import("../../static/js/query/suggest.js").Known} */
const KNOWN = {
  fields: [
    ["metadata.weather", "string"],
    ["metadata.speed", "number"],
    ['metadata."wind speed"', "number"],
    ["metadata.wet", "boolean"],
    ["metadata.tags", "list"],
    ["width", "number"],
    ["height", "number"],
    ["slice", "slice"],
    ["annotations.count", "number"],
    ["annotations.car", "class"],
    ["annotations.label", "string"],
    ["annotations.area", "number"],
    ["annotations.metadata.color", "string"],
    ["predictions.car", "class"],
    ["predictions.confidence", "number"],
    ["scale_metadata.project_name", "string"],
    ["scale_metadata.completed_at", "date"],
  ],
  runs: ["old", "new one"],
  slices: ["night", "by day"],
  live: ["rainy now", "night"],
};
/** @type {import("../../static/js/query/suggest.js").Values} */
const VALUES = { values: [["sunny", 20], ["light rain", 7], ["Snow", 1], ["not", null]], low: 3, high: 80.5, is_exact: true };

/**
 * What is offered at the | of a text.
 * @param {string} marked
 * @param {import("../../static/js/query/suggest.js").Values | null} [values]
 */
function offered(marked, values = VALUES) {
  const caret = marked.indexOf("|");
  const text = marked.replace("|", "");
  const place = placeAt(text, caret);
  return { text, place, found: suggestionsAt(place, KNOWN, values) };
}

/** @param {string} marked */
const texts = (marked) => offered(marked).found.map(({ text }) => text);

/**
 * The text after accepting the suggestion called so, with the caret in it.
 * @param {string} marked
 * @param {string} name
 */
function taking(marked, name) {
  const { text, place, found } = offered(marked);
  const chosen = found.find((one) => one.text === name);
  assert.ok(chosen, `${name} is not among ${found.map((one) => one.text).join(", ")}`);
  const made = accepted(text, place, chosen);
  return `${made.text.slice(0, made.caret)}|${made.text.slice(made.caret)}`;
}

test("at the beginning, behind AND, OR, NOT and a bracket stand fields", () => {
  for (const text of ["|", "width > 3 AND |", "width > 3 OR |", "NOT |", "(|", "NOT (width = 3 or |"]) {
    assert.equal(texts(text)[0], "metadata.weather", text);
    assert.ok(texts(text).includes("NOT"), text);
  }
});

test("fields are found by the beginning of their name, then by that of a step, then anywhere", () => {
  assert.deepEqual(texts("we|"), ["metadata.weather", "metadata.wet"]);
  assert.deepEqual(texts("metadata.w|"), ["metadata.weather", 'metadata."wind speed"', "metadata.wet"]);
  assert.deepEqual(texts('metadata."wind|'), ['metadata."wind speed"']);
  assert.deepEqual(texts("speed|"), ["metadata.speed", 'metadata."wind speed"']);
  assert.deepEqual(texts("eigh|"), ["height"]);
  assert.deepEqual(texts("nothing|"), []);
});

test("a field takes the place of all of the path that is being written, and of nothing else", () => {
  assert.equal(taking("metadata.we|", "metadata.weather"), "metadata.weather |");
  assert.equal(taking("width > 3 AND metadata.we|ather = x", "metadata.wet"), "width > 3 AND metadata.wet |= x");
  assert.equal(taking('metadata."wind| AND width > 3', 'metadata."wind speed"'), 'metadata."wind speed" |AND width > 3');
  assert.equal(taking("wea|", "metadata.weather"), "metadata.weather |");
});

test("behind a field stand the operators that its type has", () => {
  assert.ok(!texts("metadata.speed |").includes("CONTAINS"));
  assert.ok(texts("metadata.speed |").includes("BETWEEN"));
  assert.deepEqual(texts("metadata.wet |"), ["=", "!=", "EXISTS", "IS MISSING"]);
  assert.deepEqual(texts("metadata.tags CO|"), ["CONTAINS"]);
  assert.deepEqual(texts("slice |"), ["=", "!=", "IN ("]);
  assert.ok(texts("metadata.unheard |").includes("STARTS WITH"));
  assert.equal(taking("metadata.weather |", "IN ("), "metadata.weather IN (|");
  // A field that is written to its end is not offered again.
  assert.deepEqual(texts("metadata.weather|"), []);
});

test("values are quoted where they must be, counted, and filtered by what is typed in either case", () => {
  assert.deepEqual(offered("metadata.weather = |").found.slice(0, 2).map(({ text, note }) => [text, note]), [["sunny", "20"], ["light rain", "7"]]);
  assert.equal(taking("metadata.weather = |", "sunny"), "metadata.weather = sunny |");
  assert.equal(taking("metadata.weather = li|", "light rain"), 'metadata.weather = "light rain" |');
  assert.equal(taking('metadata.weather = "li|', "light rain"), 'metadata.weather = "light rain" |');
  assert.equal(taking("metadata.weather = |", "not"), 'metadata.weather = "not" |');
  assert.equal(taking("metadata.weather IN (|", "sunny"), "metadata.weather IN (sunny|");
  assert.equal(taking("metadata.weather IN (sunny, s|", "Snow"), "metadata.weather IN (sunny, Snow|");
});

test("a number's field says its lowest and highest, and fields it can be compared with", () => {
  const notes = offered("metadata.speed > |", { ...VALUES, values: [] }).found.map(({ text, note }) => `${text} ${note}`);
  assert.deepEqual(notes, ["3 lowest", "80.5 highest"]);
  assert.deepEqual(texts("width > hei|"), ["height"]);
  assert.deepEqual(offered("metadata.speed > |", null).found, []);
});

test("what the values are asked of is the whole field, also in square brackets and of a run", () => {
  /** @param {string} marked */
  const wanted = (marked) => fieldWanted(offered(marked).place, KNOWN);
  assert.equal(wanted("metadata.weather = su|"), "metadata.weather");
  assert.equal(wanted('metadata."wind speed" BETWEEN 3 AND |'), 'metadata."wind speed"');
  assert.equal(wanted("annotations[label = ca|"), "annotations.label");
  assert.equal(wanted("predictions@old[confidence > |"), "predictions@old.confidence");
  for (const none of ["metadata.we|", "metadata.weather |", "annotations.car > |", "slice = |", "annotations[label = car] > |"]) assert.equal(wanted(none), null, none);
});

test("slices and runs are offered by name, live slices with their mark", () => {
  assert.deepEqual(offered("slice = |").found.map(({ text, note }) => [text, note]), [["night", ""], ["by day", ""], ["rainy now", "live"]]);
  assert.equal(taking("slice != da|", "by day"), 'slice != "by day" |');
  assert.equal(taking("predictions@ne|", "new one"), 'predictions@"new one".|');
  assert.deepEqual(texts('predictions@"new one".c|'), ['predictions@"new one".car', 'predictions@"new one".confidence']);
});

test("in square brackets stand the fields of one object", () => {
  assert.deepEqual(texts("annotations[|").slice(0, 3), ["label", "area", "metadata.color"]);
  assert.deepEqual(texts("annotations[label = car AND met|"), ["metadata.color"]);
  assert.deepEqual(texts("scale_metadata[|").slice(0, 2), ["project_name", "completed_at"]);
  assert.deepEqual(texts("annotations[label = car |"), ["AND", "OR", "]"]);
  assert.ok(texts("annotations[label = car] |").includes(">="));
});

test("behind a whole comparison stand AND and OR, and the word that a wording lacks", () => {
  assert.deepEqual(texts("width > 3 |"), ["AND", "OR"]);
  assert.deepEqual(texts("(width > 3 a|"), ["AND"]);
  assert.deepEqual(texts("(width > 3 |"), ["AND", "OR", ")"]);
  assert.deepEqual(texts("width BETWEEN 3 |"), ["AND"]);
  assert.deepEqual(texts("metadata.weather STARTS |"), ["WITH"]);
  assert.deepEqual(texts("metadata.weather IS |"), ["MISSING", "NOT MISSING"]);
  assert.deepEqual(texts("width IN (3 |"), [",", ")"]);
  assert.equal(taking("width > 3 |", "AND"), "width > 3 AND |");
});

test("a text of 100 kB, a quote that is never closed and any nonsense are tokens from end to end", () => {
  for (const text of ["(".repeat(100_000), "metadata.a=1AND-".repeat(6_000), `"${"x ".repeat(50_000)}`, "a.b@c[(]),..@@§$\u{1f6a2}3abc--<=>'x y", "\\".repeat(50_000)]) {
    const { tokens } = tokensOf(text);
    assert.equal(tokens.map((one) => one.text).join(""), text);
    assert.equal(placeAt(text, text.length).to, text.length);
  }
});

test("a text plainly goes on until a whole test stands last", () => {
  for (const text of ["metadata.wea", "metadata.weather ", "metadata.weather =", "width > 3 AND", "width > 3 AND metadata.", 'metadata.weather = "li', "NOT", "annotations[label", "metadata.a IN (1,", "predictions@ne"]) assert.equal(isHalfWritten(text), true, text);
  for (const text of ["", "  ", "metadata.weather = fog", "width > 3 ", "annotations[label = car]", "metadata.a EXISTS", "width > height"]) assert.equal(isHalfWritten(text), false, text);
});
