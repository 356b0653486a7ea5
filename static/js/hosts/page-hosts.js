/** What the server tells a page about the media hosts of its dataset: the island `media-hosts`. There is no secret in it. */

/** @typedef {"none" | "cookies" | "bearer" | "s3" | "azure" | "query"} AccessKind */

/**
 * Which bucket a host serves.
 * @typedef {object} Storage
 * @property {"s3" | "gs"} scheme
 * @property {string} bucket
 * @property {string | null} region
 * @property {boolean} path_style whether the bucket is the first part of the path instead of the host's name
 * @property {string} prefix of every key; empty for none
 */

/**
 * @typedef {object} PageHost
 * @property {string} origin scheme, host and port
 * @property {AccessKind} access what the team says it usually takes to be let in
 * @property {Storage | null} storage
 * @property {string | null} resolver the customer's endpoint that gives fresh links
 */

/**
 * @typedef {object} PageHosts
 * @property {string | null} dataset its public id; null on pages of no dataset
 * @property {PageHost[]} hosts
 * @property {string | null} check the address of the page "Media hosts"; null where there is none
 * @property {boolean} may_administer whether the viewer may change the team's media origins
 * @property {boolean} may_curate
 */

/** @type {PageHosts} */
const NOTHING = { dataset: null, hosts: [], check: null, may_administer: false, may_curate: false };

/** @type {PageHosts | null} */
let read = null;

/** What this page was told; empties where it was told nothing. */
export function pageHosts() {
  return (read ??= hostsOf(globalThis.document?.getElementById("media-hosts")?.textContent));
}

/**
 * What this page was told of one origin.
 * @param {string} origin
 * @returns {PageHost} with nothing special about it where the page was told nothing
 */
export function pageHost(origin) {
  return pageHosts().hosts.find((host) => host.origin === origin) ?? { origin, access: "none", storage: null, resolver: null };
}

/**
 * The page that looks into one origin.
 * @param {string} origin
 * @param {PageHosts} [hosts]
 * @returns {string | null} null where there is none
 */
export function checkHref(origin, hosts = pageHosts()) {
  return hosts.check && `${hosts.check}?origin=${encodeURIComponent(origin)}`;
}

/**
 * Reads the island's text.
 * @param {string | null | undefined} text
 * @returns {PageHosts} empties for what is not there
 */
export function hostsOf(text) {
  return text ? { ...NOTHING, ...JSON.parse(text) } : NOTHING;
}
