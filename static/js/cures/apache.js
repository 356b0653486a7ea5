/** Apache httpd: lines for the virtual host of the media. Tried on 2.4: preflight, 200, 206, 401, 403, 404 and 500. */

import { CORP, ONE_ONLY, ruleHeaders, TYPES } from "./rule.js";

const WHERE = "Inside the <VirtualHost> of the media host.";
const CHECK = { says: "Check it, and load it.", code: "apachectl configtest && apachectl graceful" };
const MODULES = { says: "Once, so that Apache knows the words (Debian and Ubuntu; elsewhere LoadModule):", code: "a2enmod headers rewrite" };

/** @type {import("./rule.js").Server} */
export const apache = {
  name: "Apache",
  cors: (about) => [
    MODULES,
    {
      says: `${WHERE} ${ONE_ONLY}`,
      code: [
        ...ruleHeaders(about).flatMap(set),
        "RewriteEngine On",
        "RewriteCond %{REQUEST_METHOD} =OPTIONS",
        "RewriteRule ^ - [R=204,L]",
      ].join("\n"),
    },
    CHECK,
  ],
  range: () => [
    {
      says:
        "Apache sends parts of files by itself. Look for what keeps it from doing so: MaxRanges none, RequestHeader unset Range," +
        ` compression of videos, or a server behind it that cannot. ${WHERE}`,
      code: ["MaxRanges default", 'SetEnvIfNoCase Request_URI "\\.(mp4|webm|jpe?g|png|webp|avif)$" no-gzip'].join("\n"),
    },
    CHECK,
  ],
  corp: () => [MODULES, { says: WHERE, code: set(CORP).join("\n") }, CHECK],
  contentType: () => [
    { says: WHERE, code: TYPES.map(([type, ending]) => `AddType ${type} .${ending}`).join("\n") },
    CHECK,
  ],
  https: ({ media }) => [
    {
      says: "With a certificate that your people’s browsers trust, from a public or from your company’s authority:",
      code: [
        "<VirtualHost *:443>",
        `    ServerName ${new URL(media).hostname}`,
        "    SSLEngine on",
        "    SSLCertificateFile /path/to/fullchain.pem",
        "    SSLCertificateKeyFile /path/to/key.pem",
        "    # what the virtual host on port 80 has",
        "</VirtualHost>",
      ].join("\n"),
    },
    { says: "Check it, and load it.", code: "a2enmod ssl && apachectl configtest && apachectl graceful" },
  ],
};

/**
 * Apache keeps two lists of headers: what a server behind it sent is in the other one, and would be said a second time.
 * @param {readonly [string, string]} header
 */
function set([name, value]) {
  return [`Header onsuccess unset ${name}`, `Header always set ${name} "${value}"`];
}
