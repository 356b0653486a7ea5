/** Names of stored thumbnails: what they show and how large, without what changes each time an address is signed. */

import { SHARED_LINK } from "../media/shared-link.js";

/** Of S3, Google and CloudFront, and what others call a signature or when it ends. */
const SIGNING = new Set(
  `awsaccesskeyid signature expires googleaccessid policy key-pair-id hdnts hdnea sig token access_token auth
  auth_token apikey api_key expiry exp hmac`.split(/\s+/),
);
const SIGNING_PREFIXES = ["x-amz-", "x-goog-", "x-oss-", "x-cos-"];
/** A shared access signature of Azure: so short that they mean this only together with `sig`. */
const AZURE = new Set("sv ss srt sr st se sp spr sip si sig skoid sktid skt ske sks skv".split(" "));

/**
 * An address without its signature: two signed addresses of one file are the same.
 * @param {string} url absolute
 */
export function unsigned(url) {
  const address = new URL(url);
  const names = [...address.searchParams.keys()];
  const isAzure = names.includes("sig") && names.includes("sv");
  for (const name of names) {
    const low = name.toLowerCase();
    const isSigning = SIGNING.has(low) || SIGNING_PREFIXES.some((prefix) => low.startsWith(prefix));
    if (isSigning || (isAzure && AZURE.has(low))) address.searchParams.delete(name);
  }
  address.pathname = address.pathname.replace(SHARED_LINK, "$1");
  address.hash = "";
  address.username = address.password = "";
  return address.href;
}

/**
 * @typedef {object} Named what a thumbnail is of
 * @property {string} dataset its public id
 * @property {string} item its public id, or that of the scene whose first frame it is
 * @property {string} url absolute
 * @property {string} size the name of a size class
 * @property {number[] | null} crop the box in pixels, and what else tells crops apart; null for all of the picture
 */

/**
 * The name under which a thumbnail is kept.
 * @param {Named} named
 */
export function pictureKey({ dataset, item, url, size, crop }) {
  return [dataset, item, size, crop ? crop.map((side) => side.toFixed(2)).join(",") : "", unsigned(url)].join(" ");
}
