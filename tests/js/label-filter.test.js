import assert from "node:assert/strict";
import { test } from "node:test";

import { LabelFilter } from "../../static/js/labels/label-filter.js";
import { labelSet } from "./label-sets.js";

const SET = labelSet([
  { label: "car" },
  { label: "dog", source: 1, confidence: 0.4 },
  { label: "car", source: 1, confidence: 0.9 },
  { label: "dog", source: 1 },
  { kind: "multicategory", label: "", more: { labels: ["car", "wet"] } },
  { kind: "line", label: "lane", confidence: 0.1 },
]);

/** @param {LabelFilter} filter */
function shown(filter) {
  return [...filter.visible(SET)].flatMap((isVisible, i) => (isVisible ? [i] : []));
}

test("everything is shown until something is hidden, and again when it is shown", () => {
  const all = [0, 1, 2, 3, 4, 5];
  const filter = new LabelFilter();
  assert.deepEqual([shown(filter), filter.isEmpty], [all, true]);
  const without = filter.withClass("car", false).withKind("line", false).withSource(null, false).withConfidence(0.5);
  assert.deepEqual([shown(without), without.isEmpty], [[3], false]);
  const again = without.withAllClasses().withKind("line", true).withSource(null, true).withConfidence(0);
  assert.deepEqual([shown(again), again.isEmpty, filter.isEmpty], [all, true, true]);
});

test("what has several classes is hidden with the last of them", () => {
  const filter = new LabelFilter().withClass("car", false);
  assert.deepEqual(shown(filter), [1, 3, 4, 5]);
  assert.deepEqual(shown(filter.withClass("wet", false)), [1, 3, 5]);
});

test("one class can be shown alone", () => {
  assert.deepEqual(shown(new LabelFilter().withClassAlone("lane", ["car", "dog", "lane", "wet"])), [5]);
});

test("a least confidence is asked of models, and of them only where they say one", () => {
  assert.deepEqual(shown(new LabelFilter().withConfidence(0.9)), [0, 2, 3, 4, 5]);
  assert.deepEqual(shown(new LabelFilter().withConfidence(0.91)), [0, 3, 4, 5]);
});

test("matched, missed and false ones can be hidden while there is a comparison", () => {
  const filter = new LabelFilter().withMatch("matched", false).withMatch("false", false);
  assert.deepEqual(shown(filter), [0, 1, 2, 3, 4, 5]);
  const visible = filter.visible(SET, { state: Uint8Array.of(1, 3, 2, 0, 0, 0) });
  assert.deepEqual([...visible], [0, 0, 1, 1, 1, 1]);
});

test("an address keeps a filter, whatever the classes are called, and what is not the filter's", () => {
  const filter = new LabelFilter()
    .withClass("a,b&hide=<c>", false).withClass("dog", false).withKind("box", false)
    .withSource(null, false).withSource("run_1", false).withMatch("missed", false).withConfidence(0.35);
  const params = new URLSearchParams("run=run_1&hide=old&conf=0.9");
  filter.writeTo(params);
  const back = LabelFilter.from(new URLSearchParams(params.toString()));
  assert.deepEqual([back.hidesClass("a,b&hide=<c>"), back.hidesClass("dog"), back.hidesClass("old"), back.hidesKind("box")], [true, true, false, true]);
  assert.deepEqual([back.hidesSource(null), back.hidesSource("run_1"), back.hidesMatch("missed"), back.confidence], [true, true, true, 0.35]);
  new LabelFilter().writeTo(params);
  assert.equal(params.toString(), "run=run_1");
});

test("what is no filter in an address hides nothing", () => {
  assert.equal(LabelFilter.from(new URLSearchParams("kinds=all&match=no&conf=many")).isEmpty, true);
  assert.equal(LabelFilter.from(new URLSearchParams("conf=7")).confidence, 1);
});
