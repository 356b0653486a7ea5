/** nginx: lines for the server block of the media host. Tried on 1.22: preflight, 200, 206, 401, 403, 404 and 500. */

import { CORP, ONE_ONLY, ruleHeaders, TYPES } from "./rule.js";

/** @typedef {import("./rule.js").Case} Case */

const WHERE = "Inside the server { } block of the media host. A location that has add_header lines of its own needs them there too.";
const CHECK = { says: "Check it, and load it.", code: "nginx -t && nginx -s reload" };

/** @type {import("./rule.js").Server} */
export const nginx = {
  name: "nginx",
  cors: (about) => [{ says: `${WHERE} ${ONE_ONLY}`, code: corsRule(about) }, CHECK],
  range: () => [
    {
      says:
        "nginx sends parts of files by itself. What keeps it from doing so: a line max_ranges 0 (remove it), compression of these files," +
        " or a server behind it that sends whole files only. Inside the server { } block:",
      code: ["gzip off;", "proxy_force_ranges on;"].join("\n"),
    },
    CHECK,
  ],
  corp: () => [
    { says: WHERE, code: [`proxy_hide_header ${CORP[0]};`, added(CORP)].join("\n") },
    { says: "Remove any other add_header of that name." },
    CHECK,
  ],
  contentType: () => [
    {
      says: "In the http { } block, for the endings that its mime.types does not know (a warning about those it knows is harmless):",
      code: ["include mime.types;", "types {", ...TYPES.map(([type, ending]) => `    ${type} ${ending};`), "}"].join("\n"),
    },
    CHECK,
  ],
  https: ({ media }) => [
    {
      says: "With a certificate that your people’s browsers trust, from a public or from your company’s authority:",
      code: [
        "server {",
        "    listen 443 ssl;",
        `    server_name ${new URL(media).hostname};`,
        "    ssl_certificate /path/to/fullchain.pem;",
        "    ssl_certificate_key /path/to/key.pem;",
        "    # what the server on port 80 has",
        "}",
      ].join("\n"),
    },
    CHECK,
  ],
};

/**
 * Everything that one page needs. `always` puts it on refusals too: without it a page could not tell 403 from no CORS.
 * @param {Case} about
 */
function corsRule(about) {
  const headers = ruleHeaders(about);
  // What a server behind nginx says of it is dropped: two answers are none.
  const said = ["Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", CORP[0]];
  return [
    ...headers.map(added),
    ...said.map((name) => `proxy_hide_header ${name};`),
    "if ($request_method = OPTIONS) { return 204; }",
  ].join("\n");
}

/** @param {readonly [string, string]} header */
function added([name, value]) {
  return `add_header ${name} "${value}" always;`;
}
