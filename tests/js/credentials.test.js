import assert from "node:assert/strict";
import { test } from "node:test";

import { likelyRegion, readEntry } from "../../static/js/credentials/entries.js";
import { isSigned, resolved } from "../../static/js/credentials/locations.js";
import { PlainKeeping } from "../../static/js/credentials/plain-keeping.js";
import { Profiles } from "../../static/js/credentials/profiles.js";
import { Seal } from "../../static/js/credentials/seal.js";
import { TabMemory } from "../../static/js/lib/tab-memory.js";
import { MemoryStorage } from "./memory-storage.js";

const NOW_S = Date.UTC(2026, 10, 22) / 1000;
const HOST = { origin: "https://a.example", access: /** @type {const} */ ("s3"), resolver: null };

/** @param {Partial<import("../../static/js/hosts/page-hosts.js").Storage>} storage */
const bucket = (storage) => ({ ...HOST, storage: { scheme: /** @type {const} */ ("s3"), bucket: "scans", region: null, path_style: false, prefix: "", ...storage } });

test("a location in a bucket is where the team said that the bucket is", () => {
  const href = (/** @type {string} */ location, /** @type {ReturnType<typeof bucket>[]} */ ...hosts) => resolved(location, hosts).href;
  assert.equal(href("s3://scans/a/b%3F.jpg", bucket({})), "https://a.example/a/b%3F.jpg");
  assert.equal(href("s3://scans/a.jpg", bucket({ path_style: true })), "https://a.example/scans/a.jpg");
  assert.equal(href("gs://scans/a.jpg", bucket({}), { ...bucket({ scheme: "gs" }), origin: "https://b.example" }), "https://b.example/a.jpg");
  assert.equal(href("https://c.example/x.jpg?v=1", bucket({})), "https://c.example/x.jpg?v=1");
  assert.throws(() => href("s3://other/a.jpg", bucket({})), { name: "StorageUnresolved", origin: "s3://other" });
});

test("an address that brings its own signature needs nobody's key", () => {
  for (const query of ["X-Amz-Signature=1", "x-goog-signature=1", "sv=1&sig=2", "Signature=1"]) assert.ok(isSigned(new URL(`https://h.example/a?${query}`)));
  assert.ok(!isSigned(new URL("https://h.example/a?size=1&versionId=2")));
});

test("what was pasted is read as it was meant", () => {
  assert.equal(readEntry("bearer", { text: " abc.def \n" }, NOW_S).text, "Bearer abc.def");
  assert.equal(readEntry("bearer", { text: "Basic dTpw" }, NOW_S).text, "Basic dTpw");
  const sas = "sv=2024-11-04&se=2026-12-01T00%3A00%3A00Z&sig=a%2Bb";
  for (const text of [sas, `?${sas}`, `https://x.blob.core.windows.net/c/a.jpg?${sas}`]) assert.equal(readEntry("azure", { text }, NOW_S).text, sas);
  assert.equal(readEntry("azure", { text: sas }, NOW_S).ends_s, Date.UTC(2026, 11, 1) / 1000);
});

test("what cannot be right is refused by a sentence that repeats nothing of it", () => {
  const secret = "s3cr3t";
  /** @type {[import("../../static/js/hosts/page-hosts.js").AccessKind, import("../../static/js/credentials/entries.js").Typed, string][]} */
  const wrong = [
    ["bearer", { text: "" }, "text"],
    ["bearer", { text: `${secret}\nx` }, "text"],
    ["azure", { text: `sig=${secret}` }, "text"],
    ["azure", { text: `sv=1&se=2026-01-01&sig=${secret}` }, "text"],
    ["query", { text: secret }, "text"],
    ["s3", { accessKeyId: secret, secret: "", region: "x" }, "secret"],
    ["s3", { accessKeyId: "AK/ID", secret, region: "x" }, "accessKeyId"],
    ["s3", { accessKeyId: "AK", secret, region: "" }, "region"],
  ];
  for (const [access, typed, field] of wrong) {
    assert.throws(
      () => readEntry(access, typed, NOW_S),
      (/** @type {any} */ reason) => reason.name === "EntryRefused" && reason.field === field && !reason.sentence.includes(secret),
    );
  }
});

test("a bucket's region is guessed from its host", () => {
  assert.equal(likelyRegion("https://scans.s3.eu-west-1.amazonaws.com", null), "eu-west-1");
  assert.equal(likelyRegion("https://storage.googleapis.com", null), "auto");
  assert.equal(likelyRegion("https://minio.example:9000", null), "us-east-1");
  assert.equal(likelyRegion("https://minio.example:9000", "lab-1"), "lab-1");
});

test("of an S3 secret only keys of the next days are kept, and they end", async () => {
  let now_s = NOW_S;
  const kept = /** @type {import("../../static/js/credentials/profiles.js").Profile[]} */ ([]);
  const keeping = { how: /** @type {const} */ ("sealed"), all: async () => kept, put: async (/** @type {any} */ one) => kept.push(one) > 0, remove: async () => {} };
  const profiles = new Profiles(keeping, () => now_s);
  await profiles.save("https://a.example", readEntry("s3", { accessKeyId: "AK", secret: "the-secret", region: "r-1" }, NOW_S), false);
  assert.equal(Object.keys(kept[0]?.keys ?? {}).length, 7);
  assert.ok(!JSON.stringify(kept).includes("the-secret"));
  now_s += 5 * 86400;
  assert.equal(profiles.of("https://a.example")?.accessKeyId, "AK");
  now_s += 2 * 86400;
  assert.equal(profiles.of("https://a.example"), null);
});

test("what one person's pages sealed opens for nobody else, and for no other host", async () => {
  const mine = await Seal.of("half of mine");
  const sealed = await mine.close("token", "https://a.example");
  assert.equal(await mine.open(sealed, "https://a.example"), "token");
  assert.equal(await (await Seal.of("half of mine")).open(sealed, "https://a.example"), "token");
  assert.equal(await mine.open(sealed, "https://b.example"), null);
  assert.equal(await (await Seal.of("half of yours")).open(sealed, "https://a.example"), null);
});

test("without WebCrypto a tab keeps what is for its person, and nothing of S3", async () => {
  const storage = new MemoryStorage();
  const memory = new TabMemory("credentials", () => storage);
  const profile = { origin: "https://a.example", access: /** @type {const} */ ("bearer"), isRemembered: true, accessKeyId: "", region: "", text: "Bearer x", keys: null, ends_s: null };
  const mine = new PlainKeeping("me", memory);
  assert.equal(await mine.put(profile), true);
  assert.equal(await mine.put({ ...profile, origin: "https://b.example", access: "s3", keys: {} }), false);
  assert.deepEqual((await mine.all()).map(({ origin, isRemembered }) => [origin, isRemembered]), [["https://a.example", false]]);
  assert.deepEqual(await new PlainKeeping("you", memory).all(), []);
  assert.equal(storage.length, 0);
});
