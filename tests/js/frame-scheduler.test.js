import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { FrameScheduler } from "../../static/js/viewer/frame-scheduler.js";
import { PictureCache } from "../../static/js/viewer/picture-cache.js";
import { ControllableLoads, settled } from "./controllable.js";

function makePicture() {
  return { width: 10, height: 10, close: () => {} };
}

/** @type {FrameScheduler<ReturnType<typeof makePicture>>} */
let scheduler;

afterEach(() => scheduler.dispose());

function makeViewer({ count = 100, capacity_bytes = 1_000_000 } = {}) {
  /** @type {ControllableLoads<ReturnType<typeof makePicture>>} */
  const network = new ControllableLoads();
  /** @type {number[]} */
  const shown = [];
  /** @type {number[]} */
  const failed = [];
  const clock = { now_s: 0 };
  scheduler = new FrameScheduler(count, new PictureCache({ capacity_bytes }), {
    load: network.start,
    show: (index) => shown.push(index),
    fail: (index) => failed.push(index),
    now_s: () => clock.now_s,
  });
  const arrive = (/** @type {number} */ index) => network.finish(index, makePicture());
  return { scheduler, network, shown, failed, clock, arrive };
}

test("the wanted frame loads first, then the ones ahead, four at once", () => {
  const { scheduler, network } = makeViewer();
  scheduler.want(10);
  assert.deepEqual(network.open, [10, 11, 12, 13]);
});

test("a step backwards need not wait for the frames ahead, and turns the prefetch around", async () => {
  const { scheduler, network, arrive } = makeViewer();
  scheduler.want(10);
  for (const index of [10, 11, 12, 13]) await arrive(index);
  assert.deepEqual(network.open, [14, 15, 16]);
  scheduler.want(9);
  assert.equal(network.open.at(-1), 9);
  await arrive(14);
  assert.equal(network.open.at(-1), 8);
});

test("a jump fetches ahead by its own stride", async () => {
  const { scheduler, network, arrive } = makeViewer();
  scheduler.want(10);
  for (const index of [10, 11, 12, 13, 14, 15, 16, 17, 18]) await arrive(index);
  scheduler.want(30);
  assert.deepEqual(network.open, [30, 50, 70]);
});

test("no frame outside of the scene is asked for", async () => {
  const { scheduler, network, arrive } = makeViewer({ count: 3 });
  scheduler.want(1);
  scheduler.want(2);
  for (const index of [1, 2]) await arrive(index);
  assert.deepEqual(network.started, [1, 2]);
});

test("a frame is shown when it comes, and prefetched ones are not", async () => {
  const { scheduler, shown, arrive } = makeViewer();
  scheduler.want(10);
  await arrive(11);
  await arrive(10);
  await arrive(12);
  assert.deepEqual(shown, [10]);
});

test("a held frame is shown at once", async () => {
  const { scheduler, shown, arrive } = makeViewer();
  scheduler.want(10);
  await arrive(10);
  await arrive(11);
  scheduler.want(11);
  assert.deepEqual(shown, [10, 11]);
});

test("a frame wanted earlier never covers one wanted later", async () => {
  const { scheduler, shown, arrive } = makeViewer();
  scheduler.want(10);
  scheduler.want(11);
  await arrive(11);
  await arrive(10);
  assert.deepEqual(shown, [11]);
});

test("while the wish runs ahead of the network the picture follows", async () => {
  const { scheduler, shown, arrive } = makeViewer();
  scheduler.want(10);
  scheduler.want(40);
  scheduler.want(70);
  await arrive(10);
  assert.deepEqual(shown, [10]);
});

test("the newest wish is loaded before older ones that wait", async () => {
  const { scheduler, network, arrive } = makeViewer();
  scheduler.want(0);
  scheduler.want(40);
  scheduler.want(80);
  assert.deepEqual(network.open, [0, 1, 2, 3]);
  await arrive(1);
  assert.equal(network.open.at(-1), 80);
});

test("a slow load far away makes room for the wanted frame, a young one does not", () => {
  const { scheduler, network, clock } = makeViewer();
  scheduler.want(0);
  scheduler.want(90);
  assert.deepEqual(network.open, [0, 1, 2, 3]);
  clock.now_s = 2;
  scheduler.want(91);
  assert.deepEqual(network.open, [1, 2, 3, 91]);
});

test("a failure of the wanted frame is reported, of a prefetched one only when it is wanted", async () => {
  const { scheduler, network, failed, arrive } = makeViewer();
  scheduler.want(10);
  await network.fail(11, new Error());
  assert.deepEqual(failed, []);
  await arrive(10);
  scheduler.want(11);
  assert.deepEqual(failed, [11]);
});

test("a frame wanted before the one that failed does not cover the reason", async () => {
  const { scheduler, network, shown, failed, arrive } = makeViewer();
  scheduler.want(10);
  scheduler.want(11);
  await network.fail(11, new Error());
  await arrive(10);
  assert.deepEqual([shown, failed], [[], [11]]);
});

test("a failed frame is left alone for a while and then asked for again", async () => {
  const { scheduler, network, clock, failed } = makeViewer({ count: 1 });
  scheduler.want(0);
  await network.fail(0, new Error());
  scheduler.want(0);
  assert.deepEqual([network.started, failed], [[0], [0, 0]]);
  clock.now_s = 11;
  scheduler.want(0);
  assert.deepEqual(network.started, [0, 0]);
});

test("a retry asks for the wanted frame at once", async () => {
  const { scheduler, network, shown, arrive } = makeViewer({ count: 1 });
  scheduler.want(0);
  await network.fail(0, new Error());
  scheduler.retry();
  await arrive(0);
  assert.deepEqual(shown, [0]);
});

test("frames too large to hold are not fetched ahead", async () => {
  const { scheduler, network, arrive } = makeViewer({ capacity_bytes: 800 });
  scheduler.want(10);
  for (const index of [10, 11, 12, 13]) await arrive(index);
  network.started.length = 0;
  for (const index of network.open) await arrive(Number(index));
  network.started.length = 0;
  scheduler.want(50);
  assert.deepEqual(network.started, [50]);
});

test("a disposed scheduler aborts its loads, and what still comes is closed", async () => {
  const { scheduler, network, shown } = makeViewer();
  scheduler.want(10);
  scheduler.dispose();
  scheduler.want(11);
  await settled();
  assert.deepEqual([network.open, shown], [[], []]);
  assert.equal(network.started.length, 4);
});
