import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { LoadQueue, LoadTimedOut, withDeadline } from "../../static/js/media/loading.js";
import { ControllableLoads, settled } from "./controllable.js";

/**
 * @param {LoadQueue<string>} queue
 * @param {ControllableLoads<string>} network
 * @param {string} key
 * @param {AbortSignal} [signal]
 */
function ask(queue, network, key, signal) {
  const answer = queue.request((stop) => network.start(key, stop), signal);
  answer.catch(() => {});
  return answer;
}

/** @type {LoadQueue<string>} */
let queue;
/** @type {ControllableLoads<string>} */
let network;

function makeQueue(limits = {}) {
  queue = new LoadQueue(limits);
  network = new ControllableLoads();
  return { queue, network };
}

afterEach(() => queue?.dispose());

const KEYS = Array.from({ length: 20 }, (_, index) => `p${index}`);

test("at most six pictures load at once, whatever is asked for", async () => {
  const { queue, network } = makeQueue();
  for (const key of KEYS) ask(queue, network, key);
  await settled();
  while (network.open.length > 0) await network.finish(network.open[0], "done");
  assert.equal(network.mostAtOnce, 6);
  assert.equal(network.started.length, KEYS.length);
});

test("the newest wish is served first", async () => {
  const { queue, network } = makeQueue({ parallel: 1 });
  for (const key of ["first", "second"]) ask(queue, network, key);
  await settled();
  assert.deepEqual(network.open, ["second"]);
  ask(queue, network, "third");
  await network.finish("second", "done");
  assert.deepEqual(network.open, ["third"]);
  await network.finish("third", "done");
  assert.deepEqual(network.open, ["first"]);
});

test("a wish taken back before its turn is never loaded", async () => {
  const { queue, network } = makeQueue({ parallel: 1 });
  const life = new AbortController();
  const unwanted = ask(queue, network, "unwanted", life.signal);
  ask(queue, network, "wanted");
  await settled();
  life.abort();
  await network.finish("wanted", "done");
  await assert.rejects(unwanted, { name: "AbortError" });
  assert.deepEqual(network.started, ["wanted"]);
});

test("a wish taken back while it loads makes room for the next", async () => {
  const { queue, network } = makeQueue({ parallel: 1 });
  const life = new AbortController();
  ask(queue, network, "next");
  const unwanted = ask(queue, network, "unwanted", life.signal);
  await settled();
  life.abort();
  await assert.rejects(unwanted, { name: "AbortError" });
  await settled();
  assert.deepEqual(network.open, ["next"]);
});

test("a picture that does not come in time is given up, and the next one loads", async () => {
  const { queue, network } = makeQueue({ parallel: 1, timeout_s: 0.01 });
  ask(queue, network, "next");
  await assert.rejects(ask(queue, network, "hangs"), LoadTimedOut);
  await settled();
  assert.deepEqual(network.open, ["next"]);
});

test("a failure reaches who asked and holds up nobody", async () => {
  const { queue, network } = makeQueue({ parallel: 1 });
  const good = ask(queue, network, "good");
  const bad = ask(queue, network, "bad");
  await settled();
  await network.fail("bad", new Error("no image"));
  await assert.rejects(bad, /no image/);
  await network.finish("good", "shown");
  assert.equal(await good, "shown");
});

test("a disposed queue stops what loads and refuses what waits and what comes", async () => {
  const { queue, network } = makeQueue({ parallel: 1 });
  const waiting = ask(queue, network, "waiting");
  const loading = ask(queue, network, "loading");
  await settled();
  queue.dispose();
  const late = ask(queue, network, "late");
  for (const answer of [waiting, loading, late]) await assert.rejects(answer, { name: "AbortError" });
  assert.deepEqual(network.started, ["loading"]);
  assert.deepEqual(network.open, []);
});

test("a deadline leaves a load that is in time alone", async () => {
  assert.equal(await withDeadline(async () => "loaded", { timeout_s: 5 }), "loaded");
});

test("a deadline tells the load to stop", async () => {
  /** @type {AbortSignal | undefined} */
  let heard;
  const load = (/** @type {AbortSignal} */ signal) => {
    heard = signal;
    return new Promise(() => {});
  };
  await assert.rejects(withDeadline(load, { timeout_s: 0.01 }), LoadTimedOut);
  assert.equal(heard?.aborted, true);
});
