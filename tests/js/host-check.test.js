import assert from "node:assert/strict";
import { test } from "node:test";

import { abilityRows, inShort } from "../../static/js/hosts/ability-words.js";
import { checkHost } from "../../static/js/hosts/host-check.js";
import { verdict } from "../../static/js/media/verdicts.js";

/** @typedef {import("../../static/js/hosts/host-check.js").Eyes} Eyes */
/** @typedef {{url: string, mode: string | undefined, method: string | undefined, headers: Record<string, string>, space: string | undefined}} Asked */

const ORIGIN = "https://media.example";
const FILE = /** @type {const} */ ({ url: `${ORIGIN}/one.jpg?sig=secret`, medium: "image" });

/**
 * A host that answers as `answer` says: a Response, or a TypeError for what a browser refuses.
 * @param {(asked: Asked) => Response | null} answer
 * @param {Partial<Eyes> & {kind?: import("../../static/js/hosts/page-hosts.js").AccessKind}} [eyes]
 */
function host(answer, { kind = "none", ...eyes } = {}) {
  /** @type {Asked[]} */
  const asked = [];
  const clock = { now_ms: 0 };
  /** @type {Eyes} */
  const all = {
    fetch: async (url, init = {}) => {
      const one = { url: String(url), mode: init.mode, method: init.method, headers: /** @type {Record<string, string>} */ (init.headers), space: /** @type {{targetAddressSpace?: string}} */ (init).targetAddressSpace };
      asked.push(one);
      clock.now_ms += 20;
      const response = answer(one);
      if (!response) throw new TypeError("Failed to fetch");
      return response;
    },
    access: async (url) => ({ href: url, init: { credentials: kind === "cookies" ? "include" : "omit" }, element: { crossOrigin: null }, key: url, origin: ORIGIN, kind, isSecret: false }),
    show: async () => {},
    explain: async () => verdict("unreachable", { origin: ORIGIN }),
    bar: () => null,
    now_ms: () => clock.now_ms,
    protocol: () => "h2",
    takesSpaces: true,
    ...eyes,
  };
  return { asked, check: () => checkHost(FILE, all) };
}

const part = () => new Response("x", { status: 206 });
/** @type {(asked: Asked) => Response | null} */
const open = ({ space, mode }) => (space && space !== "local" ? null : mode === "cors" ? part() : new Response());
/** @type {(asked: Asked) => Response | null} */
const closed = (asked) => (asked.mode === "cors" ? null : open(asked));

test("a host that lets pages read and sends parts works, and all of it is learned", async () => {
  const { diagnosis, learned } = await host(open).check();
  assert.equal(diagnosis.kind, "works");
  assert.deepEqual(learned, { reachable: true, readable: true, ranges: true, latency_ms: 20, protocol: "h2", space: "local" });
});

test("a host without CORS shows, and what only readers see stays unknown", async () => {
  const { diagnosis, learned } = await host(closed).check();
  assert.equal(diagnosis.kind, "no-cors");
  assert.deepEqual([learned.readable, "ranges" in learned, learned.reachable], [false, false, true]);
  assert.deepEqual(diagnosis.evidence.map(({ saw }) => saw), ["refused", "an answer", "it shows"]);
});

test("a host that sends whole files only is told from one that sends parts", async () => {
  const { diagnosis, learned } = await host((asked) => (asked.mode === "cors" ? new Response("all") : open(asked))).check();
  assert.deepEqual([diagnosis.kind, learned.ranges], ["no-range", false]);
});

test("a host that refuses the file is known to answer, and the doctor says why it refuses", async () => {
  const explained = verdict("denied", { origin: ORIGIN, status: 403 });
  const denied = host((asked) => (asked.mode === "cors" ? new Response("", { status: 403 }) : open(asked)), { explain: async () => explained });
  const { diagnosis, learned } = await denied.check();
  assert.equal(diagnosis, explained);
  assert.deepEqual([learned.reachable, learned.readable, "ranges" in learned], [true, true, false]);
});

test("a host that cannot be reached is not measured", async () => {
  const gone = host(() => null);
  const { diagnosis, learned } = await gone.check();
  assert.deepEqual([diagnosis.kind, learned, gone.asked.length], ["unreachable", { reachable: false }, 2]);
});

test("nothing is asked of a host before the person has answered their browser", async () => {
  const bar = verdict("local-network-prompt", { origin: ORIGIN });
  const waiting = host(open, { bar: async () => bar });
  assert.deepEqual([await waiting.check(), waiting.asked], [{ diagnosis: bar, learned: {} }, []]);
});

test("a sign-in by cookies is learned with what the host lets be read by it", async () => {
  assert.equal((await host(open, { kind: "cookies" }).check()).learned.credentials, true);
  assert.equal((await host(closed, { kind: "cookies" }).check()).learned.credentials, false);
});

test("a browser that heeds no networks is asked about none, and an address tells its own", async () => {
  const plain = host(open, { takesSpaces: false });
  assert.equal("space" in (await plain.check()).learned, false);
  assert.ok(plain.asked.every(({ space }) => space === undefined));
});

test("no evidence holds a path or a query", async () => {
  for (const answer of [open, closed]) {
    const { diagnosis } = await host(answer).check();
    assert.doesNotMatch(JSON.stringify(diagnosis), /secret|one\.jpg/);
  }
});

test("every ability has its sentence, known or not", () => {
  const found = (/** @type {import("../../static/js/hosts/abilities.js").Abilities} */ known) => abilityRows(known).map(({ ability, finding, found }) => [ability, finding, found]);
  assert.deepEqual(found({ reachable: true, readable: false, space: "local", latency_ms: 250, protocol: "http/1.1" }), [
    ["reachable", "good", "yes"],
    ["readable", "limited", "no"],
    ["ranges", "unknown", "not told"],
    ["credentials", "plain", "none needed"],
    ["space", "plain", "a private network"],
    ["latency_ms", "limited", "250 ms"],
    ["protocol", "plain", "HTTP/1.1"],
  ]);
  assert.deepEqual(found({ reachable: false }).map(([ability]) => ability), ["reachable", "credentials"]);
  assert.ok(abilityRows({}).every(({ means }) => means.endsWith(".")));
});

test("a key that the host does not take is said of its sign-in", () => {
  const row = abilityRows({ reachable: true, credentials: false }, "bearer").find(({ ability }) => ability === "credentials");
  assert.deepEqual([row?.finding, row?.found], ["bad", "a token"]);
  assert.equal(inShort({ kind: "credentials-refused" }), "refuses your key");
});
