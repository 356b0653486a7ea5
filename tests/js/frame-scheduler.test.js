import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { FrameScheduler } from "../../static/js/viewer/frame-scheduler.js";
import { PictureCache } from "../../static/js/viewer/picture-cache.js";
import { Timeline } from "../../static/js/viewer/timeline.js";
import { ControllableLoads, settled } from "./controllable.js";

/** @typedef {import("../../static/js/viewer/frame-source.js").FrameSource} FrameSource */

function makePicture() {
  const picture = { width: 10, height: 10, isClosed: false, close: () => void (picture.isClosed = true) };
  return picture;
}

/** @type {FrameScheduler} */
let scheduler;

afterEach(() => scheduler.dispose());

/** A viewer of frames of 400 bytes each, whose loads and clock the test moves by hand. */
function makeViewer({ count = 1000, capacity_bytes = 1_000_000, parallel = 4, ahead = 24, timeout_s = 20 } = {}) {
  /** @type {ControllableLoads<ImageBitmap>} */
  const network = new ControllableLoads();
  /** @type {number[]} */
  const shown = [];
  /** @type {number[]} */
  const failed = [];
  /** @type {import("../../static/js/viewer/frame-source.js").Wish[]} */
  const aimed = [];
  const clock = { now_s: 0 };
  /** @type {FrameSource} */
  const source = {
    kind: "frames",
    says: "frames of a test",
    timeline: Timeline.even(count, 30),
    parallel,
    ahead,
    onSpare: null,
    load: network.start,
    aim: (wish) => aimed.push(wish),
    dispose: () => {},
  };
  /** @type {PictureCache<ImageBitmap>} */
  const cache = new PictureCache({ capacity_bytes });
  scheduler = new FrameScheduler(
    source,
    cache,
    {
      show: (index) => shown.push(index),
      fail: (index) => failed.push(index),
      now_s: () => clock.now_s,
    },
    { timeout_s },
  );
  const arrive = (/** @type {number} */ index) => network.finish(index, makePicture());
  const arriveAll = async () => {
    while (network.open.length > 0) await arrive(Number(network.open[0]));
  };
  /** Looks at the frame on screen for a moment. */
  const look = async () => {
    clock.now_s += 1;
    await new Promise((resolve) => setTimeout(resolve, 220));
  };
  /** Wants frames one after the other, some time apart. */
  const move = (/** @type {number[]} */ indexes, seconds = 1 / 30) => {
    for (const index of indexes) {
      clock.now_s += seconds;
      scheduler.want(index);
    }
  };
  return { scheduler, source, cache, network, shown, failed, aimed, clock, arrive, arriveAll, look, move };
}

test("the first frame has the network for itself, and when it was looked at its neighbors come, the later ones first", async () => {
  const { scheduler, network, arrive, look } = makeViewer();
  scheduler.want(10);
  assert.deepEqual(network.open, [10]);
  await arrive(10);
  assert.deepEqual(network.open, []);
  await look();
  assert.deepEqual(network.open, [11, 9]);
});

test("a slow hand is served ahead of where it goes, with one place kept for the wanted frame", async () => {
  const { network, arrive, move } = makeViewer();
  move([10, 11]);
  assert.deepEqual(network.open, [10, 11, 12, 13]);
  await arrive(10);
  await arrive(11);
  assert.deepEqual(network.open, [12, 13, 14]);
  move([12]);
  assert.deepEqual(network.open, [12, 13, 14, 15]);
});

test("a hand that turns is served on the other side", async () => {
  const { network, arriveAll, move } = makeViewer({ ahead: 8 });
  move([100, 101]);
  await arriveAll();
  network.started.length = 0;
  move([99]);
  assert.deepEqual(network.started, [96, 95]);
});

test("a slow hand gets as many frames ahead as the source says, and a few behind", async () => {
  const { network, arriveAll, move } = makeViewer({ ahead: 12 });
  move([100, 102]);
  await arriveAll();
  const frames = network.started.map(Number).sort((a, b) => a - b);
  assert.deepEqual([frames[0], frames.at(-1)], [98, 110]);
});

test("a fast hand is served in its own strides", async () => {
  const { network, move } = makeViewer({ parallel: 8 });
  move([100, 110, 120]);
  assert.deepEqual(network.open, [100, 110, 120, 130, 140, 150]);
});

test("frames that a fast hand will have passed before they could come are left out", async () => {
  const { network, clock, arrive, move } = makeViewer();
  move([100, 110, 120, 130]);
  clock.now_s += 1 / 30;
  for (const index of [100, 110, 120]) await arrive(index);
  network.started.length = 0;
  move([140, 150], 1 / 30);
  assert.ok(network.started.map(Number).every((index) => index === 140 || index === 150 || index > 160), String(network.started));
});

test("the wanted frame that a fast hand left is loaded as soon as the hand rests", async () => {
  const { network, clock, arrive, move } = makeViewer();
  move([100, 110, 120, 130]);
  clock.now_s += 0.2;
  for (const index of [...network.open]) await arrive(Number(index));
  network.started.length = 0;
  move([140, 150, 160, 170, 180]);
  assert.ok(!network.started.includes(180), String(network.started));
  for (const index of [...network.open]) await arrive(Number(index));
  clock.now_s += 0.1;
  await new Promise((resolve) => setTimeout(resolve, 70));
  for (const index of [...network.open]) await arrive(Number(index));
  assert.ok(network.started.includes(180), String(network.started));
});

test("after a jump nothing else is fetched until the frame was looked at, then its neighbors", async () => {
  const { network, arriveAll, arrive, look, move } = makeViewer({ ahead: 4 });
  move([500]);
  await arriveAll();
  network.started.length = 0;
  move([90]);
  assert.deepEqual(network.open, [90]);
  await arrive(90);
  assert.deepEqual(network.open, []);
  await look();
  assert.deepEqual(network.open, [91, 89]);
});

test("no frame outside of the scene is asked for", async () => {
  const { network, arriveAll, move } = makeViewer({ count: 3 });
  move([1, 2]);
  await arriveAll();
  assert.deepEqual(network.started.map(Number).sort(), [0, 1, 2]);
});

test("a frame is shown when it comes, and prefetched ones are not", async () => {
  const { shown, arrive, move } = makeViewer();
  move([10, 11]);
  await arrive(12);
  await arrive(11);
  await arrive(13);
  assert.deepEqual(shown, [11]);
});

test("a held frame is shown at once", async () => {
  const { shown, arrive, look, move } = makeViewer();
  move([10]);
  await arrive(10);
  await look();
  await arrive(11);
  move([11]);
  assert.deepEqual(shown, [10, 11]);
});

test("a frame wanted earlier never covers one wanted later", async () => {
  const { shown, arrive, move } = makeViewer();
  move([10, 11]);
  await arrive(11);
  await arrive(10);
  assert.deepEqual(shown, [11]);
});

test("while the wish runs ahead of the network the picture follows, and never goes back", async () => {
  const { shown, arrive, move } = makeViewer();
  move([10, 40, 70]);
  await arrive(40);
  await arrive(10);
  await arrive(70);
  assert.deepEqual(shown, [40, 70]);
});

test("while the wanted frame is on its way the nearest held one is shown, if it is nearer than the one on screen", async () => {
  const { shown, arriveAll, arrive, look, move } = makeViewer({ ahead: 4 });
  move([100]);
  await arriveAll();
  await look();
  await arriveAll();
  move([300], 2);
  await arrive(300);
  shown.length = 0;
  move([104], 2);
  assert.deepEqual(shown, [102]);
  await arrive(104);
  assert.deepEqual(shown, [102, 104]);
});

test("after a jump the frames left over from the old place are not played", async () => {
  const { shown, arrive, move } = makeViewer();
  move([10, 11]);
  await arrive(11);
  move([300], 2);
  for (const index of [12, 13]) await arrive(index);
  assert.deepEqual(shown, [11]);
});

test("the newest wish is loaded before older ones that wait", async () => {
  const { network, arrive, move } = makeViewer({ parallel: 2 });
  move([0, 400, 100, 800]);
  assert.deepEqual(network.open, [0, 400]);
  await arrive(0);
  assert.equal(network.open.at(-1), 800);
});

test("a slow load far away makes room for the wanted frame; a young one, and one that is near, do not", () => {
  const { network, move } = makeViewer({ parallel: 2 });
  move([0, 900, 20]);
  assert.deepEqual(network.open, [0, 900]);
  move([21], 1.5);
  assert.deepEqual(network.open, [0, 21]);
  move([22], 1);
  assert.deepEqual(network.open, [0, 21]);
});

test("a load that takes very long goes even where it is near", () => {
  const { network, move } = makeViewer({ parallel: 1 });
  move([0]);
  move([1], 7);
  assert.deepEqual(network.open, [1]);
});

test("loads that never end give way to the wanted frame, though nothing else happens", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { network, clock, move } = makeViewer({ count: 24, parallel: 4 });
  move([8, 9, 10, 11]);
  assert.equal(network.open.length, 4);
  move([23]);
  assert.ok(!network.started.includes(23));
  for (let second = 0; second < 3; second += 1) {
    clock.now_s += 1;
    context.mock.timers.tick(1000);
  }
  assert.ok(network.open.includes(23));
});

test("a failure of the wanted frame is reported, of a prefetched one only when it is wanted", async () => {
  const { network, failed, arrive, move } = makeViewer();
  move([10, 11]);
  await network.fail(12, new Error());
  assert.deepEqual(failed, []);
  await arrive(11);
  move([12]);
  assert.deepEqual(failed, [12]);
});

test("neither a frame wanted before the one that failed nor a neighbor covers the reason", async () => {
  const { network, shown, failed, arrive, move } = makeViewer();
  move([10, 11]);
  await network.fail(11, new Error());
  await arrive(10);
  await arrive(12);
  assert.deepEqual([shown, failed], [[], [11]]);
});

test("a failed frame is left alone for a while and then asked for again", async () => {
  const { network, scheduler, clock, failed } = makeViewer({ count: 1 });
  scheduler.want(0);
  await network.fail(0, new Error());
  scheduler.want(0);
  assert.deepEqual([network.started, failed], [[0], [0, 0]]);
  clock.now_s = 11;
  scheduler.want(0);
  assert.deepEqual(network.started, [0, 0]);
});

test("a retry asks for the wanted frame at once", async () => {
  const { network, scheduler, shown, arrive } = makeViewer({ count: 1 });
  scheduler.want(0);
  await network.fail(0, new Error());
  scheduler.retry();
  await arrive(0);
  assert.deepEqual(shown, [0]);
});

test("a load that never ends fails, and one that ends too late is closed", async () => {
  const { network, scheduler, failed } = makeViewer({ timeout_s: 0.01 });
  /** @type {(picture: ImageBitmap) => void} */
  let finish = () => {};
  scheduler.dispose();
  const viewer = makeViewer({ timeout_s: 0.01 });
  viewer.source.load = () => new Promise((resolve) => (finish = resolve));
  viewer.scheduler.want(3);
  await new Promise((resolve) => setTimeout(resolve, 30));
  const late = makePicture();
  finish(late);
  await settled();
  assert.deepEqual([viewer.failed, viewer.shown, late.isClosed], [[3], [], true]);
  assert.deepEqual([network.started, failed], [[], []]);
});

test("frames too large to hold are not fetched ahead", async () => {
  const { network, arriveAll, move } = makeViewer({ capacity_bytes: 800 });
  move([10]);
  await arriveAll();
  move([11, 12]);
  assert.deepEqual(network.started, [10, 11, 12]);
});

test("held and coming pictures together stay within the capacity", async () => {
  const { cache, network, arrive, move } = makeViewer({ capacity_bytes: 40 * 400, ahead: 30 });
  move([0]);
  await arrive(0);
  for (let index = 1; index < 200; index += 1) {
    move([index]);
    while (network.open.length > 2) await arrive(Number(network.open[0]));
    assert.ok(cache.held_bytes + network.open.length * 400 <= 40 * 400);
  }
});

test("what is held is told as runs of frames, and a picture can be looked at", async () => {
  const { scheduler, arriveAll, look, move } = makeViewer({ ahead: 2 });
  move([10]);
  await arriveAll();
  await look();
  await arriveAll();
  assert.deepEqual(scheduler.held, [[9, 11]]);
  assert.equal(scheduler.peek(9)?.width, 10);
  assert.equal(scheduler.peek(12), undefined);
});

test("a source hears every wish and the step of the hand before it loads", () => {
  const { aimed, network, source, move } = makeViewer();
  /** @type {unknown[]} */
  const startedBefore = [];
  source.aim = (wish) => {
    aimed.push(wish);
    startedBefore.push(network.started.includes(wish.index));
  };
  move([10, 300, 299]);
  assert.deepEqual(aimed, [{ index: 10, step: 0 }, { index: 300, step: 290 }, { index: 299, step: -1 }]);
  assert.deepEqual(startedBefore, [false, false, false]);
});

test("a spare picture is held, and shown when it is the wanted one", async () => {
  const { source, network, shown, arrive, move } = makeViewer();
  move([10]);
  source.onSpare?.(11, makePicture());
  source.onSpare?.(10, makePicture());
  assert.deepEqual(shown, [10]);
  await arrive(10);
  move([11]);
  assert.deepEqual(shown, [10, 10, 11]);
  assert.ok(!network.started.includes(11));
});

test("a spare picture that is held already, or too far away to fit, is closed", async () => {
  const { source, arrive, move } = makeViewer({ capacity_bytes: 1200 });
  for (const index of [8, 9, 10]) {
    move([index]);
    await arrive(index);
  }
  const [again, far] = [makePicture(), makePicture()];
  source.onSpare?.(10, again);
  source.onSpare?.(500, far);
  assert.deepEqual([again.isClosed, far.isClosed], [true, true]);
});

test("a disposed scheduler aborts its loads, closes what still comes, and leaves the source's spares to it", async () => {
  const { scheduler, source, network, shown, move } = makeViewer();
  move([10, 11]);
  const { onSpare } = source;
  scheduler.dispose();
  scheduler.want(12);
  const spare = makePicture();
  onSpare?.(11, spare);
  await settled();
  assert.deepEqual([network.open, shown, spare.isClosed, source.onSpare], [[], [], true, null]);
  assert.equal(network.started.length, 4);
});
