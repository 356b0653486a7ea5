import assert from "node:assert/strict";
import { test } from "node:test";

import { diagnose } from "../../static/js/media/diagnosis.js";

const SIGNED = "https://media.corp.example/cats/1.jpg?signature=secret";

/**
 * @param {Partial<import("../../static/js/media/diagnosis.js").Failure>} failure
 * @param {{page?: string, online?: boolean, permission?: string, probe?: string}} seen
 */
async function verdictOn(failure, seen = {}) {
  let probes = 0;
  const diagnosis = await diagnose(
    { url: SIGNED, medium: "image", timedOut: false, violation: null, ...failure },
    {
      pageAddress: seen.page ?? "https://transom.corp.example/datasets/ds_1/",
      isOnline: () => seen.online ?? true,
      permission: async () => /** @type {any} */ (seen.permission ?? "granted"),
      probe: async () => {
        probes += 1;
        return /** @type {any} */ (seen.probe ?? "refused");
      },
    },
  );
  return { ...diagnosis, probes };
}

const POLICY = "default-src 'none'; img-src 'self' blob: https://media.corp.example; media-src 'self'";

test("a violation on a declared origin is a redirect elsewhere", async () => {
  const { kind, sentence, probes } = await verdictOn({ violation: { policy: POLICY, directive: "img-src" } });
  assert.equal(kind, "redirected");
  assert.match(sentence, /redirect/);
  assert.equal(probes, 0);
});

test("a violation on an origin the policy lacks is an undeclared origin", async () => {
  const { kind, sentence } = await verdictOn({ violation: { policy: POLICY, directive: "media-src" } });
  assert.equal(kind, "undeclared");
  assert.match(sentence, /may not contact https:\/\/media\.corp\.example/);
});

test("plain http by name on an https page is mixed content", async () => {
  const { kind, probes } = await verdictOn({ url: "http://media.corp.example/1.jpg" });
  assert.equal(kind, "mixed-content");
  assert.equal(probes, 0);
});

for (const host of ["localhost:9000", "10.1.2.3", "nas.local"]) {
  test(`plain http from ${host} on an https page is no mixed content`, async () => {
    const { kind } = await verdictOn({ url: `http://${host}/1.jpg` });
    assert.equal(kind, "unreachable");
  });
}

test("plain http on a plain http page is no mixed content", async () => {
  const { kind } = await verdictOn({ url: "http://media.corp.example/1.jpg" }, { page: "http://localhost:8000/" });
  assert.equal(kind, "unreachable");
});

test("an offline browser is not blamed on the host", async () => {
  const { kind, probes } = await verdictOn({}, { online: false });
  assert.equal(kind, "offline");
  assert.equal(probes, 0);
});

test("a browser that goes offline while it asks says so", async () => {
  let isOnline = true;
  const { kind } = await diagnose(
    { url: SIGNED, medium: "image", timedOut: false, violation: null },
    {
      pageAddress: "http://localhost:8000/",
      isOnline: () => isOnline,
      permission: async () => "granted",
      probe: async () => {
        isOnline = false;
        return "silent";
      },
    },
  );
  assert.equal(kind, "offline");
});

test("media on this very machine does not need a network", async () => {
  const { kind } = await verdictOn({ url: "http://localhost:9000/1.jpg" }, { online: false, probe: "answered" });
  assert.equal(kind, "answered-unread");
});

test("an answer that is no image is told from silence and from refusal", async () => {
  assert.equal((await verdictOn({}, { probe: "answered" })).kind, "answered-unread");
  assert.equal((await verdictOn({ medium: "video" }, { probe: "answered" })).kind, "answered-unread");
  assert.equal((await verdictOn({}, { probe: "silent" })).kind, "host-silent");
  assert.equal((await verdictOn({}, { probe: "refused" })).kind, "unreachable");
  // Where the policy lets images through and nothing else, nothing more can be told.
  assert.equal((await verdictOn({}, { probe: "unasked" })).kind, "no-picture");
});

test("an image that timed out is not asked for again", async () => {
  const { kind, probes } = await verdictOn({ timedOut: true });
  assert.equal(kind, "host-silent");
  assert.equal(probes, 0);
});

test("a denied local network is certain for a private address and likely for a name", async () => {
  const sure = await verdictOn({ url: "http://10.1.2.3/1.jpg" }, { permission: "denied" });
  assert.equal(sure.kind, "local-network-denied");
  assert.equal(sure.probes, 0);
  const likely = await verdictOn({}, { permission: "denied" });
  assert.equal(likely.kind, "local-network-or-unreachable");
  assert.ok(!likely.isSure && likely.maybe.length > 1);
  assert.equal((await verdictOn({}, { permission: "denied", probe: "answered" })).kind, "answered-unread");
});

test("a page on this machine needs no permission for the local network", async () => {
  const { kind } = await verdictOn({}, { page: "http://localhost:8000/", permission: "denied" });
  assert.equal(kind, "unreachable");
});

test("a load that waits for the browser's own question says so", async () => {
  assert.equal((await verdictOn({ timedOut: true }, { permission: "prompt" })).kind, "local-network-prompt");
});

test("every verdict names the origin, and never the address or its signature", async () => {
  const violation = { policy: POLICY, directive: "img-src" };
  const verdicts = await Promise.all([
    verdictOn({ violation }),
    verdictOn({ violation: { policy: "", directive: "img-src" } }),
    verdictOn({ timedOut: true }),
    verdictOn({ timedOut: true }, { permission: "prompt" }),
    verdictOn({}, { online: false }),
    verdictOn({}, { permission: "denied" }),
    verdictOn({}, { probe: "answered" }),
    verdictOn({ medium: "video" }, { probe: "answered" }),
    verdictOn({}, { probe: "refused" }),
  ]);
  for (const { sentence, remedy } of verdicts) {
    assert.match(sentence, /https:\/\/media\.corp\.example(?!\/)/);
    assert.doesNotMatch(sentence + remedy, /cats|signature|secret/);
    assert.ok(remedy.length > 20);
  }
});

test("a shared link that opens nothing has ended, unless nobody answers there", async () => {
  const url = `https://files.corp.example/shared/MS4yLjM:1790000000:${"a".repeat(43)}`;
  for (const probe of ["answered", "unasked"]) {
    const { kind, remedy } = await verdictOn({ url }, { probe });
    assert.equal(kind, "link-ended");
    assert.match(remedy, /Load this page again/);
  }
  assert.equal((await verdictOn({ url }, { probe: "refused" })).kind, "unreachable");
});
