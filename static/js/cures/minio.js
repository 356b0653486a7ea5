/** MinIO: one setting for the whole server, or a rule for a bucket in its newer edition. */

import { bucketOf } from "./places.js";
import { TYPES } from "./rule.js";
import { ruleAsXml } from "./s3.js";

const ALIAS = "ALIAS is what mc calls the server (mc alias list).";

/** @type {import("./rule.js").Server} */
export const minio = {
  name: "MinIO",
  cors: (about) => [
    {
      says: `For the whole server. It replaces the list that is there; several origins are joined by commas. ${ALIAS}`,
      code: [`mc admin config set ALIAS api cors_allow_origin='${about.page}'`, "mc admin service restart ALIAS"].join("\n"),
    },
    { says: "MinIO AIStor also takes a rule for one bucket, which then stands instead. As cors.xml:", code: ruleAsXml(about) },
    { says: "and:", code: `mc cors set ALIAS/${bucketOf(about)} cors.xml` },
    { says: "MinIO lets all origins read unless it was told otherwise. If this is set and nothing changes, look at the proxy before it." },
  ],
  range: () => [{ says: "MinIO sends parts of files by itself. What stands before it (a proxy, a gateway) has to hand on the Range header." }],
  corp: () => null,
  contentType: (about) => [
    {
      says: `Files that are there keep the type they were uploaded with. To set it anew for each kind, copy them onto themselves. ${ALIAS}`,
      code: TYPES.map(
        ([type, ending]) =>
          `mc find ALIAS/${bucketOf(about)} --name '*.${ending}' --exec 'mc cp --attr "Content-Type=${type}" {} {}'`,
      ).join("\n"),
    },
  ],
  https: () => [
    {
      says: "Put a certificate that your people’s browsers trust, and its key, where MinIO looks for them; then restart it:",
      code: "~/.minio/certs/public.crt\n~/.minio/certs/private.key",
    },
  ],
};
