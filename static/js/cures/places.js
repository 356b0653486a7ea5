/** What a media host's name tells about it: whose storage it is, and which bucket or account. */

/** @typedef {import("./rule.js").Case} Case */
/** @typedef {"s3" | "gcs" | "azure"} Place */

const BUCKET_IN_NAME = [
  /^(.+)\.s3(?:[.-][a-z0-9-]+)*\.amazonaws\.com$/,
  /^(.+)\.storage\.googleapis\.com$/,
];
const ACCOUNT_IN_NAME = /^([a-z0-9]+)(?:-secondary)?\.(?:z\d+\.)?(?:blob|web)\.core\.windows\.net$/;

/**
 * Whose storage a host is.
 * @param {Case} about
 * @returns {Place | null} null where its name does not tell: a server of one's own
 */
export function placeOf({ media, storage }) {
  const { hostname } = new URL(media);
  if (/(^|\.)amazonaws\.com$/.test(hostname)) return "s3";
  if (/(^|\.)(storage\.googleapis\.com|storage\.cloud\.google\.com)$/.test(hostname)) return "gcs";
  if (ACCOUNT_IN_NAME.test(hostname)) return "azure";
  return storage?.scheme === "gs" ? "gcs" : null;
}

/**
 * The bucket's name.
 * @param {Case} about
 * @returns {string} a word to be replaced where nobody knows
 */
export function bucketOf({ media, storage }) {
  const { hostname } = new URL(media);
  const named = BUCKET_IN_NAME.map((pattern) => pattern.exec(hostname)?.[1]).find(Boolean);
  return storage?.bucket ?? named ?? "BUCKET";
}

/**
 * The storage account's name.
 * @param {Case} about
 */
export function accountOf({ media }) {
  return ACCOUNT_IN_NAME.exec(new URL(media).hostname)?.[1] ?? "ACCOUNT";
}
