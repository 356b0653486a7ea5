/** What is said about credentials, in words for people who do not know the web. Nothing here shows a secret. */

import { grouped } from "../lib/digits.js";

/** @typedef {import("../hosts/page-hosts.js").AccessKind} AccessKind */
/** @typedef {import("./profiles.js").Profile} Profile */
/** @typedef {keyof import("./entries.js").Typed} FieldName */

/** @type {Record<AccessKind, string>} */
export const KIND_NAMES = {
  none: "Nothing: it lets everybody in who reaches it",
  cookies: "Your sign-in there (cookies)",
  bearer: "A token, sent in a header",
  s3: "An S3 access key",
  azure: "An Azure shared access signature",
  query: "A token, added to each address",
};

/** What each takes, as it is written in a sentence. @type {Record<AccessKind, string>} */
const TAKES = {
  none: "no key",
  cookies: "your sign-in there",
  bearer: "a token",
  s3: "an S3 access key",
  azure: "an Azure shared access signature",
  query: "a token in the address",
};

/** What is typed for each kind: the field's label, whether it is hidden while it is typed, and a hint. @type {Record<AccessKind, {name: FieldName, label: string, isSecret: boolean, hint?: string, isOptional?: boolean}[]>} */
export const FIELDS = {
  none: [],
  cookies: [],
  bearer: [{ name: "text", label: "Token", isSecret: true, hint: "Sent as “Authorization: Bearer …”. Another word can stand before it, such as Basic." }],
  s3: [
    { name: "accessKeyId", label: "Access key ID", isSecret: false },
    { name: "secret", label: "Secret access key", isSecret: true },
    { name: "region", label: "Region", isSecret: false },
    { name: "sessionToken", label: "Session token", isSecret: true, isOptional: true, hint: "Only with a temporary key." },
  ],
  azure: [{ name: "text", label: "Shared access signature", isSecret: true, hint: "All of it, from sv= on; or an address that ends with it." }],
  query: [{ name: "text", label: "Name and value", isSecret: true, hint: "As it stands in an address: name=value." }],
};

/** What using each means. @type {Record<AccessKind, string>} */
export const ABOUT = {
  none: "Files are asked for as they are, without anything of yours.",
  cookies: "Sign in at the host in another tab. Your browser then shows it that you did, where the host and the browser’s settings for cookies of other sites allow that.",
  bearer: "Pictures and decoded videos are fetched with it; the browser’s own video player cannot send one. The host has to allow this page to send the header (CORS).",
  s3: "Each address is signed by this browser and good for at most eight hours. The secret itself is not kept: only keys made from it, which sign for one day and one region each. Google Cloud Storage takes its HMAC keys here, with the region “auto”.",
  azure: "It is added to each address that is asked of this host, and to nothing else.",
  query: "It is added to each address that is asked of this host, and to nothing else.",
};

/** What a browser without WebCrypto lacks. */
export const INSECURE =
  "This page came over plain http from another computer. Browsers then give a page nothing to sign or to encrypt with, so S3 access keys do not work here, and a token can be kept for this tab only, unencrypted in the tab’s storage. Open Transom over https, or at http://localhost.";
export const NO_STORAGE = "This browser lets the page keep nothing, so what you type here is gone with this page.";
export const NEVER_SENT = "Stays in this browser and goes to this host only. It is never sent to Transom.";
export const REMEMBER_HINT = "Else it is kept until this tab is closed. Either way it is gone when you sign out.";

/**
 * What the team says of a host.
 * @param {AccessKind} declared
 */
export function declaredWords(declared) {
  return declared === "none" ? "The team says that this host needs no key." : `The team says that this host wants ${TAKES[declared]}.`;
}

/**
 * How things stand for a host, in a few words.
 * @param {{profile: Profile | null, declared: AccessKind, isRefused: boolean, isForgotten: boolean}} facts
 * @returns {{state: "not-set" | "set" | "remembered" | "refused" | "forgotten" | "not-needed", mark: string, words: string}} `mark` is a state of `.status`
 */
export function standing({ profile, declared, isRefused, isForgotten }) {
  if (profile && isRefused) return { state: "refused", mark: "errored", words: "refused by the host" };
  if (profile?.isRemembered) return { state: "remembered", mark: "completed", words: "remembered on this device" };
  if (profile) return { state: "set", mark: "completed", words: "set for this tab" };
  if (isForgotten) return { state: "forgotten", mark: "cancelled", words: "forgotten" };
  if (declared === "none") return { state: "not-needed", mark: "cancelled", words: "none needed" };
  if (declared === "cookies") return { state: "not-needed", mark: "cancelled", words: "your sign-in there" };
  return { state: "not-set", mark: "warning", words: "not set" };
}

/**
 * What is set, without what is secret of it.
 * @param {Profile} profile
 * @param {number} now_s
 */
export function summary({ access, accessKeyId, region, ends_s }, now_s) {
  const what = access === "s3" ? `S3 access key ${accessKeyId}, region ${region}` : KIND_NAMES[access];
  return ends_s === null ? `${what}.` : `${what}; to be entered again in ${spell(ends_s - now_s)}.`;
}

/** @param {number} left_s */
function spell(left_s) {
  const [size_s, name] = left_s >= 2 * 86400 ? [86400, "days"] : left_s >= 2 * 3600 ? [3600, "hours"] : [60, "minutes"];
  return `${grouped(Math.max(1, Math.floor(left_s / size_s)))} ${name}`;
}
