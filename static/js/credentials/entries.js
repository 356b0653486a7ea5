/** What the person typed for a host, read and checked: each refusal is a sentence that repeats nothing of it. */

/** @typedef {import("../hosts/page-hosts.js").AccessKind} AccessKind */

/**
 * @typedef {object} Entry
 * @property {AccessKind} access
 * @property {string} text a header's value, what is added to addresses, or a session token
 * @property {string} accessKeyId
 * @property {string} secret
 * @property {string} region
 * @property {number | null} ends_s when it ends, as far as it says
 */

/** @typedef {{text?: string, accessKeyId?: string, secret?: string, region?: string, sessionToken?: string}} Typed */

export class EntryRefused extends Error {
  /**
   * @param {string} sentence
   * @param {keyof Typed} field the one it is about
   */
  constructor(sentence, field) {
    super(sentence);
    this.name = "EntryRefused";
    this.sentence = sentence;
    this.field = field;
  }
}

/** A header and an address take these; anything else was pasted with it. */
const PLAIN = /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/;
const NAMED = /^[^=&#\s]+=[^#\s]+$/;

/**
 * Reads what was typed.
 * @param {AccessKind} access
 * @param {Typed} typed
 * @param {number} now_s
 * @returns {Entry} throws EntryRefused
 */
export function readEntry(access, typed, now_s) {
  const nothing = { access, text: "", accessKeyId: "", secret: "", region: "", ends_s: null };
  switch (access) {
    case "bearer":
      return { ...nothing, text: bearer(trimmed(typed.text)) };
    case "azure":
      return { ...nothing, ...azure(query(typed.text), now_s) };
    case "query":
      return { ...nothing, text: parameters(query(typed.text)) };
    case "s3":
      return { ...nothing, ...s3(typed) };
    default:
      return nothing;
  }
}

/**
 * The whole value of the header: a token alone is a bearer's.
 * @param {string} text
 */
function bearer(text) {
  if (!text) throw new EntryRefused("Type or paste the token.", "text");
  if (!PLAIN.test(text)) throw new EntryRefused("A token has no line breaks and no letters beyond ASCII: paste it again.", "text");
  return /^[A-Za-z]+ /.test(text) ? text : `Bearer ${text}`;
}

/**
 * @param {string} text
 * @param {number} now_s
 */
function azure(text, now_s) {
  const said = new URLSearchParams(text);
  if (!said.get("sig") || !said.get("sv")) {
    throw new EntryRefused("A shared access signature has parts named sv and sig: paste all of it, from sv= or ? on.", "text");
  }
  const ends_s = Date.parse(said.get("se") ?? "") / 1000;
  if (ends_s <= now_s) throw new EntryRefused("This shared access signature has ended: make a fresh one.", "text");
  return { text: parameters(text), ends_s: ends_s || null };
}

/** @param {string} text */
function parameters(text) {
  if (!NAMED.test(text)) throw new EntryRefused("Write it as it stands in an address: name=value.", "text");
  return text;
}

/** @param {Typed} typed */
function s3({ accessKeyId, secret, region, sessionToken }) {
  const entry = { accessKeyId: trimmed(accessKeyId), secret: trimmed(secret), region: trimmed(region), text: trimmed(sessionToken) };
  if (!/^[A-Za-z0-9._-]+$/.test(entry.accessKeyId)) throw new EntryRefused("Type the access key’s id, such as AKIA….", "accessKeyId");
  if (!PLAIN.test(entry.secret)) throw new EntryRefused("Type or paste the secret access key.", "secret");
  if (!/^[a-z0-9-]+$/.test(entry.region)) throw new EntryRefused("Type the bucket’s region, such as eu-west-1.", "region");
  if (entry.text && !PLAIN.test(entry.text)) throw new EntryRefused("A session token has no line breaks: paste it again.", "sessionToken");
  return entry;
}

/**
 * The query of what was pasted, which may be a whole address.
 * @param {string | undefined} text
 */
function query(text) {
  const pasted = trimmed(text);
  const start = pasted.indexOf("?");
  return start < 0 ? pasted : pasted.slice(start + 1);
}

/** @param {string | undefined} text */
function trimmed(text) {
  return (text ?? "").trim();
}

/** Hosts of Amazon say their region in their name. */
const AMAZON = /(?:^|\.)s3[.-](?:dualstack\.)?([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com(?:\.cn)?$/;

/**
 * The region that a bucket most likely is in.
 * @param {string} origin
 * @param {string | null | undefined} said by the team
 */
export function likelyRegion(origin, said) {
  const { hostname } = new URL(origin);
  if (said) return said;
  if (hostname.endsWith("googleapis.com")) return "auto";
  return AMAZON.exec(hostname)?.[1] ?? "us-east-1";
}
