/** What is decided by where the page and the media are, before anything is asked. */

import { hostKind } from "./host-kind.js";

/** @typedef {"local" | "public" | "unknown"} Place */
/** @typedef {"granted" | "denied" | "prompt" | "unknown"} PermissionState */

/**
 * Whether an https page may not load this plain http address.
 * Chromium 156 lets http through to loopback, private address literals and `.local` names only.
 * @param {URL} page
 * @param {URL} address
 */
export function isMixedContent(page, address) {
  if (page.protocol !== "https:" || address.protocol !== "http:") return false;
  const kind = hostKind(address.hostname);
  return kind === "name" || kind === "public-address";
}

/**
 * Where a page is, as far as its address tells: from local to local no permission is asked.
 * @param {URL} page
 * @returns {Place} unknown for a name
 */
export function placeOf(page) {
  const kind = hostKind(page.hostname);
  if (kind === "public-address") return "public";
  return kind === "name" ? "unknown" : "local";
}

/**
 * Whether an address is on this machine or the local network for sure.
 * @param {URL} address
 */
export function isSurelyLocal(address) {
  return placeOf(address) === "local";
}

/**
 * The permission that an address needs; null for what is on the internet for sure.
 * @param {URL} address
 * @returns {"local-network" | "loopback-network" | null} for a name, which may be anywhere, that of the local network
 */
export function permissionFor(address) {
  const kind = hostKind(address.hostname);
  if (kind === "public-address") return null;
  return kind === "loopback" ? "loopback-network" : "local-network";
}

/**
 * Whether the policy itself lists the origin: then the violation came after a redirect.
 * @param {string} origin
 * @param {{policy: string, directive: string}} violation
 */
export function isDeclared(origin, { policy, directive }) {
  const sources = policy
    .split(";")
    .map((part) => part.trim().split(/\s+/))
    .find(([name]) => name === directive);
  return sources !== undefined && sources.includes(origin);
}
