import assert from "node:assert/strict";
import { test } from "node:test";

import { OwnServer } from "../../static/js/media/own-server.js";
import { FIRST_BYTES, Probe } from "../../static/js/media/probe.js";
import { ControllableLoads } from "./controllable.js";

const URL_A = "https://a.example/1?signature=1";

/** @type {ControllableLoads<Response>} */
let network;
/** @type {any[]} */
let requests;

const fetch = /** @type {any} */ (
  (/** @type {string} */ url, /** @type {RequestInit} */ options) => {
    requests.push({ url, ...options });
    const signal = /** @type {AbortSignal} */ (options.signal);
    return new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      network.start(url, signal).then(resolve, reject);
    });
  }
);

function makeProbe({ timeout_s = 0.2 } = {}) {
  network = new ControllableLoads();
  requests = [];
  return new Probe({ fetch, timeout_s, now_ms: () => 0 });
}

test("an opaque answer means the host answered, and its body is not downloaded", async () => {
  const touch = makeProbe().touch(URL_A);
  await network.finish(URL_A, Response.error());
  assert.equal((await touch).saw, "answered");
  assert.equal(requests[0].signal.aborted, true);
});

test("a rejection means no connection, and no answer in time silence", async () => {
  const touch = makeProbe().touch(URL_A);
  await network.fail(URL_A, new TypeError());
  assert.equal((await touch).saw, "refused");
  assert.equal((await makeProbe({ timeout_s: 0.01 }).touch(URL_A)).saw, "silent");
});

test("a probe carries no cookie and no Referer, and leaves a signed address as it is", async () => {
  const probe = makeProbe();
  void probe.touch(URL_A);
  void probe.read(URL_A);
  for (const { url, credentials, referrerPolicy } of requests) {
    assert.deepEqual({ url, credentials, referrerPolicy }, { url: URL_A, credentials: "omit", referrerPolicy: "no-referrer" });
  }
  assert.equal(requests[0].mode, "no-cors");
  assert.deepEqual(requests[1].headers, { Range: "bytes=0-4095" });
});

test("what may be read is read to the first bytes, and no further", async () => {
  const reading = makeProbe().read(URL_A, { from: 10, credentials: { headers: { Authorization: "Bearer t" }, credentials: "omit" } });
  const type = { "content-type": "Image/JPEG; q=1" };
  await network.finish(URL_A, new Response(new Uint8Array(3 * FIRST_BYTES).fill(7), { status: 206, headers: type }));
  const { saw, status, type: said, isPart, bytes, address } = await reading;
  assert.deepEqual({ saw, status, said, isPart, address }, { saw: "read", status: 206, said: "image/jpeg", isPart: true, address: URL_A });
  assert.equal(bytes.length, FIRST_BYTES);
  assert.deepEqual(requests[0].headers, { Authorization: "Bearer t", Range: "bytes=10-4105" });
});

test("a body that does not come is told from one that breaks off, and both from no answer", async () => {
  const stalled = makeProbe({ timeout_s: 0.02 }).read(URL_A);
  await network.finish(URL_A, new Response(new ReadableStream({ start: (body) => body.enqueue(new Uint8Array(9)) })));
  assert.deepEqual([(await stalled).saw, (await stalled).status], ["stalled", 200]);
  const broken = makeProbe().read(URL_A);
  await network.finish(URL_A, new Response(new ReadableStream({ start: (body) => body.error(new TypeError()) })));
  assert.equal((await broken).saw, "broken");
  const refused = makeProbe().read(URL_A);
  await network.fail(URL_A, new TypeError());
  assert.deepEqual([(await refused).saw, (await refused).status], ["refused", 0]);
});

test("our own server is asked once in a while, and its clock is believed", async () => {
  makeProbe();
  const server = new OwnServer({ fetch, address: "https://t.example/healthz", now_ms: () => 0 });
  const [touch, now_ms] = [server.touch(), server.now_ms()];
  await network.finish("https://t.example/healthz", new Response("", { headers: { date: "Thu, 01 Jan 1970 01:00:00 GMT" } }));
  assert.equal((await touch).saw, "answered");
  assert.equal(await now_ms, 3_600_500);
  assert.equal(requests.length, 1);
});

test("the network of an insecure page is the one as which its own server answers", async () => {
  const placeWhere = (/** @type {string[]} */ ...answering) => {
    const only = async (/** @type {string} */ _url, /** @type {any} */ { targetAddressSpace }) => {
      if (!answering.includes(targetAddressSpace)) throw new TypeError();
    };
    return new OwnServer({ fetch: /** @type {any} */ (only), address: "http://t.example/" }).space();
  };
  assert.equal(await placeWhere("public"), "public");
  assert.equal(await placeWhere("local"), "local");
  assert.equal(await placeWhere("loopback"), "local");
  // A browser that knows no networks answers to all.
  assert.equal(await placeWhere("public", "local", "loopback"), "unknown");
  assert.equal(await placeWhere(), "unknown");
});
