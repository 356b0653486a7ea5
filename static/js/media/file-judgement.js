/** What an answer that could be read says of a file: its status, where it came from, and its first bytes. */

import { codecOf, isRareJpeg, refusalOf, signInPage, sniff } from "./sniff.js";

/** @typedef {import("./probe.js").Reading} Reading */
/** @typedef {import("./verdicts.js").FailureKind} FailureKind */
/** @typedef {import("./verdicts.js").Facts} Facts */

/**
 * @typedef {object} Judgement
 * @property {FailureKind} kind
 * @property {Partial<Facts>} facts
 */

/**
 * Says what is wrong with an answer.
 * @param {Reading} reading of a file's beginning
 * @param {"image" | "video"} medium that was expected
 * @param {{hasCredentials: boolean}} asked whether the person's own key or token was shown
 * @returns {Judgement | null} null when nothing is to be seen in it
 */
export function judge(reading, medium, asked) {
  return judgeStatus(reading, asked) ?? judgeKind(reading, medium);
}

/** What a status means, other than that the file is there. @type {Record<number, FailureKind>} */
const STATUSES = { 404: "not-found", 410: "not-found", 408: "host-error", 425: "host-error", 429: "host-error" };

/**
 * @param {Reading} reading
 * @param {{hasCredentials: boolean}} asked
 * @returns {Judgement | null}
 */
function judgeStatus({ status, bytes, address, type }, { hasCredentials }) {
  // 416: the part that was asked for is not there, since there is nothing.
  if (status === 416) return { kind: "broken-file", facts: { flaw: "is empty" } };
  if (status < 400) return null;
  const { code, isExpired } = refusalOf(bytes);
  const kind = status >= 500 ? "host-error" : (STATUSES[status] ?? "denied");
  if (kind !== "denied") return { kind, facts: { status, code } };
  if (hasCredentials) return { kind: "credentials-refused", facts: { status, code } };
  if (isExpired) return { kind: "expired", facts: { status, code } };
  const isPage = type === "text/html" && signInPage(bytes, address) !== "no";
  return { kind, facts: { status, code, ...(isPage ? { cures: ["sign-in", "credentials", "new-tab"] } : {}) } };
}

/**
 * @param {Reading} reading
 * @param {"image" | "video"} medium
 * @returns {Judgement | null}
 */
function judgeKind(reading, medium) {
  const { bytes, address, isRedirected } = reading;
  const { family, name } = sniff(bytes);
  if (family === medium) return null;
  if (family === "empty") return { kind: "broken-file", facts: { flaw: "is empty" } };
  const other = medium === "video" ? "not-a-video" : "not-an-image";
  if (family !== "page") return { kind: other, facts: { found: name } };
  const signIn = signInPage(bytes, address);
  if (signIn === "surely") return { kind: "sign-in-page", facts: {} };
  if (signIn === "no" && !isRedirected) return { kind: other, facts: { found: name } };
  // Who is sent on to a page is mostly sent to sign in, but a page that says "not found" comes in the same way.
  const maybe = ["it is a page to sign in", "it is another page, as one that says that the file is not there"];
  return { kind: "sign-in-page", facts: { maybe, isOnlyLikely: true } };
}

/** What every browser of today shows. */
const EVERYWHERE = ["jpeg", "png", "gif", "webp", "bmp", "x-icon", "svg+xml"].map((name) => `image/${name}`);

/** Kinds of video file of which browsers tell truly that they do not play them; Chromium 156 denies QuickTime and plays it. */
const FOREIGN = ["x-msvideo", "x-flv", "mpeg", "mp2t"].map((name) => `video/${name}`);

/**
 * What else may be found out about a file that does not show.
 * @typedef {object} Further
 * @property {(type: string) => Promise<boolean | null>} canShow whether this browser shows a type; null where it does not tell
 * @property {() => Promise<Uint8Array>} header the bytes in which a video's header may be
 * @property {() => Promise<boolean | null>} decodes whether the whole file, read by the page, is a picture; null where it did not come
 */

/**
 * Says why a file does not show though nothing was wrong with the beginning of the answer.
 * @param {Reading} reading
 * @param {"image" | "video"} medium
 * @param {Further} further
 * @returns {Promise<Judgement>}
 */
export async function judgeSound({ bytes, type }, medium, { canShow, header, decodes }) {
  const { name, type: real } = sniff(bytes);
  if (medium === "video") {
    const isForeign = real !== null && FOREIGN.includes(real) && (await canShow(real)) === false;
    return isForeign ? { kind: "codec", facts: { found: name } } : judgeVideo(name, await header(), canShow);
  }
  if (real === "image/jpeg" && isRareJpeg(bytes)) {
    return { kind: "codec", facts: { found: "a JPEG picture of a rare kind (lossless or 12 bits)" } };
  }
  const isShown = real === null || EVERYWHERE.includes(real) || (await canShow(real));
  if (isShown === false) return { kind: "codec", facts: { found: name } };
  // Of vector images browsers believe nothing but the name, and scripts cannot decode them.
  const isVector = real === "image/svg+xml";
  const isSound = isVector ? type !== real : await decodes();
  if (isSound) return judgeName(name, type);
  const damaged = `begins as ${name} and cannot be shown: it is damaged or cut short`;
  if (isShown && (isSound === false || isVector)) return { kind: "broken-file", facts: { flaw: damaged } };
  const maybe = ["it is damaged or cut short", "it is of a kind that this browser does not show"];
  return { kind: "broken-file", facts: { flaw: `begins as ${name} and cannot be shown`, maybe } };
}

/**
 * What keeps a sound picture from showing.
 * @param {string} name
 * @param {string} type as the host calls it
 * @returns {Judgement}
 */
function judgeName(name, type) {
  if (type.startsWith("image/") && type !== "image/svg+xml" && !name.includes("SVG")) {
    const flaw = "is sound when it is read and does not show: the host answers otherwise when it is asked for a picture";
    return { kind: "broken-file", facts: { flaw, cures: ["host-log", "new-tab"] } };
  }
  const called = type ? `that it calls ${type}` : "without saying what it is";
  return { kind: "not-an-image", facts: { found: `${name} ${called}`, cures: ["content-type", "file-there", "new-tab"] } };
}

/**
 * @param {string} name
 * @param {Uint8Array} header
 * @param {(type: string) => Promise<boolean | null>} canShow
 * @returns {Promise<Judgement>}
 */
async function judgeVideo(name, header, canShow) {
  const codec = codecOf(header);
  if (codec && (await canShow(codec.type)) === false) return { kind: "codec", facts: { found: `${name} in ${codec.name}` } };
  const maybe = ["it is damaged or cut short", `it is coded in a way that this browser does not know${codec ? ` (${codec.name})` : ""}`];
  return { kind: "broken-file", facts: { flaw: `begins as ${name}, and this browser cannot play it`, maybe } };
}

/**
 * What was seen, in words.
 * @param {Reading} reading
 */
export function readingInWords({ saw, status, bytes, isRedirected, address }) {
  const from = isRedirected ? `, sent on to ${new URL(address).origin}` : "";
  switch (saw) {
    case "read": {
      const { code } = refusalOf(bytes);
      return `${sniff(bytes).name} (status ${status}${code ? `, ${code}` : ""})${from}`;
    }
    case "stalled":
      return `status ${status}, and then nothing more${from}`;
    case "broken":
      return `status ${status}, and then the connection broke${from}`;
    case "refused":
      return "the browser gave this page nothing to read";
    default:
      return "nothing in time";
  }
}
