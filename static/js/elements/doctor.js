/** The page's one doctor: gives the diagnosis its eyes in this browser. */

import { CredentialsMissing, StorageUnresolved, accessTo, credentialChanges, noteAnswer, originOf } from "../credentials/access.js";
import { localNetwork } from "../hosts/local-network.js";
import { outages } from "../hosts/outages.js";
import { freshLinkRefusal } from "../hosts/fresh-links.js";
import { diagnose } from "../media/diagnosis.js";
import { LoadTimedOut } from "../media/loading.js";
import { tryMedia, tryReading } from "../media/media-trial.js";
import { OwnServer } from "../media/own-server.js";
import { Probe } from "../media/probe.js";
import { VerdictMemory } from "../media/verdict-memory.js";
import { verdict } from "../media/verdicts.js";
import { ViolationLog } from "../media/violations.js";

/** @typedef {import("../media/verdicts.js").Diagnosis} Diagnosis */
/** @typedef {import("../media/diagnosis.js").Asks} Asks */
/** @typedef {import("../credentials/access.js").Access} Access */
/** @typedef {"image" | "video"} Medium */

/** The violation event may come just after the image's error event. */
const VIOLATION_DELAY_MS = 30;

// All live as long as the page: a violation that nobody heard cannot be asked for later.
const violations = new ViolationLog(document, new AbortController().signal);
const probe = new Probe({ fetch });
const memory = new VerdictMemory();
const ownServer = new OwnServer({ fetch, address: new URL("/healthz", location.href).href });

const forgetAll = () => memory.forgetAll();
for (const event of ["online", "offline"]) addEventListener(event, forgetAll);
outages.addEventListener("back", forgetAll);
localNetwork.addEventListener("change", forgetAll);
credentialChanges.addEventListener("change", forgetAll);

/**
 * Says why an address did not load.
 * @param {string} url
 * @param {Medium} medium
 * @param {unknown} reason what its load was rejected with
 * @returns {Promise<Diagnosis>}
 */
export async function explain(url, medium, reason) {
  const absolute = absoluteOf(url);
  return memory.of(absolute, originOf(absolute), () => examine(absolute, medium, seenOf(reason)));
}

/**
 * Says why an image did not load, on a page whose policy allows its host images and no request to look further.
 * @param {string} url
 * @param {unknown} reason what its load was rejected with
 * @returns {Promise<Diagnosis>}
 */
export async function explainUnasked(url, reason) {
  return examine(absoluteOf(url), "image", seenOf(reason), { mayAsk: false });
}

/**
 * Lets the next diagnosis of an address ask its host again.
 * @param {string} url
 */
export function forget(url) {
  const absolute = absoluteOf(url);
  memory.forget(absolute, originOf(absolute));
}

/**
 * @param {string} address as it is stored
 * @param {Medium} medium
 * @param {"failed" | "late"} seen
 * @param {{mayAsk?: boolean}} [limits]
 */
async function examine(address, medium, seen, { mayAsk = true } = {}) {
  /** @type {Access} */
  let access;
  try {
    access = await accessTo(address, { medium });
  } catch (reason) {
    return refusalOf(reason);
  }
  await untilViolationsAreHeard();
  const url = access.href;
  const found = await diagnose(
    { url, medium, seen },
    {
      pageAddress: location.href,
      isSecure: isSecureContext,
      pageSpace: () => ownServer.space(),
      isOnline: () => navigator.onLine,
      now_ms: () => ownServer.now_ms(),
      permission: (space) => permission(url, space),
      violation: () => violations.take(url),
      hasCredentials: access.isSecret,
      canShow,
      asks: mayAsk ? asksAbout(access, medium) : null,
    },
  );
  return withFreshLink(found, freshLinkRefusal(url));
}

/**
 * @param {Diagnosis} found
 * @param {string | null} refusal why no fresh link came in place of one that has ended; null where none was asked for
 * @returns {Diagnosis}
 */
function withFreshLink(found, refusal) {
  if (refusal === null) return found;
  const evidence = [...found.evidence, { asked: "the endpoint that gives fresh links", saw: refusal, took_ms: null }];
  return { ...found, evidence, remedy: `${refusal} ${found.remedy}` };
}

/**
 * Why an address cannot be asked for at all.
 * @param {unknown} reason
 */
function refusalOf(reason) {
  if (reason instanceof CredentialsMissing) return verdict("credentials-missing", { origin: reason.origin });
  if (reason instanceof StorageUnresolved) return verdict("storage-unresolved", { origin: reason.origin });
  throw reason;
}

/**
 * @param {Access} access
 * @param {Medium} medium
 * @returns {Asks}
 */
function asksAbout(access, medium) {
  const { href, init } = access;
  const root = `${new URL(href).origin}/`;
  return {
    load: async () => {
      const load = await tryMedia(access, medium);
      await untilViolationsAreHeard();
      return load;
    },
    touch: ({ isLocal = false } = {}) => {
      const also = isLocal ? /** @type {const} */ ({ targetAddressSpace: "local" }) : {};
      return probe.touch(href, { credentials: init.credentials, ...also });
    },
    // Where loads that hang hold all of a host's connections, browsers have others for requests with cookies, or without.
    root: () => firstAnswer(probe.touch(root), probe.touch(root, { credentials: "include" })),
    read: async ({ withCookies = false, from = 0 } = {}) => {
      const reading = await probe.read(href, { credentials: withCookies ? { ...init, credentials: "include" } : init, from });
      if (reading.status > 0) noteAnswer(access, reading.status);
      return reading;
    },
    decode: () => tryReading(access),
    app: () => ownServer.touch(),
  };
}

/**
 * The first that was answered, or else the first.
 * @param {Promise<import("../media/probe.js").Touch>} one
 * @param {Promise<import("../media/probe.js").Touch>} other
 */
async function firstAnswer(one, other) {
  const answered = async (/** @type {typeof one} */ touch) => ((await touch).saw === "answered" ? touch : Promise.reject(touch));
  return Promise.any([answered(one), answered(other)]).catch(() => one);
}

/** @param {unknown} reason */
function seenOf(reason) {
  return reason instanceof LoadTimedOut ? "late" : "failed";
}

/** @param {string} url */
function absoluteOf(url) {
  return new URL(url, document.baseURI).href;
}

function untilViolationsAreHeard() {
  return new Promise((resolve) => setTimeout(resolve, VIOLATION_DELAY_MS));
}

/**
 * Whether this browser shows a type of picture, or plays one of video.
 * @param {string} type
 * @returns {Promise<boolean | null>} null where it does not tell
 */
async function canShow(type) {
  if (type.startsWith("video/")) return document.createElement("video").canPlayType(type) !== "";
  return "ImageDecoder" in globalThis ? ImageDecoder.isTypeSupported(type) : null;
}

/**
 * @param {string} url
 * @param {"local-network" | "loopback-network"} space
 * @returns {Promise<import("../media/surroundings.js").PermissionState>}
 */
async function permission(url, space) {
  // Who turned out to need none needs none; an insecure page may not ask, and only its network decides.
  return isSecureContext && localNetwork.need(url) === "no" ? "granted" : localNetwork.state(space);
}
