import assert from "node:assert/strict";
import { test } from "node:test";

import { ChosenSources, openFirst, sourcePlan } from "../../static/js/viewer/choose-source.js";
import { CannotShow } from "../../static/js/viewer/frame-source.js";
import { TabMemory } from "../../static/js/lib/tab-memory.js";
import { Timeline } from "../../static/js/viewer/timeline.js";
import { MemoryStorage } from "./memory-storage.js";

/** @typedef {import("../../static/js/viewer/frame-source.js").SourceKind} SourceKind */
/** @typedef {import("../../static/js/viewer/frame-source.js").FrameSource} FrameSource */

/** @type {SourceKind[]} */
const ALL = ["frames", "mp4", "video"];

/** @param {Partial<Parameters<typeof sourcePlan>[0]>} scene */
const plan = (scene) => sourcePlan({ kinds: ALL, prefer: null, canDecode: true, ...scene });

test("frames come first, then the mp4, the browser's player last", () => {
  assert.deepEqual(plan({}), ["frames", "mp4", "video"]);
  assert.deepEqual(plan({ framesReadable: true }), ["frames", "mp4", "video"]);
});

test("an mp4 alone is decoded, or else played", () => {
  assert.deepEqual(plan({ kinds: ["mp4", "video"] }), ["mp4", "video"]);
});

test("an mp4 goes before frames that may not be read, where it can be decoded", () => {
  assert.deepEqual(plan({ framesReadable: false }), ["mp4", "frames", "video"]);
  assert.deepEqual(plan({ framesReadable: false, canDecode: false }), ["frames", "mp4", "video"]);
  assert.deepEqual(plan({ framesReadable: false, videoReadable: false }), ["frames", "mp4", "video"]);
});

test("a person's choice goes first, and the others stand behind it", () => {
  assert.deepEqual(plan({ prefer: "video" }), ["video", "frames", "mp4"]);
  assert.deepEqual(plan({ prefer: "frames", kinds: ["mp4", "video"] }), ["mp4", "video"]);
});

/** @param {SourceKind} kind */
function makeSource(kind) {
  const source = {
    kind,
    says: "",
    timeline: Timeline.even(1, 1),
    parallel: 1,
    ahead: 0,
    load: () => Promise.reject(new Error("not asked")),
    onSpare: null,
    isDisposed: false,
    dispose() {
      source.isDisposed = true;
    },
  };
  return source;
}

/**
 * @param {Partial<Record<SourceKind, () => Promise<FrameSource>>>} openers
 * @param {AbortSignal} [signal]
 */
function open(openers, signal = new AbortController().signal) {
  /** @type {[SourceKind, unknown][]} */
  const left = [];
  const refuse = () => Promise.reject(new CannotShow("not this one"));
  const whole = { frames: refuse, mp4: refuse, video: refuse, ...openers };
  const opened = openFirst(ALL, whole, { signal, onHandOver: (kind, reason) => left.push([kind, reason]) });
  return { opened, left };
}

test("the first source that opens is taken, and no other is asked", async () => {
  const { opened, left } = open({ frames: async () => makeSource("frames"), mp4: () => assert.fail("asked") });
  assert.equal((await opened).kind, "frames");
  assert.deepEqual(left, []);
});

test("a source that cannot hands over, with its reason", async () => {
  const reason = new CannotShow("the scene has other frames");
  const { opened, left } = open({ frames: () => Promise.reject(reason), mp4: async () => makeSource("mp4") });
  assert.equal((await opened).kind, "mp4");
  assert.deepEqual(left, [["frames", reason]]);
});

test("when none can, every reason was heard and the last one stands", async () => {
  const last = new CannotShow("no codec");
  const { opened, left } = open({ video: () => Promise.reject(last) });
  await assert.rejects(opened, last);
  assert.deepEqual(left.map(([kind]) => kind), ALL);
});

test("a source that opens too late is given back", async () => {
  const life = new AbortController();
  const late = makeSource("frames");
  const { opened, left } = open({ frames: async () => (life.abort(), late) }, life.signal);
  await assert.rejects(opened, { name: "AbortError" });
  assert.deepEqual([late.isDisposed, left], [true, []]);
});

test("a person's choice is kept for the host it was made for", () => {
  const storage = new MemoryStorage();
  const memory = () => new TabMemory("source", () => storage);
  new ChosenSources(memory()).choose("https://media.example", "video");
  const chosen = new ChosenSources(memory());
  assert.deepEqual([chosen.of("https://media.example"), chosen.of("https://other.example")], ["video", null]);
  chosen.choose("https://media.example", null);
  assert.equal(chosen.of("https://media.example"), null);
});
