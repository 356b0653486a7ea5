/**
 * Signed addresses (AWS Signature Version 4, in the query), made here: S3, what speaks like it (MinIO, Ceph), and Google
 * Cloud Storage with its HMAC keys.
 *
 * The secret itself is never kept. What signs is a key derived from it for one day and one region, in the browser's own
 * keeping: it signs, and no script reads it. All addresses of one stretch of the day are signed for its beginning, so
 * that a file has one address, which the browser's cache knows again, and each is good for as long again.
 */

/** The day is parted into stretches of this length, in UTC. */
const STRETCH_S = 4 * 3600;
/** How long an address is good for: whoever gets it late in its stretch still has one more. */
export const GOOD_FOR_S = 2 * STRETCH_S;
const DAY_S = 24 * 3600;
const ALGORITHM = { name: "HMAC", hash: "SHA-256" };

/** @typedef {Record<string, CryptoKey>} SigningKeys by day, as `20261122` */

/**
 * The keys of the days to come, none of which the secret can be told from.
 * @param {string} secret the secret access key
 * @param {string} region
 * @param {{now_s: number, days: number}} span from today on
 * @returns {Promise<SigningKeys>}
 */
export async function signingKeys(secret, region, { now_s, days }) {
  const root = await hmacKey(bytesOf(`AWS4${secret}`));
  const names = Array.from({ length: days }, (_, day) => stamp(now_s + day * DAY_S).slice(0, 8));
  const keys = await Promise.all(names.map(async (name) => [name, await dayKey(root, name, region)]));
  return Object.fromEntries(keys);
}

/**
 * Signs an address for reading.
 * @param {URL} address
 * @param {{keys: SigningKeys, accessKeyId: string, region: string, sessionToken: string | null, now_s: number}} by
 * @returns {Promise<string | null>} null when there is no key for today
 */
export async function presigned(address, { keys, accessKeyId, region, sessionToken, now_s }) {
  const at = stamp(Math.floor(now_s / STRETCH_S) * STRETCH_S);
  const day = at.slice(0, 8);
  const key = keys[day];
  if (!key) return null;
  const scope = `${day}/${region}/s3/aws4_request`;
  const asked = [
    ...address.searchParams,
    ["X-Amz-Algorithm", "AWS4-HMAC-SHA256"],
    ["X-Amz-Credential", `${accessKeyId}/${scope}`],
    ["X-Amz-Date", at],
    ["X-Amz-Expires", String(GOOD_FOR_S)],
    ...(sessionToken ? [["X-Amz-Security-Token", sessionToken]] : []),
    ["X-Amz-SignedHeaders", "host"],
  ];
  const path = encoded(decodedBytes(address.pathname), PATH);
  const query = asked
    .map((pair) => pair.map((text) => encoded(bytesOf(text), NAME)).join("="))
    .sort()
    .join("&");
  const request = `GET\n${path}\n${query}\nhost:${address.host}\n\nhost\nUNSIGNED-PAYLOAD`;
  const hash = await crypto.subtle.digest("SHA-256", bytesOf(request));
  const signature = await hmac(key, bytesOf(`AWS4-HMAC-SHA256\n${at}\n${scope}\n${hex(hash)}`));
  return `${address.origin}${path}?${query}&X-Amz-Signature=${hex(signature)}`;
}

/**
 * @param {CryptoKey} root
 * @param {string} day
 * @param {string} region
 */
async function dayKey(root, day, region) {
  let key = root;
  for (const part of [day, region, "s3", "aws4_request"]) key = await hmacKey(await hmac(key, bytesOf(part)));
  return key;
}

/** @param {BufferSource} bytes */
function hmacKey(bytes) {
  return crypto.subtle.importKey("raw", bytes, ALGORITHM, false, ["sign"]);
}

/**
 * @param {CryptoKey} key
 * @param {BufferSource} bytes
 */
function hmac(key, bytes) {
  return crypto.subtle.sign("HMAC", key, bytes);
}

/** @param {number} time_s */
function stamp(time_s) {
  return new Date(time_s * 1000).toISOString().replace(/[-:]|\.\d+/g, "");
}

/** What is not percent-encoded: in a path, and in the names and values of a query. */
const PATH = /[A-Za-z0-9\-._~/]/;
const NAME = /[A-Za-z0-9\-._~]/;

/**
 * Percent-encodes as the signature is computed, which is stricter than browsers are.
 * @param {Uint8Array} bytes
 * @param {RegExp} plain
 */
function encoded(bytes, plain) {
  const written = (/** @type {number} */ byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  return Array.from(bytes, (byte) => {
    const letter = String.fromCharCode(byte);
    return plain.test(letter) ? letter : written(byte);
  }).join("");
}

/**
 * The bytes that a percent-encoded path stands for; they need not be text.
 * @param {string} path
 */
function decodedBytes(path) {
  const parts = path.match(/%[0-9A-Fa-f]{2}|[^%]|%/g) ?? [];
  return Uint8Array.from(parts, (part) => (part.length === 3 ? parseInt(part.slice(1), 16) : part.charCodeAt(0)));
}

/** @param {string} text */
function bytesOf(text) {
  return new TextEncoder().encode(text);
}

/** @param {ArrayBuffer} bytes */
function hex(bytes) {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
