import assert from "node:assert/strict";
import { test } from "node:test";

import { GOOD_FOR_S, presigned, signingKeys } from "../../static/js/credentials/sigv4.js";

const AT_S = Date.UTC(2026, 10, 22, 21, 30) / 1000;
/** The beginning of that stretch of the day. */
const STRETCH_S = Date.UTC(2026, 10, 22, 20) / 1000;

// Signatures as botocore 1.44.5 computes them (S3SigV4QueryAuth, at 20:00:00Z, good for 28800 s).
const VECTORS = [
  {
    url: "https://scans.s3.eu-west-1.amazonaws.com/a/b.jpg",
    secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    by: { accessKeyId: "AKIDEXAMPLE", region: "eu-west-1", sessionToken: null },
    signature: "5ecff72fb06b89298369874b59428910577bbfe5e57031de3b98b644772eb91a",
  },
  {
    url: "https://minio.example:9000/scans/r%C3%A4um%20e/a+b(1)'~.jpg?versionId=a/b",
    secret: "secret",
    by: { accessKeyId: "AKIDEXAMPLE", region: "us-east-1", sessionToken: "FwoGZXIvYXdzE+/==" },
    signature: "77c900663c0cef17c83951591f134dce0db2ed482581d7e7dc8c897b4e51b4e0",
  },
  {
    url: "https://storage.googleapis.com/scans/one.mp4",
    secret: "s",
    by: { accessKeyId: "GOOG1EXAMPLE", region: "auto", sessionToken: null },
    signature: "a9d5516d8dca47732f7d9f9b775bd716ca1da04273cbf05563aacf028b29a379",
  },
];

/**
 * @param {string} url
 * @param {number} now_s
 * @param {{secret?: string, region?: string, days?: number}} [how]
 */
async function signed(url, now_s, { secret = "secret", region = "us-east-1", days = 2 } = {}) {
  const keys = await signingKeys(secret, region, { now_s: AT_S, days });
  return presigned(new URL(url), { keys, accessKeyId: "AK", region, sessionToken: null, now_s });
}

for (const { url, secret, by, signature } of VECTORS) {
  test(`the signature is the one that botocore computes: ${new URL(url).host}`, async () => {
    const keys = await signingKeys(secret, by.region, { now_s: AT_S, days: 1 });
    const href = await presigned(new URL(url), { ...by, keys, now_s: AT_S });
    assert.equal(new URL(href ?? "").searchParams.get("X-Amz-Signature"), signature);
  });
}

test("no script gets a signing key out of the browser's keeping, and it only signs", async () => {
  const keys = await signingKeys("secret", "us-east-1", { now_s: AT_S, days: 3 });
  assert.deepEqual(Object.keys(keys), ["20261122", "20261123", "20261124"]);
  for (const key of Object.values(keys)) {
    assert.deepEqual([key.extractable, key.usages], [false, ["sign"]]);
    await assert.rejects(crypto.subtle.exportKey("raw", key), { name: /^InvalidAccess/ });
    await assert.rejects(crypto.subtle.exportKey("jwk", key), { name: /^InvalidAccess/ });
  }
});

test("a file's address stays the same for a stretch of the day, and is renewed before it ends", async () => {
  const url = "https://h.example/b/one.jpg";
  const first = await signed(url, STRETCH_S);
  assert.equal(await signed(url, STRETCH_S + 4 * 3600 - 1), first);
  const next = await signed(url, STRETCH_S + 4 * 3600);
  assert.notEqual(next, first);
  assert.equal(new URL(next ?? "").searchParams.get("X-Amz-Date"), "20261123T000000Z");
  // Whoever got the first one last has it for as long again.
  assert.ok(GOOD_FOR_S >= 2 * 4 * 3600);
});

test("nothing is signed on a day without a key", async () => {
  assert.equal(await signed("https://h.example/b/one.jpg", AT_S + 2 * 86400, { days: 2 }), null);
  assert.equal(await signed("https://h.example/b/one.jpg", AT_S - 86400, { days: 2 }), null);
});
