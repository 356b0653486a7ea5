import assert from "node:assert/strict";
import { test } from "node:test";

import { LocalNetwork, needsPermission } from "../../static/js/hosts/local-network.js";

const PUBLIC = "https://transom.example/datasets/";

/**
 * @param {Record<string, "granted" | "denied" | "prompt">} states by the names that the browser knows
 * @param {{reaches?: (url: string, options: any) => boolean, takesSpaces?: boolean}} [world]
 */
function browser(states, { reaches = () => false, takesSpaces = true } = {}) {
  /** @type {{url: string, options: any}[]} */
  const requests = [];
  const statuses = Object.fromEntries(Object.entries(states).map(([name, state]) => [name, Object.assign(new EventTarget(), { state })]));
  const network = new LocalNetwork({
    pageAddress: PUBLIC,
    takesSpaces,
    query: async (name) => /** @type {any} */ (statuses[name] ?? Promise.reject(new TypeError())),
    fetch: /** @type {any} */ (async (/** @type {string} */ url, /** @type {any} */ options) => {
      requests.push({ url, options });
      if (!reaches(url, options)) throw new TypeError();
    }),
  });
  return { network, requests, statuses };
}

test("only a page of the internet needs leave, and not for the internet", () => {
  const need = (/** @type {string} */ page, /** @type {string} */ media) => needsPermission(new URL(page), new URL(media));
  assert.equal(need(PUBLIC, "https://10.0.0.5/1.jpg"), "yes");
  assert.equal(need(PUBLIC, "http://nas.local/1.jpg"), "yes");
  assert.equal(need(PUBLIC, "http://127.0.0.1:9000/1.jpg"), "yes");
  assert.equal(need(PUBLIC, "https://media.corp.example/1.jpg"), "maybe");
  assert.equal(need(PUBLIC, "https://93.184.216.34/1.jpg"), "no");
  assert.equal(need("http://localhost:8000/", "https://10.0.0.5/1.jpg"), "no");
  assert.equal(need("https://10.0.0.4/", "https://10.0.0.5/1.jpg"), "no");
  assert.equal(need("http://transom.example/", "https://10.0.0.5/1.jpg"), "no");
});

test("a host of the local network is not asked before the person is", async () => {
  const { network, requests } = browser({ "local-network": "prompt", "loopback-network": "granted" });
  assert.equal((await network.bar("https://10.0.0.5/1.jpg"))?.kind, "local-network-prompt");
  assert.equal(await network.bar("http://127.0.0.1:9000/1.jpg"), null);
  assert.deepEqual(requests, []);
});

test("a refusal is known without asking the host", async () => {
  const { network, requests } = browser({ "local-network": "denied" });
  assert.equal((await network.bar("https://10.0.0.5/1.jpg"))?.kind, "local-network-denied");
  assert.deepEqual(requests, []);
});

test("a name of the internet is found out without anybody being asked", async () => {
  const { network, requests } = browser({ "local-network": "prompt" }, { reaches: () => true });
  assert.equal(await network.bar("https://bucket.s3.example/1.jpg?secret"), null);
  assert.deepEqual(requests.map(({ url }) => url), ["https://bucket.s3.example/"]);
  assert.equal(requests[0]?.options.targetAddressSpace, "public");
  assert.equal(network.bar("https://bucket.s3.example/2.jpg"), null);
});

test("a name that is not of the internet, or a browser that cannot say so, waits for the person", async () => {
  const kinds = [];
  for (const takesSpaces of [true, false]) {
    const { network, requests } = browser({ "local-network": "prompt" }, { takesSpaces });
    kinds.push((await network.bar("https://media.corp.example/1.jpg"))?.kind, requests.length);
  }
  assert.deepEqual(kinds, ["local-network-prompt", 1, "local-network-prompt", 0]);
});

test("the older name of the permission is understood", async () => {
  const { network } = browser({ "local-network-access": "denied" });
  assert.equal(await network.state("local-network"), "denied");
});

test("a browser that tells pages nothing is let do its own asking", async () => {
  const { network } = browser({});
  assert.equal(await network.state("local-network"), "unknown");
  assert.equal(await network.bar("https://10.0.0.5/1.jpg"), null);
});

test("asking makes one request, and a host nobody had to be asked about is free from then on", async () => {
  const { network, requests } = browser({ "local-network": "prompt" });
  assert.equal(await network.ask("https://media.corp.example"), "prompt");
  assert.equal(requests.length, 1);
  assert.equal(network.bar("https://media.corp.example/1.jpg"), null);
});

test("an answer is heard", async () => {
  const { network, statuses } = browser({ "local-network": "prompt" });
  await network.state("local-network");
  let changes = 0;
  network.addEventListener("change", () => (changes += 1));
  statuses["local-network"]?.dispatchEvent(new Event("change"));
  assert.equal(changes, 1);
});
