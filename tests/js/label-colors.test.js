import assert from "node:assert/strict";
import { test } from "node:test";

import { readFileSync } from "node:fs";

import { DASHED, HALO, INKS, colorOf, confidenceInk, fnv1a, strokeOfName, strokesOf } from "../../static/js/labels/label-colors.js";
import { labelSet } from "./label-sets.js";

const TOKENS = readFileSync(new URL("../../static/css/tokens.css", import.meta.url), "utf8");

test("the hash is the published one, of UTF-8", () => {
  assert.deepEqual(["", "a", "foobar"].map(fnv1a), [0x811c9dc5, 0xe40c292c, 0xbf9cf968]);
  assert.equal(fnv1a("é"), Math.imul(Math.imul(0x811c9dc5 ^ 0xc3, 0x01000193) ^ 0xa9, 0x01000193) >>> 0);
});

test("a class has the same stroke in every set, wherever it stands in it", () => {
  const [one, other] = [labelSet([{ label: "car" }, { label: "dog" }]), labelSet([{ label: "dog" }, { label: "owl" }, { label: "car" }])];
  assert.deepEqual(colorOf(one, 0, "class"), colorOf(other, 2, "class"));
  assert.deepEqual(colorOf(one, 1, "class"), strokeOfName("dog"));
});

test("names spread over all 24 strokes evenly", () => {
  const counts = new Array(24).fill(0);
  for (let i = 0; i < 2400; i += 1) {
    const { color, dashed } = strokeOfName(`class ${i}`);
    counts[color + (dashed ? 12 : 0)] += 1;
  }
  assert.ok(Math.min(...counts) > 60 && Math.max(...counts) < 140, counts.join(" "));
});

test("the commonest classes have hues of their own", () => {
  const common = ["person", "car", "dog", "cat", "bicycle", "bus", "truck", "motorcycle", "pedestrian", "traffic light", "chair", "bottle"];
  assert.equal(new Set(common.map((name) => strokeOfName(name).color)).size, common.length);
});

test("by track, confidence and match each shape has its ink, and what has none is plain", () => {
  const set = labelSet([{ track: "t1", confidence: 0.999 }, {}, { track: "t2", confidence: 0.2 }]);
  const plain = { color: INKS.indexOf("--label-plain"), dashed: false };
  assert.deepEqual([0, 1, 2].map((i) => colorOf(set, i, "track")), [strokeOfName("t1"), plain, strokeOfName("t2")]);
  assert.deepEqual([0, 1, 2].map((i) => INKS[colorOf(set, i, "confidence").color]), ["--confidence-4", "--label-plain", "--confidence-1"]);
  assert.deepEqual([0, 0.19, 0.2, 1].map((value) => INKS[confidenceInk(value)]), ["--confidence-0", "--confidence-0", "--confidence-1", "--confidence-4"]);
  const match = { state: Uint8Array.of(1, 2, 3), partner: new Int32Array(3), iou: new Float32Array(3) };
  assert.deepEqual([0, 1, 2].map((i) => INKS[colorOf(set, i, "match", match).color]), ["--match-matched", "--match-missed", "--match-false"]);
  assert.deepEqual([0, 1, 2].map((i) => colorOf(set, i, "match", match).dashed), [false, false, true]);
});

test("the numbers of all strokes are those of each", () => {
  const more = { labels: ["wet", "dark"] };
  const set = labelSet([...Array.from({ length: 40 }, (_, i) => ({ label: `c${i}`, track: `t${i}` })), { kind: /** @type {const} */ ("multicategory"), label: "", more }]);
  for (const mode of /** @type {const} */ (["class", "track", "confidence"])) {
    const each = Array.from({ length: set.length }, (_, i) => colorOf(set, i, mode)).map(({ color, dashed }) => color + (dashed ? DASHED : 0));
    assert.deepEqual([...strokesOf(set, mode)], each);
  }
});

test("every ink is a token, and no two are the same", () => {
  const values = [...INKS, HALO].map((name) => TOKENS.match(new RegExp(`\\s${name}: (.*?);`))?.[1]);
  assert.ok(!values.includes(undefined), String(values));
  assert.equal(new Set(values).size, INKS.length + 1);
});
