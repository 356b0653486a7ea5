/** Amazon S3: the bucket's CORS configuration, by the console and by the command line. */

import { bucketOf } from "./places.js";
import { askedHeaders, EXPOSED, MAX_AGE_S, TYPES } from "./rule.js";

/** @typedef {import("./rule.js").Case} Case */

const CLOUDFRONT =
  "Where CloudFront stands before the bucket: its origin request policy CORS-S3Origin and a response headers policy with the same origin.";

/** @type {import("./rule.js").Server} */
export const s3 = {
  name: "S3",
  cors: (about) => [
    {
      says: "In the console: the bucket, Permissions, Cross-origin resource sharing (CORS), Edit. Keep the rules that are there, and add this one:",
      code: json([rule(about)]),
    },
    {
      says: "Or by the command line, which replaces the rules that are there:",
      code: `aws s3api put-bucket-cors --bucket ${bucketOf(about)} --cors-configuration '${JSON.stringify({ CORSRules: [rule(about)] })}'`,
    },
    { says: CLOUDFRONT },
  ],
  range: () => [{ says: "S3 sends parts of files by itself. What stands before it (CloudFront, a proxy, a gateway) has to hand on the Range header." }],
  corp: () => [
    {
      says:
        "S3 itself does not send Cross-Origin-Resource-Policy: what stands before it does. In CloudFront: the response headers policy," +
        " Cross-Origin-Resource-Policy, cross-origin.",
    },
  ],
  contentType: (about) => [
    {
      says: "Files that are there keep the type they were uploaded with. To set it anew for each kind:",
      code: TYPES.map(([type, ending]) => copyOnto(`s3://${bucketOf(about)}/`, type ?? "", ending ?? "")).join("\n"),
    },
  ],
  https: () => [{ says: "S3 answers over https at the same name. The website endpoint (s3-website) does not: use the bucket’s own." }],
};

/**
 * MinIO and others that speak S3 take the same rule as XML.
 * @param {Case} about
 */
export function ruleAsXml(about) {
  const { AllowedOrigins, AllowedMethods, AllowedHeaders, ExposeHeaders, MaxAgeSeconds } = rule(about);
  /** @type {(name: string, values: readonly string[]) => string[]} */
  const each = (name, values) => values.map((value) => `    <${name}>${value}</${name}>`);
  return [
    "<CORSConfiguration>",
    "  <CORSRule>",
    ...each("AllowedOrigin", AllowedOrigins),
    ...each("AllowedMethod", AllowedMethods),
    ...each("AllowedHeader", AllowedHeaders),
    ...each("ExposeHeader", ExposeHeaders),
    ...each("MaxAgeSeconds", [String(MaxAgeSeconds)]),
    "  </CORSRule>",
    "</CORSConfiguration>",
  ].join("\n");
}

/**
 * S3 answers the preflight by itself: OPTIONS is none of its methods.
 * @param {Case} about
 */
function rule(about) {
  return {
    AllowedOrigins: [about.page],
    AllowedMethods: ["GET", "HEAD"],
    AllowedHeaders: askedHeaders(about),
    ExposeHeaders: EXPOSED,
    MaxAgeSeconds: MAX_AGE_S,
  };
}

/**
 * @param {string} place
 * @param {string} type
 * @param {string} ending
 */
function copyOnto(place, type, ending) {
  return `aws s3 cp ${place} ${place} --recursive --exclude '*' --include '*.${ending}' --metadata-directive REPLACE --content-type ${type}`;
}

/** @param {unknown} value */
function json(value) {
  return JSON.stringify(value, null, 2);
}
