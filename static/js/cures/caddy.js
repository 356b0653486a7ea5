/** Caddy: lines for the media host's site in the Caddyfile. Tried on 2.6: preflight, 200, 206, 403 and 404. */

import { CORP, ONE_ONLY, ruleHeaders, TYPES } from "./rule.js";

const WHERE = "Inside the site’s { } block in the Caddyfile.";
const CHECK = { says: "Load it.", code: "caddy reload --config /etc/caddy/Caddyfile" };

/** @type {import("./rule.js").Server} */
export const caddy = {
  name: "Caddy",
  cors: (about) => [
    {
      says: `${WHERE} ${ONE_ONLY} Where Caddy itself asks for a sign-in, or handles some paths in blocks of their own, let OPTIONS through there too: browsers first ask without a sign-in.`,
      code: [
        block(ruleHeaders(about)),
        "# Once more when a server behind Caddy has answered, so that nothing is said twice.",
        block(ruleHeaders(about), true),
        "@preflight method OPTIONS",
        "handle @preflight {",
        "    respond 204",
        "}",
      ].join("\n"),
    },
    CHECK,
  ],
  range: () => [
    {
      says:
        "Caddy’s file_server sends parts of files by itself, and reverse_proxy hands on what the server behind it sends: mend that one." +
        " Leave these files out of encode, which compresses:",
      code: ["@text path *.html *.css *.js *.json *.svg", "encode @text gzip"].join("\n"),
    },
    CHECK,
  ],
  corp: () => [{ says: WHERE, code: [block([CORP]), block([CORP], true)].join("\n") }, CHECK],
  contentType: () => [
    {
      says: WHERE,
      code: TYPES.map(([type, ending]) => `@${ending} path *.${ending}\nheader @${ending} Content-Type ${type}`).join("\n"),
    },
    CHECK,
  ],
  https: ({ media }) => [
    {
      says: "Caddy gets a certificate by itself when the site’s name has no http:// before it and the internet reaches it; inside a company name your own:",
      code: [`${new URL(media).hostname} {`, "    # tls /path/to/fullchain.pem /path/to/key.pem", "    # what the site on http has", "}"].join("\n"),
    },
    CHECK,
  ],
};

/**
 * @param {readonly (readonly [string, string])[]} headers
 * @param {boolean} [isLate] set when the answer is written, over what is there by then; refusals of Caddy itself come without that
 */
function block(headers, isLate = false) {
  return ["header {", ...(isLate ? ["    defer"] : []), ...headers.map(([name, value]) => `    ${name} "${value}"`), "}"].join("\n");
}
