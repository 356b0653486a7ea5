/** What the doctor can say, and the making of one diagnosis. The words of each kind are in `verdict-texts.js`. */

import { TEXTS } from "./verdict-texts.js";

export { unreachableCauses } from "./verdict-texts.js";

/**
 * Why a file did not load, or what its host does not allow.
 * @typedef {"works" | "no-cors" | "no-range" | "mixed-content" | "undeclared" | "redirected" | "offline" | "app-unreachable"
 *   | "local-network-denied" | "local-network-prompt" | "local-network-or-unreachable" | "unreachable" | "host-silent" | "file-silent"
 *   | "reset-or-forbidden" | "answered-unread" | "denied" | "not-found" | "host-error" | "sign-in-page" | "not-an-image" | "not-a-video"
 *   | "broken-file" | "codec" | "expired" | "link-ended" | "no-picture" | "credentials-missing" | "credentials-refused"
 *   | "storage-unresolved"} FailureKind
 */

/**
 * Names of cures, whose texts are made elsewhere: "connect" (VPN, network), "local-network" (site settings, the policy for IT), "cors",
 * "range", "corp" (three rules of the media host), "https", "declare" (a media origin), "no-redirect", "sign-in", "fresh-link",
 * "credentials", "content-type", "convert" (the codec), "file-there", "host-log", "resolver", "storage", "new-tab", "reload", "wait".
 * @typedef {"connect" | "local-network" | "cors" | "range" | "corp" | "https" | "declare" | "no-redirect" | "sign-in" | "fresh-link"
 *   | "credentials" | "content-type" | "convert" | "file-there" | "host-log" | "resolver" | "storage" | "new-tab" | "reload"
 *   | "wait"} CureId
 */

/**
 * Who can mend it: the person at the browser, their IT, the owner of the media host, the admin of Transom.
 * @typedef {"you" | "network" | "host" | "admin"} Who
 */

/**
 * One thing that was asked while looking for the cause.
 * @typedef {object} Evidence
 * @property {string} asked in plain words, without path and query
 * @property {string} saw
 * @property {number | null} took_ms milliseconds; null for what takes no time, or was not measured
 */

/**
 * @typedef {object} Diagnosis
 * @property {FailureKind} kind
 * @property {string} sentence what happened, naming the origin and never path or query
 * @property {string} remedy one to three plain sentences: what to do now
 * @property {Who[]} who can mend it, the likeliest first; empty where nothing needs mending
 * @property {CureId[]} cures the likeliest first; the last is "new-tab" where the address can be opened
 * @property {Evidence[]} evidence what was asked, in order
 * @property {boolean} isSure false where `maybe` names what the page cannot tell apart
 * @property {string[]} maybe the causes among which the page cannot decide; empty when sure
 * @property {"host" | "file"} scope whether everything of that host fails, or this file
 * @property {boolean} mayHeal whether waiting (VPN, network, permission) may mend it without a change at the host
 * @property {string} origin of the address that failed; `s3://bucket` where nothing says where that is
 */

/**
 * What the words of a verdict are made of; all but the origin may be missing.
 * @typedef {object} Facts
 * @property {string} origin
 * @property {"image" | "video"} [medium]
 * @property {number} [status] of the host's answer
 * @property {string | null} [code] what a storage service calls its refusal: one word
 * @property {string} [found] what came in place of the medium, with its article
 * @property {string} [flaw] what is wrong with the file: completes "The file …"
 * @property {string} [ended] how long ago a link ended, as "3 hours ago"
 * @property {boolean} [answersLocally] a host behind mixed content answered when asked as one of the local network
 * @property {boolean} [isInsecure] the page came over plain http from another machine, so it may not ask for permissions
 * @property {boolean} [isForbidden] the host surely forbids the use of its files on other sites
 * @property {boolean} [isBrokenOff] the host surely broke the connection off
 * @property {boolean} [isOnlyLikely] the page that came may be another than one to sign in
 * @property {boolean} [isReadOnly] of a file that works, no more than its beginning was read
 * @property {boolean} [hasCredentials] the person's own key or token was shown
 * @property {boolean} [isEarly] a silent host was waited for no longer than it usually takes it to answer, and may be slow
 * @property {string[]} [maybe] replaces what the kind usually cannot tell apart
 * @property {CureId[]} [cures] replaces the kind's usual ones
 */

/** Seconds a media request may take before it counts as unanswered: longer than a slow signed link, shorter than patience. */
export const MEDIA_TIMEOUT_S = 20;

/** Every kind there is. */
export const KINDS = /** @type {FailureKind[]} */ (Object.keys(TEXTS));

/**
 * Puts a verdict into words.
 * @param {FailureKind} kind
 * @param {Facts} facts
 * @param {Evidence[]} [evidence]
 * @returns {Diagnosis}
 */
export function verdict(kind, facts, evidence = []) {
  const { sentence, remedy, who, cures, maybe = [], scope, mayHeal = false } = TEXTS[kind];
  const undecided = facts.maybe ?? (typeof maybe === "function" ? maybe(facts) : maybe);
  return {
    kind,
    sentence: sentence(facts),
    remedy: typeof remedy === "function" ? remedy(facts) : remedy,
    who: [...who],
    cures: [...(facts.cures ?? (typeof cures === "function" ? cures(facts) : cures))],
    evidence,
    isSure: undecided.length === 0,
    maybe: [...undecided],
    scope,
    mayHeal,
    origin: facts.origin,
  };
}
