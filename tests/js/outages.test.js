import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { HostDown, HostOutages } from "../../static/js/hosts/host-outages.js";
import { ImageFailed } from "../../static/js/media/image-load.js";
import { verdict } from "../../static/js/media/verdicts.js";
import { ControllableLoads, settled } from "./controllable.js";

const HOST = "https://media.example";
const never = new AbortController().signal;

/** @type {ControllableLoads<string>} */
let network;
/** @type {{isAlive: boolean, isSilent: boolean, isVisible: boolean, asked: number}} */
let host;
/** @type {HostOutages} */
let outages;
/** @type {string[]} */
let heard;

/** @type {(signal: AbortSignal) => Promise<boolean>} */
const answer = (signal) => {
  host.asked += 1;
  if (!host.isSilent) return Promise.resolve(host.isAlive);
  return new Promise((resolve) => {
    answerLate = () => resolve(true);
    signal.addEventListener("abort", () => resolve(false));
  });
};
/** Lets the question that was asked last be answered. */
let answerLate = () => {};
/** @type {string[]} */
let slow;
let usual_s = 0;

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  network = new ControllableLoads();
  host = { isAlive: true, isSilent: false, isVisible: true, asked: 0 };
  clock_s = 0;
  usual_s = 0;
  slow = [];
  outages = new HostOutages({
    now_s: () => clock_s,
    isVisible: () => host.isVisible,
    isAnswering: (_, signal) => answer(signal),
    isAnsweringAgain: (_, __, signal) => answer(signal),
    usual_s: () => usual_s,
    slow: (origin) => slow.push(origin),
  });
  heard = [];
  for (const type of ["down", "back"]) outages.addEventListener(type, (event) => heard.push(`${type} ${/** @type {CustomEvent} */ (event).detail.origin}`));
});

afterEach(() => mock.timers.reset());

let clock_s = 0;

/** Lets time pass in small steps, and everything happen that waits for it. @param {number} seconds */
async function pass(seconds) {
  for (let step = 0; step < Math.round(seconds * 20); step += 1) {
    clock_s += 0.05;
    mock.timers.tick(50);
    await settled();
  }
}

/** @param {string} name @param {import("../../static/js/media/verdicts.js").FailureKind} [kind] what the doctor would say */
function load(name, kind = "unreachable") {
  const url = `${HOST}/${name}`;
  const loaded = outages.load(url, (signal) => network.start(name, signal), { why: async () => verdict(kind, { origin: HOST }) });
  loaded.catch(() => {});
  return loaded;
}

test("a host that keeps silent is down within two seconds, and whoever waits for it is told", async () => {
  host.isSilent = true;
  const loaded = load("1.jpg");
  await pass(1.95);
  await assert.rejects(loaded, HostDown);
  assert.equal(outages.of(HOST)?.diagnosis.kind, "host-silent");
  assert.deepEqual(heard, [`down ${HOST}`]);
});

test("a slow file of a host that answers leaves the host alone, and is asked about once", async () => {
  const loaded = load("large.tif");
  await pass(15);
  assert.equal(outages.isDown(HOST), false);
  assert.equal(host.asked, 1);
  await network.finish("large.tif", "there");
  assert.equal(await loaded, "there");
});

test("a host whose files always take long is given longer", async () => {
  for (const name of ["1", "2"]) {
    void load(name);
    await pass(0.9);
    await network.finish(name, "there");
  }
  const { asked } = host;
  void load("3");
  await pass(1.5);
  assert.equal(host.asked, asked);
});

test("a host that answers late is back with its answer, and given longer from then on", async () => {
  host.isSilent = true;
  const loaded = load("slow");
  await pass(2);
  await assert.rejects(loaded, HostDown);
  answerLate();
  await settled();
  assert.deepEqual(heard, [`down ${HOST}`, `back ${HOST}`]);
  assert.deepEqual(slow, [HOST]);
  void load("again");
  const { asked } = host;
  await pass(2);
  assert.equal(host.asked, asked);
});

test("a host that this tab knows to be slow is given longer from the beginning", async () => {
  usual_s = 1.5;
  host.isSilent = true;
  void load("1");
  await pass(2.9);
  assert.equal(host.asked, 0);
  await pass(1.2);
  assert.equal(outages.isDown(HOST), true);
});

test("a host that answers one load while it is doubted is not down", async () => {
  host.isSilent = true;
  void load("1");
  void load("2");
  await pass(1);
  await network.finish("1", "there");
  await pass(1);
  assert.deepEqual(heard, []);
});

test("a file that hangs does not hide that its host falls silent", async () => {
  void load("hangs");
  await pass(5);
  host.isSilent = true;
  const loaded = load("next");
  await pass(2);
  await assert.rejects(loaded, HostDown);
});

test("while others are answered nobody is missed", async () => {
  void load("stuck");
  for (let turn = 0; turn < 10; turn += 1) {
    void load(`${turn}`);
    await pass(0.5);
    await network.finish(`${turn}`, "there");
  }
  assert.equal(host.asked, 0);
});

test("nothing is loaded from a host that is down, and one question asks it again until it answers", async () => {
  host.isAlive = false;
  outages.reportFailure(verdict("unreachable", { origin: HOST }));
  for (let name = 0; name < 1000; name += 1) await assert.rejects(load(`${name}`), HostDown);
  assert.equal(network.started.length, 0);
  await pass(30);
  assert.ok(host.asked >= 9 && host.asked <= 12, `${host.asked} questions in 30 s`);
  host.isAlive = true;
  await pass(3);
  assert.deepEqual(heard, [`down ${HOST}`, `back ${HOST}`]);
  void load("again");
  await settled();
  assert.deepEqual(network.open, ["again"]);
});

test("a host that is silent is asked anew every three seconds, so that its return is not missed", async () => {
  host.isSilent = true;
  outages.reportFailure(verdict("host-silent", { origin: HOST }));
  await pass(8);
  assert.ok(host.asked >= 3, `${host.asked} questions in 8 s`);
  host.isSilent = false;
  await pass(3);
  assert.equal(outages.isDown(HOST), false);
});

test("who waits for a host goes on when it is back, and not before", async () => {
  host.isAlive = false;
  outages.reportFailure(verdict("unreachable", { origin: HOST }));
  let isUp = false;
  void outages.up(HOST, never).then(() => (isUp = true));
  await pass(5);
  assert.equal(isUp, false);
  host.isAlive = true;
  await pass(3);
  assert.equal(isUp, true);
});

test("a failure is looked into once, while everything else of that host waits", async () => {
  let looks = 0;
  /** @type {(diagnosis: any) => void} */
  let say = () => {};
  const why = () => {
    looks += 1;
    return new Promise((resolve) => (say = resolve));
  };
  const loads = ["1", "2", "3"].map((name) => outages.load(`${HOST}/${name}`, (signal) => network.start(name, signal), { why }));
  await settled();
  for (const name of ["1", "2", "3"]) await network.fail(name, new ImageFailed());
  loads.push(outages.load(`${HOST}/4`, (signal) => network.start("4", signal), { why }));
  await settled();
  assert.deepEqual(network.started, ["1", "2", "3"]);
  say(verdict("unreachable", { origin: HOST }));
  for (const loaded of loads) await assert.rejects(loaded, HostDown);
  assert.equal(looks, 1);
});

test("the failure of a single file is its own, and the next ones are not looked into for a while", async () => {
  const first = load("missing.jpg", "not-found");
  await settled();
  await network.fail("missing.jpg", new ImageFailed());
  await assert.rejects(first, ImageFailed);
  const second = load("gone.jpg");
  await settled();
  await network.fail("gone.jpg", new ImageFailed());
  await assert.rejects(second, ImageFailed);
  assert.deepEqual(heard, []);
});

test("a cause that no waiting ends is not asked about, and can be tried again by hand", async () => {
  outages.reportFailure(verdict("mixed-content", { origin: HOST }));
  await pass(30);
  assert.equal(host.asked, 0);
  await outages.tryNow(HOST);
  assert.deepEqual(heard, [`down ${HOST}`, `back ${HOST}`]);
});

test("an impatient person is answered at once", async () => {
  outages.reportFailure(verdict("unreachable", { origin: HOST }));
  assert.equal(await outages.tryNow(HOST), true);
  assert.equal(outages.isDown(HOST), false);
});

test("a hidden page asks nothing", async () => {
  host.isVisible = false;
  outages.reportFailure(verdict("unreachable", { origin: HOST }));
  await pass(30);
  assert.equal(host.asked, 0);
  outages.tryAll();
  await settled();
  assert.equal(outages.isDown(HOST), false);
});

test("a host that is back in word only is asked ever less", async () => {
  const failure = verdict("unreachable", { origin: HOST });
  outages.addEventListener("back", () => setTimeout(() => outages.reportFailure(failure), 100));
  outages.reportFailure(failure);
  await pass(60);
  assert.ok(host.asked <= 6, `${host.asked} questions in a minute`);
});

test("what keeps a host from being asked is said before the first load, and again when it is tried", async () => {
  let state = "prompt";
  const asked = new HostOutages({
    now_s: () => clock_s,
    entry: async () => (state === "prompt" ? verdict("local-network-prompt", { origin: HOST }) : null),
  });
  const start = () => asked.load(`${HOST}/1`, (signal) => network.start("1", signal));
  await assert.rejects(start(), HostDown);
  assert.equal(network.started.length, 0);
  state = "granted";
  asked.allowed();
  void start();
  await settled();
  assert.deepEqual(network.open, ["1"]);
});

test("one host's outage is not another's", async () => {
  outages.reportFailure(verdict("unreachable", { origin: "https://other.example" }));
  const loaded = load("1");
  await settled();
  await network.finish("1", "there");
  assert.equal(await loaded, "there");
});
