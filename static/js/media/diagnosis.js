/**
 * Why a picture or a video did not load: a kind, a sentence and a remedy.
 * The page sees little of a failed request, so the verdict comes from what it can see: the clock, the policy's
 * violation event, the browser's permissions, and whether the host answers at all when asked without reading.
 */

import { hostKind } from "./host-kind.js";
import { isSharedLink } from "./shared-link.js";
import { verdict } from "./verdicts.js";

/** @typedef {import("./verdicts.js").Diagnosis} Diagnosis */
/** @typedef {"granted" | "denied" | "prompt" | "unknown"} PermissionState */

/**
 * What was seen when the media failed.
 * @typedef {object} Failure
 * @property {string} url the absolute address that failed
 * @property {"image" | "video"} medium
 * @property {boolean} timedOut it neither loaded nor failed within the time allowed
 * @property {{policy: string, directive: string} | null} violation the policy violation it caused, if any
 */

/**
 * What the verdict may ask of the browser.
 * @typedef {object} Witnesses
 * @property {string} pageAddress the page's own address
 * @property {() => boolean} isOnline
 * @property {(space: "local-network" | "loopback-network") => Promise<PermissionState>} permission
 * @property {(url: string) => Promise<"answered" | "refused" | "silent" | "unasked">} probe asks the host without reading the answer, or may not
 */

/**
 * Finds out why media did not load, asking the network only when nothing cheaper decides.
 * @param {Failure} failure
 * @param {Witnesses} witnesses
 * @returns {Promise<Diagnosis>}
 */
export async function diagnose(failure, witnesses) {
  const address = new URL(failure.url);
  /** @param {import("./verdicts.js").FailureKind} kind */
  const say = (kind) => verdict(kind, { origin: address.origin, medium: failure.medium });
  if (failure.violation) return say(isDeclared(address.origin, failure.violation) ? "redirected" : "undeclared");
  const media = hostKind(address.hostname);
  const page = new URL(witnesses.pageAddress);
  if (isMixedContent(page, address)) return say("mixed-content");
  const isOffline = () => media !== "loopback" && !witnesses.isOnline();
  if (isOffline()) return say("offline");

  const permission = isLocal(page) ? "granted" : await witnesses.permission(spaceOf(media));
  if (permission === "denied" && isSurelyLocal(media)) return say("local-network-denied");
  if (failure.timedOut) return permission === "prompt" && media !== "public-address" ? say("local-network-prompt") : say("host-silent");

  const answer = await witnesses.probe(failure.url);
  if (isSharedLink(address) && (answer === "unasked" || answer === "answered")) return say("link-ended");
  if (answer === "unasked") return say("no-picture");
  if (answer === "answered") return say("answered-unread");
  // The browser may learn that it is offline only while it asks.
  if (isOffline()) return say("offline");
  if (answer === "silent") return say("host-silent");
  return permission === "denied" && media === "name" ? say("local-network-or-unreachable") : say("unreachable");
}

/**
 * Whether the policy itself lists the origin: then the violation came after a redirect.
 * @param {string} origin
 * @param {{policy: string, directive: string}} violation
 */
function isDeclared(origin, violation) {
  const directive = violation.policy
    .split(";")
    .map((part) => part.trim().split(/\s+/))
    .find(([name]) => name === violation.directive);
  return directive !== undefined && directive.includes(origin);
}

/**
 * Whether an https page may not load this plain http address.
 * Chromium 156 lets http through to loopback, private address literals and `.local` names only.
 * @param {URL} page
 * @param {URL} address
 */
function isMixedContent(page, address) {
  if (page.protocol !== "https:" || address.protocol !== "http:") return false;
  const kind = hostKind(address.hostname);
  return kind === "name" || kind === "public-address";
}

/**
 * Whether the page itself is surely on the local network: no permission is asked from local to local.
 * @param {URL} page
 */
function isLocal(page) {
  const kind = hostKind(page.hostname);
  return kind === "loopback" || isSurelyLocal(kind);
}

/** @param {import("./host-kind.js").HostKind} kind */
function isSurelyLocal(kind) {
  return kind === "loopback" || kind === "private-address" || kind === "local-name";
}

/** @param {import("./host-kind.js").HostKind} kind */
function spaceOf(kind) {
  return kind === "loopback" ? "loopback-network" : "local-network";
}
