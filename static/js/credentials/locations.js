/** Where a stored location is on the web: `s3://bucket/key` and `gs://bucket/key` by what the team said of the bucket. */

import { StorageUnresolved } from "./refusals.js";

/** @typedef {import("../hosts/page-hosts.js").PageHost} PageHost */

const IN_BUCKET = /^(s3|gs):\/\/([^/?#]+)\/(.*)$/s;
/** What addresses carry that were signed where they come from: their signature stands for a credential. */
const SIGNATURES = new Set(["x-amz-signature", "x-goog-signature", "signature", "sig"]);

/**
 * The web address of a location.
 * @param {string} location as it is stored
 * @param {readonly PageHost[]} hosts of the page
 * @param {string} [base] what a relative one is relative to
 * @returns {URL} throws StorageUnresolved, or TypeError for what is no address
 */
export function resolved(location, hosts, base) {
  const inBucket = IN_BUCKET.exec(location);
  if (!inBucket) return new URL(location, base);
  const [, scheme, bucket, key] = /** @type {[string, string, string, string]} */ (/** @type {unknown} */ (inBucket));
  const host = hosts.find(({ storage }) => storage?.scheme === scheme && storage.bucket === bucket);
  if (!host?.storage) throw new StorageUnresolved(`${scheme}://${bucket}`);
  const { path_style, prefix } = host.storage;
  return new URL(`${host.origin}/${path_style ? `${bucket}/` : ""}${prefix}${key}`);
}

/**
 * Whether an address brings its own signature, so that nobody's credential is needed.
 * @param {URL} address
 */
export function isSigned(address) {
  return [...address.searchParams.keys()].some((name) => SIGNATURES.has(name.toLowerCase()));
}
