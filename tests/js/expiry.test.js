import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { expiresAt, lifeInWords } from "../../static/js/media/expiry.js";

const END_MS = Date.UTC(2026, 0, 1, 0, 15);
const END_S = END_MS / 1000;
const at = (/** @type {string} */ query) => expiresAt(`https://media.corp.example/a/b.jpg?${query}`);
const cloudFront = (/** @type {unknown} */ said) =>
  btoa(JSON.stringify(said)).replace(/\+/g, "-").replace(/=/g, "_").replace(/\//g, "~");

test("a link's end is read from what each service writes", () => {
  const links = {
    "Amazon S3": "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20260101T000000Z&X-Amz-Expires=900&X-Amz-Signature=ab",
    "in lower case": "x-amz-date=20260101T000000Z&x-amz-expires=900&x-amz-signature=ab",
    "Google": "X-Goog-Date=20260101T000000Z&X-Goog-Expires=900&X-Goog-Signature=ab",
    "Alibaba": "x-oss-date=20260101T000000Z&x-oss-expires=900&x-oss-signature=ab",
    "S3, version 2": `AWSAccessKeyId=AK&Expires=${END_S}&Signature=ab%3D`,
    "Google, version 2": `GoogleAccessId=a%40b&Expires=${END_S}&Signature=ab`,
    "CloudFront": `Expires=${END_S}&Signature=ab&Key-Pair-Id=K`,
    "CloudFront's policy": `Policy=${cloudFront({ Statement: [{ Condition: { DateLessThan: { "AWS:EpochTime": END_S } } }] })}&Signature=ab&Key-Pair-Id=K`,
    "Azure": "sv=2022-11-02&se=2026-01-01T00%3A15%3A00Z&sr=b&sp=r&sig=ab%3D",
    "Azure, to the minute": "se=2026-01-01T00:15Z&sig=ab",
    "Bunny": `token=ab&expires=${END_S}`,
    "Akamai": `hdnts=st=1~exp=${END_S}~acl=/*~hmac=ab`,
  };
  for (const [service, query] of Object.entries(links)) assert.equal(at(query), END_MS, service);
  assert.equal(at("se=2026-01-01&sig=ab"), Date.UTC(2026, 0, 1));
});

test("an address that does not say so plainly is not known to end", () => {
  const links = [
    "",
    "v=3",
    `expires=${END_S}`,
    `Expires=never&Signature=ab`,
    `Expires=12&Signature=ab`,
    "X-Amz-Date=20260101T000000Z",
    "X-Amz-Date=yesterday&X-Amz-Expires=900",
    "se=2026-01-01T00:15:00Z",
    "Policy=%%%&Signature=ab",
    "Policy=bm8&Signature=ab",
    `Expires=${END_S}&Expires=${END_S + 9}&Signature=ab`,
  ];
  for (const query of links) assert.equal(at(query), null, query);
  assert.equal(expiresAt("s3://bucket/key"), null);
  assert.equal(expiresAt("no address? at all"), null);
});

test("what is left of a link is said in round words", () => {
  const said = (/** @type {number} */ left_s) => lifeInWords(left_s * 1000, 0);
  assert.deepEqual(
    [12 * 60, 30, 5400, 86_400 * 3, -240, -86_400 * 40].map(said),
    ["expires in 12 min", "expires in 30 s", "expires in 2 h", "expires in 3 days", "expired 4 min ago", "expired 40 days ago"],
  );
});

test("the server reads links by the same corpus, tests/privacy/test_expiry.py", () => {
  /** @type {[string, string | null][]} */
  const corpus = JSON.parse(readFileSync(new URL("../privacy/expiry_corpus.json", import.meta.url), "utf8"));
  for (const [url, end] of corpus) assert.equal(expiresAt(url), end && Date.parse(end), url);
});
