import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { SceneLabels } from "../../static/js/labels/scene-labels.js";
import { ControllableLoads } from "./controllable.js";
import { sent } from "./label-sets.js";

/** @type {AbortController} */
let life;
beforeEach(() => (life = new AbortController()));
afterEach(() => life.abort());

/** A scene whose labels come when the test says. */
function makeScene({ frameCount = 1000, runs = /** @type {string[]} */ ([]), most = 1_000_000 } = {}) {
  /** @type {ControllableLoads<unknown>} */
  const network = new ControllableLoads();
  /** @type {number[][]} */
  const changes = [];
  const fetchJson = (/** @type {string} */ url, /** @type {AbortSignal} */ signal) => network.start(url, signal);
  const labels = new SceneLabels({ url: "/labels", frameCount, runs, fetchJson, signal: life.signal, changed: (...range) => changes.push(range), most });
  const url = (/** @type {number} */ first) => `/labels?${runs.length > 0 ? `runs=${runs.join(",")}&` : ""}first=${first}&count=100`;
  const answer = (/** @type {number} */ first) => sent(Array.from({ length: 100 }, (_, i) => [{ label: `of ${first + i}` }, {}]), { first });
  const arrive = (/** @type {number} */ first) => network.finish(url(first), answer(first));
  const firsts = (/** @type {unknown[]} */ urls) => urls.map((one) => Number(/first=(\d+)/.exec(String(one))?.[1]));
  const arriveAll = async () => {
    while (network.open.length > 0) await arrive(firsts(network.open)[0]);
  };
  return { labels, network, changes, url, arrive, arriveAll, open: () => firsts(network.open), started: () => firsts(network.started) };
}

test("the wanted frame comes first, its neighbors next, and at last all, two at a time", async () => {
  const { labels, network, changes, arrive, arriveAll, open, started } = makeScene();
  labels.want(555);
  assert.deepEqual([open(), labels.at(555)], [[500, 600], null]);
  await arrive(500);
  assert.deepEqual([labels.at(555)?.label(0), labels.at(555)?.length, labels.at(600)], ["of 555", 2, null]);
  assert.deepEqual(changes, [[500, 599]]);
  await arriveAll();
  assert.deepEqual(started(), [500, 600, 400, 700, 300, 800, 200, 900, 100, 0]);
  assert.deepEqual([network.mostAtOnce, labels.progress], [2, { held: 10, all: 10 }]);
  assert.equal(labels.at(999)?.label(0), "of 999");
  assert.equal(labels.at(999), labels.at(999));
});

test("a jump is served next, and the rest is filled in from there", async () => {
  const { labels, arrive, open } = makeScene();
  labels.want(0);
  labels.want(950);
  await arrive(0);
  assert.deepEqual(open(), [100, 900]);
  await arrive(900);
  assert.deepEqual(open(), [100, 800]);
});

test("the chosen runs are asked for", () => {
  const { labels, network, url } = makeScene({ runs: ["run_a", "run_b"] });
  labels.want(0);
  assert.deepEqual(network.open[0], url(0));
  assert.match(url(0), /runs=run_a,run_b&first=0/);
});

test("no more is held than fits, and what is far away goes first; nothing is loaded to be thrown away", async () => {
  const { labels, arriveAll, started } = makeScene({ most: 700 });
  labels.want(0);
  await arriveAll();
  assert.deepEqual(started(), [0, 100, 200]);
  labels.want(500);
  await arriveAll();
  assert.ok(labels.at(500) && !labels.at(0));
  assert.ok(labels.progress.held <= 3);
  assert.ok(started().length <= 8, String(started()));
});

test("one stretch is shown though it alone is too much", async () => {
  const { labels, arriveAll } = makeScene({ most: 10 });
  labels.want(0);
  await arriveAll();
  assert.equal(labels.at(0)?.length, 2);
});

test("what fails is told, left alone for a while, and asked for again", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { labels, network, changes, url, arrive, started } = makeScene({ frameCount: 60 });
  labels.want(3);
  await network.fail(url(0), new Error("down"));
  assert.deepEqual([labels.at(3), String(labels.failure), changes.length], [null, "Error: down", 1]);
  labels.want(4);
  assert.equal(started().length, 1);
  context.mock.timers.tick(2000);
  await network.fail(url(0), new Error("down"));
  context.mock.timers.tick(2000);
  assert.equal(started().length, 2);
  context.mock.timers.tick(2000);
  await arrive(0);
  assert.deepEqual([labels.at(3)?.length, labels.failure], [2, null]);
});

test("a retry waits for nothing, and an answer that is no labels is a failure", async () => {
  const { labels, network, url, arrive } = makeScene({ frameCount: 60 });
  labels.want(0);
  await network.finish(url(0), { ...sent([[{}]]), label: [] });
  assert.match(String(labels.failure), /incomplete/);
  labels.retry();
  await arrive(0);
  assert.equal(labels.failure, null);
});

test("after the end nothing is asked for or told", async () => {
  const { labels, network, changes } = makeScene();
  labels.want(0);
  life.abort();
  labels.want(500);
  assert.deepEqual([network.open, network.started.length, changes], [[], 2, []]);
});
