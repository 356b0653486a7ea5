/** Google Cloud Storage: the bucket's CORS configuration, which only its command line sets. */

import { bucketOf } from "./places.js";
import { askedHeaders, EXPOSED, MAX_AGE_S, METHODS, TYPES } from "./rule.js";

/** @type {import("./rule.js").Server} */
export const gcs = {
  name: "GCS",
  cors: (about) => [
    { says: "As cors.json. To keep the rules that are there, add this one to them:", code: corsJson(about) },
    {
      says: "It replaces the rules that are there. Google’s console has no page for it.",
      code: `gcloud storage buckets update gs://${bucketOf(about)} --cors-file=cors.json`,
    },
    { says: "It counts for storage.googleapis.com only: storage.cloud.google.com, which asks people to sign in, lets no page read." },
  ],
  range: () => [
    {
      says:
        "Cloud Storage sends parts of files by itself, except of files that it stores compressed (Content-Encoding: gzip): upload videos" +
        " without that. What stands before it (a load balancer, a CDN) has to hand on the Range header.",
    },
  ],
  corp: () => null,
  contentType: (about) => [
    {
      says: "Files that are there keep the type they were uploaded with. To set it anew for each kind:",
      code: TYPES.map(([type, ending]) => `gcloud storage objects update 'gs://${bucketOf(about)}/**.${ending}' --content-type=${type}`).join("\n"),
    },
  ],
  https: () => [{ says: "Cloud Storage answers over https at the same name." }],
};

/**
 * `responseHeader` is both: what a page may send along, and what it may read of the answer.
 * @param {import("./rule.js").Case} about
 */
function corsJson(about) {
  const headers = [...askedHeaders(about), ...EXPOSED, "Content-Type"];
  return JSON.stringify([{ origin: [about.page], method: METHODS, responseHeader: headers, maxAgeSeconds: MAX_AGE_S }], null, 2);
}
