import assert from "node:assert/strict";
import { test } from "node:test";

import { Probe } from "../../static/js/media/probe.js";
import { ControllableLoads, settled } from "./controllable.js";

/** @type {ControllableLoads<Response>} */
let network;
/** @type {RequestInit[]} */
let requests;

function makeProbe({ timeout_s = 0.2 } = {}) {
  network = new ControllableLoads();
  requests = [];
  /** @type {any} */
  const fetch = (/** @type {string} */ url, /** @type {RequestInit} */ options) => {
    requests.push(options);
    const signal = /** @type {AbortSignal} */ (options.signal);
    return new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      network.start(url, signal).then(resolve, reject);
    });
  };
  return new Probe({ fetch, timeout_s });
}

test("an opaque answer means the host answered, and its body is not downloaded", async () => {
  const probe = makeProbe();
  const answer = probe.ask("https://a.example/1");
  await settled();
  await network.finish("https://a.example/1", Response.error());
  assert.equal(await answer, "answered");
  assert.equal(requests[0]?.signal?.aborted, true);
});

test("a rejection means the host could not be reached", async () => {
  const probe = makeProbe();
  const answer = probe.ask("https://a.example/1");
  await settled();
  await network.fail("https://a.example/1", new TypeError());
  assert.equal(await answer, "refused");
});

test("no answer in time means silence", async () => {
  const probe = makeProbe({ timeout_s: 0.01 });
  assert.equal(await probe.ask("https://a.example/1"), "silent");
});

test("an address is asked once, and again after it is forgotten", async () => {
  const probe = makeProbe();
  const answers = [probe.ask("https://a.example/1"), probe.ask("https://a.example/1")];
  await settled();
  await network.fail("https://a.example/1", new TypeError());
  assert.deepEqual(await Promise.all(answers), ["refused", "refused"]);
  assert.equal(network.started.length, 1);
  probe.forget("https://a.example/1");
  void probe.ask("https://a.example/1");
  await settled();
  assert.equal(network.started.length, 2);
});

test("at most two addresses are asked at once", async () => {
  const probe = makeProbe();
  for (const number of [1, 2, 3, 4]) void probe.ask(`https://a.example/${number}`);
  await settled();
  assert.deepEqual(network.open, ["https://a.example/1", "https://a.example/2"]);
  await network.fail("https://a.example/1", new TypeError());
  assert.deepEqual(network.open, ["https://a.example/2", "https://a.example/3"]);
  assert.equal(network.mostAtOnce, 2);
});

test("a probe carries no cookie, no Referer and no readable mode", async () => {
  const probe = makeProbe();
  void probe.ask("https://a.example/1");
  await settled();
  const { mode, credentials, referrerPolicy } = /** @type {RequestInit} */ (requests[0]);
  assert.deepEqual({ mode, credentials, referrerPolicy }, { mode: "no-cors", credentials: "omit", referrerPolicy: "no-referrer" });
});
