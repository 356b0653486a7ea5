import assert from "node:assert/strict";
import { test } from "node:test";

import { VerdictMemory } from "../../static/js/media/verdict-memory.js";
import { verdict } from "../../static/js/media/verdicts.js";
import { ControllableLoads, settled } from "./controllable.js";

const ORIGIN = "https://media.example";
const signal = new AbortController().signal;
const of = (/** @type {import("../../static/js/media/verdicts.js").FailureKind} */ kind) => verdict(kind, { origin: ORIGIN });

function makeMemory() {
  const clock = { now_s: 0 };
  /** @type {ControllableLoads<import("../../static/js/media/verdicts.js").Diagnosis>} */
  const examinations = new ControllableLoads();
  const memory = new VerdictMemory({ now_s: () => clock.now_s });
  const ask = (/** @type {number} */ file) => memory.of(`${ORIGIN}/${file}`, ORIGIN, () => examinations.start(file, signal));
  return { clock, examinations, memory, ask };
}

test("a file is examined once, and again after a while or when it is forgotten", async () => {
  const { clock, examinations, memory, ask } = makeMemory();
  const both = [ask(1), ask(1)];
  await examinations.finish(1, of("not-found"));
  assert.deepEqual((await Promise.all(both)).map(({ kind }) => kind), ["not-found", "not-found"]);
  await ask(1);
  assert.equal(examinations.started.length, 1);
  clock.now_s += 11;
  void ask(1);
  await examinations.finish(1, of("not-found"));
  memory.forget(`${ORIGIN}/1`, ORIGIN);
  void ask(1);
  await settled();
  assert.equal(examinations.started.length, 3);
});

test("what was found out before the network changed is not remembered", async () => {
  const { examinations, memory, ask } = makeMemory();
  const first = ask(1);
  await settled();
  memory.forgetAll();
  await examinations.finish(1, of("unreachable"));
  assert.equal((await first).kind, "unreachable");
  void ask(1);
  await settled();
  assert.equal(examinations.started.length, 2);
});

test("of a host that does not answer a thousand files cost two examinations", async () => {
  const { examinations, ask } = makeMemory();
  const all = Array.from({ length: 1000 }, (_, file) => ask(file));
  await settled();
  await examinations.finish(0, of("unreachable"));
  await examinations.finish(1, of("unreachable"));
  assert.ok((await Promise.all(all)).every(({ kind }) => kind === "unreachable"));
  assert.equal(examinations.started.length, 2);
});

test("of a host whose files fail one by one each is examined, two at once", async () => {
  const { examinations, ask } = makeMemory();
  const all = [1, 2, 3].map(ask);
  await settled();
  assert.deepEqual(examinations.open, [1, 2]);
  for (const file of [1, 2, 3]) await examinations.finish(file, of("not-found"));
  await Promise.all(all);
  assert.equal(examinations.mostAtOnce, 2);
});

test("an examination that fails lets the next one in", async () => {
  const { examinations, ask } = makeMemory();
  const all = [1, 2, 3].map((file) => ask(file).catch(() => null));
  await settled();
  for (const file of [1, 2, 3]) await examinations.fail(file, new Error());
  assert.deepEqual(await Promise.all(all), [null, null, null]);
});
