import assert from "node:assert/strict";
import { test } from "node:test";

import { InSight } from "../../static/js/lib/in-sight.js";

/** @typedef {(entries: {target: string, isIntersecting: boolean}[]) => void} Tell */

/** @type {Record<"near" | "seen", Tell[]>} */
const watching = { near: [], seen: [] };

/** Knows an observer of what is near by its margin. */
class Watcher {
  /**
   * @param {Tell} tell
   * @param {object} [options]
   */
  constructor(tell, options) {
    watching[options ? "near" : "seen"].push(tell);
  }

  observe() {}

  unobserve() {}
}

/**
 * @param {"near" | "seen"} kind
 * @param {...string} names
 */
function show(kind, ...names) {
  for (const tell of watching[kind]) tell(names.map((target) => ({ target, isIntersecting: true })));
}

test("what is in sight comes before what is near, few at once, and nothing else comes", async (t) => {
  Object.assign(globalThis, { IntersectionObserver: Watcher });
  t.after(() => Reflect.deleteProperty(globalThis, "IntersectionObserver"));
  /** @type {string[]} */
  const begun = [];
  /** @type {Map<string, () => void>} */
  const ends = new Map();
  const inSight = new InSight(2);
  for (const name of ["a", "b", "c", "d", "far"]) {
    const element = /** @type {Element} */ (/** @type {unknown} */ (name));
    inSight.add(element, () => {
      begun.push(name);
      return new Promise((end) => void ends.set(name, end));
    });
  }
  assert.deepEqual(begun, []);
  show("near", "a");
  show("near", "b", "c", "d");
  assert.deepEqual(begun, ["a", "b"]);
  show("seen", "d");
  ends.get("b")?.();
  await new Promise(setImmediate);
  assert.deepEqual(begun, ["a", "b", "d"]);
  inSight.remove(/** @type {Element} */ (/** @type {unknown} */ ("c")));
  ends.get("a")?.();
  ends.get("d")?.();
  await new Promise(setImmediate);
  assert.deepEqual(begun, ["a", "b", "d"]);
});
