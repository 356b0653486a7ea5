import assert from "node:assert/strict";
import { test } from "node:test";

import { HostAbilities } from "../../static/js/hosts/abilities.js";
import { TabMemory } from "../../static/js/lib/tab-memory.js";
import { MemoryStorage } from "./memory-storage.js";

const HOST = "https://media.example";

/** @param {() => Storage} [storage] */
function make(storage = () => shared, shared = new MemoryStorage()) {
  const clock = { now_s: 1000 };
  const open = () => new HostAbilities({ memory: new TabMemory("host", storage), now_s: () => clock.now_s });
  return { clock, open };
}

test("a host that nobody asked is unknown", () => {
  const abilities = make().open();
  assert.deepEqual([abilities.readable(HOST), abilities.ranges(HOST)], [undefined, undefined]);
});

test("what was learned is known on the tab's next page, each thing by itself", () => {
  const { open } = make();
  open().learn(HOST, { readable: false });
  open().learn(HOST, { ranges: true });
  const next = open();
  assert.deepEqual([next.readable(HOST), next.ranges(HOST), next.readable("https://other.example")], [false, true, undefined]);
});

test("what was learned is asked again after some minutes, as a host may be mended", () => {
  const { clock, open } = make();
  open().learn(HOST, { readable: false });
  clock.now_s += 299;
  assert.equal(open().readable(HOST), false);
  clock.now_s += 2;
  assert.equal(open().readable(HOST), undefined);
});

test("what is learned later does not keep older things alive", () => {
  const { clock, open } = make();
  open().learn(HOST, { readable: false, protocol: "h2" });
  clock.now_s += 200;
  open().learn(HOST, { latency_ms: 12, protocol: "h3" });
  clock.now_s += 200;
  assert.deepEqual(open().of(HOST), { latency_ms: 12, protocol: "h3" });
  assert.equal(open().since_s(HOST), 1200);
});

test("a host whose files came is known to answer, unless it was found since that it does not", () => {
  const abilities = make().open();
  abilities.learn(HOST, { readable: false });
  assert.equal(abilities.reachable(HOST), true);
  abilities.learn(HOST, { reachable: false });
  assert.equal(abilities.reachable(HOST), false);
});

test("who shows what is known hears when it changes", () => {
  const abilities = make().open();
  /** @type {string[]} */
  const heard = [];
  abilities.addEventListener("change", (event) => void heard.push(/** @type {CustomEvent} */ (event).detail.origin));
  abilities.learn(HOST, { reachable: true });
  abilities.forget(HOST);
  assert.deepEqual(heard, [HOST, HOST]);
  assert.deepEqual([abilities.of(HOST), abilities.since_s(HOST)], [{}, null]);
});

test("a host can be forgotten at once", () => {
  const abilities = make().open();
  abilities.learn(HOST, { readable: false });
  abilities.forget(HOST);
  assert.equal(abilities.readable(HOST), undefined);
});

test("where storage is forbidden the page itself remembers", () => {
  const { open } = make(() => {
    throw new DOMException("denied", "SecurityError");
  });
  const abilities = open();
  abilities.learn(HOST, { readable: true });
  assert.deepEqual([abilities.readable(HOST), open().readable(HOST)], [true, undefined]);
  abilities.forget(HOST);
  assert.equal(abilities.readable(HOST), undefined);
});

test("a note that somebody spoiled is no note", () => {
  const storage = new MemoryStorage();
  const { open } = make(() => storage);
  for (const text of ["{", "7", "null", '"x"', '{"readable":true}', '{"readable":{"is":true}}']) {
    storage.setItem(`transom-host-${HOST}`, text);
    assert.equal(open().readable(HOST), undefined);
  }
});
