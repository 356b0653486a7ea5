import assert from "node:assert/strict";
import test from "node:test";

import { FreshLinks } from "../../static/js/hosts/fresh-links.js";

const HOST = "https://media.corp.example";
const RESOLVER = "https://links.corp.example/fresh?team=a";
const NOW_MS = Date.UTC(2026, 0, 2);
const OLD = `${HOST}/a/b.jpg?X-Amz-Date=20260101T000000Z&X-Amz-Expires=900&X-Amz-Signature=s3cret`;
const NEW = `${HOST}/a/b.jpg?X-Amz-Date=20260102T000000Z&X-Amz-Expires=900&X-Amz-Signature=other`;

/** @param {(address: string, init: RequestInit) => Response | Promise<Response>} answer */
function endpoint(answer) {
  const clock = { now_ms: NOW_MS };
  /** @type {{address: string, init: RequestInit}[]} */
  const asked = [];
  const links = new FreshLinks({
    fetch: async (address, init) => {
      asked.push({ address, init });
      return answer(address, init);
    },
    hostOf: (origin) => ({ resolver: origin === HOST ? RESOLVER : null }),
    hosts: () => [{ origin: HOST }, { origin: "https://mirror.corp.example" }],
    now_ms: () => clock.now_ms,
  });
  return { links, asked, clock };
}

test("an expired link is asked for once, by its address without the query", async () => {
  const { links, asked } = endpoint(() => Response.json({ url: NEW }));
  assert.deepEqual(await Promise.all([links.freshened(OLD, { referenceId: "b" }), links.freshened(OLD)]), [NEW, NEW]);
  assert.equal(await links.freshened(OLD), NEW);
  assert.deepEqual(asked.map(({ address }) => address), [
    "https://links.corp.example/fresh?team=a&url=https%3A%2F%2Fmedia.corp.example%2Fa%2Fb.jpg&reference_id=b",
  ]);
  assert.equal(asked[0]?.init.credentials, "omit");
  assert.equal(asked[0]?.init.referrerPolicy, "no-referrer");
});

test("nobody is asked for a link that lasts, or says nothing, or of a host without such an endpoint", async () => {
  const { links, asked } = endpoint(() => Response.json({ url: NEW }));
  const elsewhere = OLD.replace("media.", "other.");
  for (const url of [NEW, `${HOST}/a.jpg`, elsewhere, "s3://bucket/key"]) assert.equal(await links.freshened(url), url);
  assert.deepEqual(asked, []);
});

test("a fresh link that has expired in its turn is asked for again", async () => {
  const { links, asked, clock } = endpoint(() => Response.json({ url: NEW }));
  await links.freshened(OLD);
  clock.now_ms += 899_000;
  assert.equal(await links.freshened(OLD), OLD);
  assert.equal(asked.length, 2);
  assert.match(links.refusalOf(OLD) ?? "", /gave a link that has expired too/);
});

test("an answer that is no good link is refused in a sentence without addresses, and not asked again at once", async () => {
  /** @type {[() => Response, RegExp][]} */
  const cases = [
    [() => new Response("gone", { status: 404 }), /answered 404\.$/],
    [() => new Response("<html>"), /answered something other than/],
    [() => Response.json({ url: 7 }), /answered something other than/],
    [() => Response.json({ url: "javascript:alert(1)" }), /answered something other than/],
    [() => Response.json({ url: "https://u:p@media.corp.example/a" }), /answered something other than/],
    [() => new Response(JSON.stringify({ url: NEW + "x".repeat(20_000) })), /answered something other than/],
    [() => Response.json({ url: "https://evil.example/a.jpg?k=s3cret" }), /gave a link to https:\/\/evil\.example, which is not among/],
    [() => Response.json({ url: OLD }), /gave a link that has expired too/],
    [() => { throw new TypeError("s3cret"); }, /could not be reached, or does not let this site read/],
  ];
  for (const [answer, says] of cases) {
    const { links, asked } = endpoint(answer);
    assert.equal(await links.freshened(OLD), OLD);
    assert.equal(await links.freshened(OLD), OLD);
    assert.equal(asked.length, 1);
    const sentence = links.refusalOf(OLD) ?? "";
    assert.match(sentence, says);
    assert.match(sentence, /^https:\/\/links\.corp\.example, which gives fresh links for https:\/\/media\.corp\.example, /);
    assert.doesNotMatch(sentence, /s3cret|b\.jpg|team=a/);
  }
});

test("an endpoint that wants to know who asks is asked again with the sign-in there", async () => {
  const { links, asked } = endpoint((_, { credentials }) => (credentials === "include" ? Response.json({ url: NEW }) : new Response("", { status: 401 })));
  assert.equal(await links.freshened(OLD), NEW);
  assert.deepEqual(asked.map(({ init }) => init.credentials), ["omit", "include"]);
});

test("a mirror that the dataset declares may be answered", async () => {
  const mirror = "https://mirror.corp.example/b.jpg";
  const { links } = endpoint(() => Response.json({ url: mirror }));
  assert.equal(await links.freshened(OLD), mirror);
});

test("an endpoint that answers nobody is left alone for a minute", async () => {
  let isUp = false;
  const { links, asked, clock } = endpoint(() => (isUp ? Response.json({ url: NEW }) : new Response("", { status: 503 })));
  const many = Array.from({ length: 9 }, (_, index) => OLD.replace("b.jpg", `${index}.jpg`));
  await Promise.all(many.map((url) => links.freshened(url)));
  assert.ok(asked.length <= 4);
  isUp = true;
  clock.now_ms += 61_000;
  assert.equal(await links.freshened(/** @type {string} */ (many[0])), NEW);
});
