/**
 * How an address is asked for: where it really is, and with what the person has for its host. Of a host without a profile
 * nothing changes.
 */

import { freshened, wantsFreshLink } from "../hosts/fresh-links.js";
import { pageHosts } from "../hosts/page-hosts.js";
import { TabMemory } from "../lib/tab-memory.js";
import { unsigned } from "../thumbnails/picture-key.js";
import { isSigned, resolved } from "./locations.js";
import { credentialChanges, mayHaveProfiles, pageProfiles, profilesNow } from "./page-profiles.js";
import { CredentialsMissing } from "./refusals.js";
import { presigned } from "./sigv4.js";

export { CredentialsMissing, StorageUnresolved } from "./refusals.js";
export { credentialChanges };

/** @typedef {import("../hosts/page-hosts.js").AccessKind} AccessKind */
/** @typedef {import("./profiles.js").Profile} Profile */

/**
 * @typedef {object} Access
 * @property {string} href what is really asked for, resolved and signed; not to be shown, kept or put into the page where `isSecret`
 * @property {{headers?: Record<string, string>, credentials: RequestCredentials}} init of a fetch
 * @property {{crossOrigin: null | "anonymous" | "use-credentials"} | null} element how an element asks; null: only a fetch can
 * @property {string} key the address without what changes, for caches
 * @property {string} origin
 * @property {AccessKind} kind what is used: "none" also for an address that brings its own signature
 * @property {boolean} isSecret whether `href` or `init` holds what the person typed, or what was signed with it
 */

/** Who sent what the person has for them away, until they let it in. */
const refusing = new TabMemory("refused");
/** Whom it worked with on this page: that one file is denied says nothing of the key then. @type {Set<string>} */
const worked = new Set();
credentialChanges.addEventListener("change", (event) => {
  const { detail: origin } = /** @type {CustomEvent<string | null>} */ (event);
  if (origin === null) worked.clear();
  else worked.delete(origin);
  if (origin !== null) refusing.write(origin, undefined);
});

/**
 * Says how to ask for a location. Ask again for each request: signed addresses are renewed before they end.
 * @param {string} location as it is stored: a web address, absolute or of this site, `s3://…` or `gs://…`
 * @param {{medium?: "image" | "video" | "file", referenceId?: string | undefined}} [about] what it is wanted for, and whose it is where that is known
 * @returns {Promise<Access>} rejects with CredentialsMissing or StorageUnresolved
 */
export async function accessTo(location, { referenceId } = {}) {
  const stored = resolved(location, pageHosts().hosts, globalThis.document?.baseURI);
  const address = wantsFreshLink(stored.href) ? new URL(await freshened(stored.href, { referenceId })) : stored;
  const declared = declaredFor(address.origin);
  if (declared === "none" && !mayHaveProfiles()) return plain(location, address);
  const profile = (await pageProfiles()).of(address.origin);
  return withProfile(location, address, profile?.access ?? declared, profile);
}

/**
 * The origin that a location is asked from.
 * @param {string} location as of accessTo
 * @returns {string} scheme and bucket where nothing says where that is
 */
export function originOf(location) {
  const bucket = /^(?:s3|gs):\/\/[^/]+/.exec(location);
  try {
    return resolved(location, pageHosts().hosts, globalThis.document?.baseURI).origin;
  } catch {
    return bucket?.[0] ?? "null";
  }
}

/**
 * The web address of a location, as anybody may see it: without what the person has for its host.
 * @param {string} location as of accessTo
 * @returns {string | null} null where nothing says where it is
 */
export function hrefOf(location) {
  try {
    return resolved(location, pageHosts().hosts, globalThis.document?.baseURI).href;
  } catch {
    return null;
  }
}

/**
 * What an address is asked for with: what the person has for its host, or what the team says of that.
 * @param {string} href
 * @returns {AccessKind} "none" also for one that brings its own signature
 */
export function accessKind(href) {
  const address = new URL(href);
  const kind = profilesNow()?.of(address.origin)?.access ?? declaredFor(address.origin);
  return kind !== "bearer" && isSigned(address) ? "none" : kind;
}

/**
 * Whether requests to an origin carry something of the person's.
 * @param {string} origin
 */
export function hasProfile(origin) {
  return (profilesNow()?.of(origin)?.access ?? declaredFor(origin)) !== "none";
}

/**
 * Takes note of what a host said to what the person has for it.
 * @param {Access} access
 * @param {number} status
 */
export function noteAnswer(access, status) {
  const { origin, kind } = access;
  if (kind === "none") return;
  const isOk = status < 400;
  if (isOk && worked.has(origin)) return;
  if (isOk) worked.add(origin);
  if (isOk) refusing.write(origin, undefined);
  else if (isRefusal(access, status) && !worked.has(origin)) refusing.write(origin, true);
}

/**
 * Whether a status says that the credential is at fault. S3 answers 400 to an ended session token and to a wrong region.
 * @param {Access} access
 * @param {number} status
 */
export function isRefusal({ kind }, status) {
  return kind !== "none" && (status === 401 || status === 403 || (status === 400 && kind === "s3"));
}

/**
 * Whether a host did not let in what the person has for it, the last time it was asked.
 * @param {string} origin
 */
export function isRefused(origin) {
  return refusing.read(origin) === true;
}

/**
 * @param {string} location
 * @param {URL} address
 * @param {AccessKind} kind
 * @param {Profile | null} profile
 * @returns {Promise<Access>}
 */
async function withProfile(location, address, kind, profile) {
  const usual = plain(location, address);
  const secret = { ...usual, kind, isSecret: true };
  if (kind === "none") return usual;
  if (kind === "cookies") return { ...usual, kind, init: { credentials: "include" } };
  if (kind !== "bearer" && isSigned(address)) return usual;
  if (!profile) throw new CredentialsMissing(address.origin, kind);
  if (kind === "bearer") return { ...secret, init: { ...usual.init, headers: { Authorization: profile.text } }, element: null };
  if (kind !== "s3") return { ...secret, href: `${address.href}${address.search ? "&" : "?"}${profile.text}` };
  const { keys, accessKeyId, region, text: sessionToken } = profile;
  const href = keys && (await presigned(address, { keys, accessKeyId, region, sessionToken, now_s: Date.now() / 1000 }));
  if (!href) throw new CredentialsMissing(address.origin, kind);
  return { ...secret, href };
}

/**
 * @param {string} location
 * @param {URL} address
 * @returns {Access}
 */
function plain(location, address) {
  const key = unsigned(new URL(location, address).href);
  return { href: address.href, init: { credentials: "omit" }, element: { crossOrigin: null }, key, origin: address.origin, kind: "none", isSecret: false };
}

/** @param {string} origin */
function declaredFor(origin) {
  return pageHosts().hosts.find((host) => host.origin === origin)?.access ?? "none";
}
