/**
 * What a media host has to say so that pages of one site may read its files: every server's rule says the same in its own
 * way. Only the site's own origin is ever let in, and nothing is assumed of the host but what its name tells.
 */

/** @typedef {import("../hosts/page-hosts.js").AccessKind} AccessKind */
/** @typedef {import("../hosts/page-hosts.js").Storage} Storage */

/**
 * What a cure is made for.
 * @typedef {object} Case
 * @property {string} page the origin of this page, which is to be let in
 * @property {string} media the origin of the media host
 * @property {AccessKind} access what it takes to be let in there
 * @property {Storage | null} storage the bucket it serves, where the team said so
 */

/** @typedef {{says: string, code?: string}} Step a sentence, and what to paste for it */

/**
 * How one kind of server or storage is mended; null where the cure is not for it.
 * @typedef {object} Server
 * @property {string} name
 * @property {(about: Case) => Step[]} cors
 * @property {(about: Case) => Step[]} range
 * @property {(about: Case) => Step[] | null} corp
 * @property {(about: Case) => Step[]} contentType
 * @property {(about: Case) => Step[] | null} https
 */

/** Chrome remembers the answer to a preflight for two hours, Firefox for a day, whatever is said beyond that. */
export const MAX_AGE_S = 86_400;
export const METHODS = ["GET", "HEAD", "OPTIONS"];
/** Of these a page reads how large a file is, which part of it came, and whether it changed. */
export const EXPOSED = ["Accept-Ranges", "Content-Length", "Content-Range", "ETag"];
/** The types that hosts most often send wrong, by the file's ending. */
export const TYPES = [
  ["image/avif", "avif"],
  ["image/webp", "webp"],
  ["video/mp4", "mp4"],
  ["video/webm", "webm"],
];
export const CORP = /** @type {const} */ (["Cross-Origin-Resource-Policy", "cross-origin"]);

/**
 * What a page may send along besides what browsers always do.
 * @param {Case} about
 */
export function askedHeaders({ access }) {
  return access === "bearer" ? ["Authorization", "Range"] : ["Range"];
}

/**
 * The headers of the whole rule, in the order in which it is best read.
 * @param {Case} about
 * @returns {(readonly [string, string])[]}
 */
export function ruleHeaders(about) {
  return [
    ["Access-Control-Allow-Origin", about.page],
    ...(isWithCookies(about) ? [/** @type {const} */ (["Access-Control-Allow-Credentials", "true"])] : []),
    ["Access-Control-Allow-Methods", METHODS.join(", ")],
    ["Access-Control-Allow-Headers", askedHeaders(about).join(", ")],
    ["Access-Control-Expose-Headers", EXPOSED.join(", ")],
    ["Access-Control-Max-Age", String(MAX_AGE_S)],
    CORP,
  ];
}

/**
 * Whether requests carry the browser's own cookies for the host: only then it must allow credentials by name.
 * @param {Case} about
 */
export function isWithCookies({ access }) {
  return access === "cookies";
}

/** The sentence under every rule for a server that one edits. */
export const ONE_ONLY =
  "If the host sends Access-Control-Allow-Origin already, for another site, do not add a second: browsers refuse an answer that has two.";
