/** Azure Blob Storage: a CORS rule of the storage account, by the command line and by the portal. */

import { accountOf } from "./places.js";
import { askedHeaders, EXPOSED, MAX_AGE_S, METHODS, TYPES } from "./rule.js";

/** From this version of its protocol on Azure says that it sends parts of files (Accept-Ranges). */
const VERSION = "2021-08-06";

/** @type {import("./rule.js").Server} */
export const azure = {
  name: "Azure",
  cors: (about) => [
    {
      says: "By the command line; the rule is added to those that are there. The first rule that fits an origin counts.",
      code: [
        "az storage cors add --services b \\",
        `  --account-name ${accountOf(about)} \\`,
        `  --origins '${about.page}' \\`,
        `  --methods ${METHODS.join(" ")} \\`,
        `  --allowed-headers '${askedHeaders(about).join(",")}' \\`,
        `  --exposed-headers '${EXPOSED.join(",")}' \\`,
        `  --max-age ${MAX_AGE_S}`,
      ].join("\n"),
    },
    {
      says: "Or in the portal: the storage account, Settings, Resource sharing (CORS), Blob service. One row, column by column:",
      code: [
        `Allowed origins    ${about.page}`,
        `Allowed methods    ${METHODS.join(", ")}`,
        `Allowed headers    ${askedHeaders(about).join(",")}`,
        `Exposed headers    ${EXPOSED.join(",")}`,
        `Max age            ${MAX_AGE_S}`,
      ].join("\n"),
    },
  ],
  range: (about) => [
    {
      says: "Where nobody says which version of its protocol is meant, Azure answers by an old one, which knows parts of files only half:",
      code: `az storage account blob-service-properties update --account-name ${accountOf(about)} --default-service-version ${VERSION}`,
    },
  ],
  corp: () => null,
  contentType: (about) => [
    {
      says: "Files that are there keep the type they were uploaded with. To set it anew for one file:",
      code: TYPES.map(
        ([type, ending]) =>
          `az storage blob update --account-name ${accountOf(about)} --container-name CONTAINER --name FILE.${ending} --content-type ${type}`,
      ).join("\n"),
    },
  ],
  https: (about) => [
    {
      says: "Azure answers over https at the same name. To refuse http altogether:",
      code: `az storage account update --name ${accountOf(about)} --https-only true`,
    },
  ],
};
