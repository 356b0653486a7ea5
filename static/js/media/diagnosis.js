/**
 * Why a picture or a video did not load. The page sees little of a failed request, so the cause is found step by step: by the
 * address alone, by what the browser says of itself, then by asking: the same address without reading the answer, its first bytes
 * to be read, the front page of its host, and our own server. Causes between which a page cannot tell stay one verdict that names
 * them. The procedure was measured in Chromium 156; docs/doctor.md has it as a table.
 */

import { expiresAt, lifeInWords } from "./expiry.js";
import { judge, judgeSound, readingInWords } from "./file-judgement.js";
import { isSharedLink } from "./shared-link.js";
import { headerPlace } from "./sniff.js";
import { isDeclared, isMixedContent, isSurelyLocal, permissionFor, placeOf } from "./surroundings.js";
import { MEDIA_TIMEOUT_S, unreachableCauses, verdict } from "./verdicts.js";

/** @typedef {import("./verdicts.js").Diagnosis} Diagnosis */
/** @typedef {import("./verdicts.js").FailureKind} FailureKind */
/** @typedef {import("./verdicts.js").Facts} Facts */
/** @typedef {import("./probe.js").Touch} Touch */
/** @typedef {import("./probe.js").Reading} Reading */
/** @typedef {import("./surroundings.js").PermissionState} PermissionState */
/** @typedef {import("./surroundings.js").Place} Place */

/**
 * What was seen when the media was wanted.
 * @typedef {object} Failure
 * @property {string} url the absolute address
 * @property {"image" | "video"} medium
 * @property {"failed" | "late"} seen late: it neither loaded nor failed in time
 */

/**
 * What came of loading the media as the page shows it.
 * @typedef {object} Load
 * @property {"shown" | "failed" | "silent" | "untried"} saw untried: no element may show it
 * @property {number} took_ms
 * @property {boolean} [canSeek] of a video: whether it may be jumped about in
 */

/**
 * What may be asked of hosts.
 * @typedef {object} Asks
 * @property {() => Promise<Load>} load the media, as the page shows it
 * @property {(how?: {isLocal?: boolean}) => Promise<Touch>} touch the file, asked for without reading; `isLocal`: as one of the local
 *   network
 * @property {(how?: {withCookies?: boolean, from?: number}) => Promise<Reading>} read a part of the file, the first unless said
 * @property {() => Promise<Load>} decode reads the whole file and makes a picture of it
 * @property {() => Promise<Touch>} root the front page of the host, asked without reading
 * @property {() => Promise<Touch>} app our own server
 */

/**
 * What may be asked of the browser, and through it of hosts.
 * @typedef {object} Witnesses
 * @property {string} pageAddress the page's own address
 * @property {boolean} isSecure whether the page came over https or from this machine: only then may it ask for permissions
 * @property {() => Promise<Place>} pageSpace where the page is, when its address does not tell; asked of insecure pages only
 * @property {() => boolean} isOnline
 * @property {() => Promise<number>} now_ms by our server's clock, where that can be had: the browser's may be wrong
 * @property {(space: "local-network" | "loopback-network") => Promise<PermissionState>} permission
 * @property {() => {policy: string, directive: string} | null} violation of the page's policy that this address caused, if any
 * @property {boolean} hasCredentials whether the asks show the person's own key or token
 * @property {(type: string) => Promise<boolean | null>} canShow whether this browser shows a media type; null where it does not tell
 * @property {Asks | null} asks null on a page whose policy allows no requests to media hosts
 */

/**
 * Finds out why media did not load, asking the network only when nothing cheaper decides.
 * @param {Failure} failure
 * @param {Witnesses} witnesses
 * @returns {Promise<Diagnosis>}
 */
export function diagnose(failure, witnesses) {
  return new Examination(failure, witnesses).run();
}

/** @type {Record<PermissionState, string>} */
const PERMISSIONS = { granted: "given, or not needed", denied: "denied", prompt: "not given yet", unknown: "the browser does not tell" };

class Examination {
  #failure;
  #witnesses;
  #address;
  #page;
  /** @type {import("./verdicts.js").Evidence[]} */
  #evidence = [];
  /** Of the permission that the address needs; "granted" where none is needed. @type {PermissionState} */
  #permission = "granted";
  /** @type {Place} */
  #place;

  /**
   * @param {Failure} failure
   * @param {Witnesses} witnesses
   */
  constructor(failure, witnesses) {
    this.#failure = failure;
    this.#witnesses = witnesses;
    this.#address = new URL(failure.url);
    this.#page = new URL(witnesses.pageAddress);
    this.#place = placeOf(this.#page);
  }

  async run() {
    const { asks } = this.#witnesses;
    this.#note(this.#medium, this.#failure.seen === "failed" ? "did not load" : `did not come within ${MEDIA_TIMEOUT_S} s`);
    await this.#readPermission();
    const atSight = this.#held() ?? (await this.#mixed()) ?? this.#offline() ?? (await this.#expired()) ?? this.#denied();
    if (atSight) return atSight;
    if (!asks) return this.#say(isSharedLink(this.#address) ? "link-ended" : "no-picture");
    return this.#ask(asks);
  }

  get #medium() {
    return `the ${this.#failure.medium === "video" ? "video" : "picture"}, as the page shows it`;
  }

  /** What the page's own policy holds back. */
  #held() {
    const violation = this.#witnesses.violation();
    const { origin } = this.#address;
    if (!violation) return null;
    const isRedirect = isDeclared(origin, violation);
    // What the doctor itself may not ask explains no picture: some pages may show a host's pictures and no more.
    if (!isRedirect && violation.directive === "connect-src") return null;
    const listed = isRedirect ? `${origin} is on it, where it sends on to is not` : `${origin} is not on it`;
    this.#note("the list of hosts that this page may contact", listed);
    return this.#say(isRedirect ? "redirected" : "undeclared");
  }

  async #mixed() {
    if (!isMixedContent(this.#page, this.#address)) return null;
    this.#note("the address", "plain http, on a page that came over https");
    // Where the browser has not been told yet, this would make it ask the person.
    const mayAsk = this.#permission === "granted" || this.#place === "local";
    const touch = mayAsk ? await this.#witnesses.asks?.touch({ isLocal: true }) : undefined;
    if (touch) this.#noteTouch("the same address, as one of the local network", touch);
    return this.#say("mixed-content", { answersLocally: touch?.saw === "answered" });
  }

  #offline() {
    if (permissionFor(this.#address) === "loopback-network" || this.#witnesses.isOnline()) return null;
    this.#note("the browser, whether it is online", "it is offline");
    return this.#say("offline");
  }

  async #expired() {
    const end_ms = expiresAt(this.#failure.url);
    if (end_ms === null) return null;
    const now_ms = await this.#witnesses.now_ms();
    const life = lifeInWords(end_ms, now_ms);
    this.#note("the link, until when it is good", life);
    if (end_ms > now_ms) return null;
    return this.#say(this.#witnesses.hasCredentials ? "credentials-refused" : "expired", { ended: life.replace(/^expired /, "") });
  }

  async #readPermission() {
    const space = permissionFor(this.#address);
    if (!space || this.#place === "local") return;
    if (!this.#witnesses.isSecure && this.#place === "unknown") this.#place = await this.#witnesses.pageSpace();
    if (this.#place === "local") return;
    this.#permission = await this.#witnesses.permission(space);
    const reached = space === "loopback-network" ? "this machine" : "the local network";
    this.#note(`the browser's permission to reach ${reached}`, PERMISSIONS[this.#permission]);
  }

  #denied() {
    // An insecure page is always said to be denied; on a private network it may reach the local one nevertheless.
    const isSure = this.#witnesses.isSecure || this.#place === "public";
    if (this.#permission !== "denied" || !isSure || !isSurelyLocal(this.#address)) return null;
    return this.#say("local-network-denied", { isInsecure: !this.#witnesses.isSecure });
  }

  /**
   * Asks the host of something that did not come.
   * @param {Asks} asks
   */
  async #ask(asks) {
    // What hangs costs its whole time: then both are asked at once.
    const root = this.#failure.seen === "late" ? this.#touchRoot(asks) : null;
    const touch = await asks.touch();
    this.#noteTouch("the same address, without reading the answer", touch);
    if (touch.saw === "answered") return this.#answered(asks);
    // The browser may learn that it is offline only while it asks.
    const offline = this.#offline();
    if (offline) return offline;
    if (touch.saw === "refused") return this.#refused(asks, root);
    return this.#silent(asks, root ?? this.#touchRoot(asks));
  }

  /** @param {Asks} asks */
  async #answered(asks) {
    let reading = await this.#read(asks);
    if (reading.status === 401 || reading.status === 403) reading = await this.#readWithCookies(asks, reading);
    if (isSharedLink(this.#address) && (reading.saw !== "read" || reading.status >= 400)) return this.#say("link-ended");
    if (reading.saw === "broken") return this.#say("reset-or-forbidden", { isBrokenOff: true });
    const found = reading.status >= 400 || reading.saw === "read" ? judge(reading, this.#failure.medium, this.#witnesses) : null;
    if (found) return this.#say(found.kind, found.facts);
    if (reading.saw === "stalled") return this.#say("file-silent");
    const load = await this.#load(asks);
    if (load.saw === "silent") return this.#say("file-silent");
    if (load.saw === "untried" && reading.saw === "read") return this.#say("works", { isReadOnly: true });
    if (load.saw === "shown") return this.#say(load.canSeek === false ? "no-range" : "works");
    if (reading.saw !== "read") return this.#say("answered-unread", { hasCredentials: this.#witnesses.hasCredentials });
    const further = { canShow: this.#witnesses.canShow, header: () => this.#header(asks, reading), decodes: () => this.#decode(asks) };
    const { kind, facts } = await judgeSound(reading, this.#failure.medium, further);
    return this.#say(kind, facts);
  }

  /**
   * Image elements show the host its cookies, which the first reading left out.
   * @param {Asks} asks
   * @param {Reading} reading
   */
  async #readWithCookies(asks, reading) {
    if (this.#witnesses.hasCredentials) return reading;
    const again = await asks.read({ withCookies: true });
    this.#note("its first 4 kilobytes, with the host's own cookies", readingInWords(again), again.took_ms);
    return again.saw === "read" ? again : reading;
  }

  /**
   * @param {Asks} asks
   * @param {Promise<Touch> | null} root
   */
  async #refused(asks, root) {
    const reading = await this.#read(asks);
    if (reading.saw === "read") {
      const load = await this.#load(asks);
      return load.saw === "shown" ? this.#say("works") : this.#say("reset-or-forbidden", { isForbidden: true });
    }
    const { saw } = await (root ?? this.#touchRoot(asks));
    if (saw === "answered") return this.#say("reset-or-forbidden");
    return (await this.#appGone(asks)) ?? this.#unreachable();
  }

  /**
   * @param {Asks} asks
   * @param {Promise<Touch>} root
   */
  async #silent(asks, root) {
    const { saw } = await root;
    if (saw === "answered") return this.#say("file-silent");
    const gone = await this.#appGone(asks);
    if (gone) return gone;
    if (saw === "refused") return this.#unreachable();
    return this.#say(this.#permission === "prompt" ? "local-network-prompt" : "host-silent");
  }

  /** @param {Asks} asks */
  async #appGone(asks) {
    const touch = await asks.app();
    this.#noteTouch("Transom itself", touch);
    return this.#offline() ?? (touch.saw === "answered" ? null : this.#say("app-unreachable"));
  }

  #unreachable() {
    const isLocal = isSurelyLocal(this.#address);
    if (this.#permission === "denied") return this.#say("local-network-or-unreachable", { isInsecure: !this.#witnesses.isSecure });
    if (this.#permission !== "prompt") return this.#say("unreachable");
    const others = unreachableCauses(this.#address.origin);
    const unasked = "your browser's question about the local network is open, or was closed without an answer";
    return this.#say(isLocal ? "local-network-prompt" : "unreachable", { maybe: isLocal ? [unasked, ...others] : [...others, unasked] });
  }

  /** @param {Asks} asks */
  async #touchRoot(asks) {
    const touch = await asks.root();
    this.#noteTouch("the host's front page, without reading the answer", touch);
    return touch;
  }

  /** @param {Asks} asks */
  async #read(asks) {
    const reading = await asks.read();
    this.#note("its first 4 kilobytes, to be read", readingInWords(reading), reading.took_ms);
    return reading;
  }

  /**
   * The bytes in which a video says how it is coded.
   * @param {Asks} asks
   * @param {Reading} reading
   */
  async #header(asks, reading) {
    const from = reading.isPart ? headerPlace(reading.bytes) : null;
    if (from === null) return reading.bytes;
    const header = await asks.read({ from });
    this.#note("the video's header, to be read", readingInWords(header), header.took_ms);
    return header.saw === "read" && header.isPart ? header.bytes : reading.bytes;
  }

  /** @param {Asks} asks */
  async #decode(asks) {
    const { saw, took_ms } = await asks.decode();
    const words = { shown: "a sound picture", failed: "no picture", silent: "did not come in time", untried: "" };
    this.#note("the whole file, to be read", words[saw], took_ms);
    return saw === "silent" ? null : saw === "shown";
  }

  /** @param {Asks} asks */
  async #load(asks) {
    const load = await asks.load();
    const words = { shown: "loads", failed: "does not load", silent: "did not come in time", untried: "browsers show no video with a token" };
    const seeking = load.canSeek === false ? ", and cannot be jumped about in" : "";
    this.#note(`${this.#medium}, once more`, words[load.saw] + seeking, load.took_ms);
    return load;
  }

  /**
   * @param {string} asked
   * @param {Touch} touch
   */
  #noteTouch(asked, { saw, took_ms }) {
    const words = { answered: "an answer came", refused: "no answer, and the browser does not say why", silent: "nothing in time" };
    this.#note(asked, words[saw], took_ms);
  }

  /**
   * @param {string} asked
   * @param {string} saw
   * @param {number | null} [took_ms]
   */
  #note(asked, saw, took_ms = null) {
    this.#evidence.push({ asked, saw, took_ms });
  }

  /**
   * @param {FailureKind} kind
   * @param {Partial<Facts>} [facts]
   */
  #say(kind, facts = {}) {
    return verdict(kind, { origin: this.#address.origin, medium: this.#failure.medium, ...facts }, this.#evidence);
  }
}
