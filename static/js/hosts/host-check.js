/**
 * Finds out how a media host is by asking it for one file, as a viewer of the dataset would: whether it answers, shows, lets
 * pages read and sends parts, how quickly, and where it is. Only a person's wish starts it, or their first look at its page.
 */

import { hostKind } from "../media/host-kind.js";
import { ImageFailed } from "../media/image-load.js";
import { LoadTimedOut, withDeadline } from "../media/loading.js";
import { verdict } from "../media/verdicts.js";

/** @typedef {import("./abilities.js").Abilities} Abilities */
/** @typedef {import("../credentials/access.js").Access} Access */
/** @typedef {import("../media/verdicts.js").Diagnosis} Diagnosis */
/** @typedef {import("../media/verdicts.js").Evidence} Evidence */
/** @typedef {{url: string, medium: "image" | "video"}} HostFile */

/**
 * What the check may ask of the browser.
 * @typedef {object} Eyes
 * @property {typeof globalThis.fetch} fetch
 * @property {(url: string, medium: "image" | "video") => Promise<Access>} access how the file is asked for; rejects where nothing is known for it
 * @property {(access: Access, medium: "image" | "video", signal: AbortSignal) => Promise<unknown>} show loads it into an element, as pages do; rejects where that fails
 * @property {(url: string, medium: "image" | "video", reason: unknown) => Promise<Diagnosis>} explain
 * @property {(url: string) => Promise<Diagnosis | null> | null} bar what keeps the host from being asked before the person was
 * @property {() => number} now_ms
 * @property {(href: string) => string | undefined} protocol of the last answer of an address, as far as the browser tells
 * @property {boolean} takesSpaces whether the browser heeds where a request says its host is
 */

/** The whole of it; a viewer waits longer for one file, but here somebody waits for the answer. */
const PATIENCE_S = 8;
/** The quickest of these counts: the others wait for connections and for the page. */
const LATENCY_ROUNDS = 3;
/** Causes that lie before the host. */
const NOT_ASKED = ["undeclared", "credentials-missing", "storage-unresolved", "local-network-prompt"];

/**
 * Checks a host by one of its files.
 * @param {HostFile} file
 * @param {Eyes} eyes
 * @returns {Promise<{diagnosis: Diagnosis, learned: Abilities}>}
 */
export async function checkHost(file, eyes) {
  const bar = await eyes.bar(file.url);
  if (bar) return { diagnosis: bar, learned: {} };
  /** @type {Access} */
  let access;
  try {
    access = await eyes.access(file.url, file.medium);
  } catch (reason) {
    return { diagnosis: await eyes.explain(file.url, file.medium, reason), learned: {} };
  }
  return new HostCheck(file, access, eyes).run();
}

class HostCheck {
  #file;
  #access;
  #eyes;
  /** @type {Evidence[]} */
  #evidence = [];
  /** @type {Abilities} */
  #learned = {};

  /**
   * @param {HostFile} file
   * @param {Access} access
   * @param {Eyes} eyes
   */
  constructor(file, access, eyes) {
    this.#file = file;
    this.#access = access;
    this.#eyes = eyes;
  }

  /** @returns {Promise<{diagnosis: Diagnosis, learned: Abilities}>} */
  async run() {
    const reason = await this.#look();
    if (this.#learned.reachable) await this.#measure();
    if (reason !== null) {
      const diagnosis = await this.#eyes.explain(this.#file.url, this.#file.medium, reason);
      return { diagnosis, learned: { ...this.#learned, ...reachedBy(diagnosis) } };
    }
    const kind = this.#learned.readable === false ? "no-cors" : this.#learned.ranges === false ? "no-range" : "works";
    const { origin } = new URL(this.#access.href);
    return { diagnosis: verdict(kind, { origin, medium: this.#file.medium }, this.#evidence), learned: this.#learned };
  }

  /** @returns {Promise<unknown>} why the file does not come; null where it does */
  async #look() {
    const part = await this.#timed("part of a file, to be read by this page", () => this.#ask({ part: true }), sawPart);
    if (part instanceof LoadTimedOut) return part;
    if (part instanceof Response) {
      this.#learned = { reachable: true, readable: true };
      if (this.#access.kind !== "none") this.#learned.credentials = part.ok;
      if (!part.ok) return new ImageFailed();
      this.#learned.ranges = part.status === 206;
    } else {
      const answer = await this.#timed("the same, without reading it", () => this.#ask({ part: false }), sawAnswer);
      if (!(answer instanceof Response)) return answer;
      this.#learned = { reachable: true, readable: false };
      if (this.#access.kind === "cookies") this.#learned.credentials = false;
    }
    if (this.#access.element === null) return null;
    const shown = await this.#timed(`the ${this.#file.medium === "video" ? "video" : "picture"}, to be shown`, () => this.#show(), sawShown);
    return shown instanceof Error ? shown : null;
  }

  /** How quick it is and where, of a host that answers. */
  async #measure() {
    const isReadable = this.#learned.readable === true;
    /** @type {number[]} */
    const times = [];
    for (let round = 0; round < LATENCY_ROUNDS; round += 1) {
      const began = this.#eyes.now_ms();
      const answer = await this.#ask({ part: isReadable });
      if (answer instanceof Response) times.push(this.#eyes.now_ms() - began);
    }
    if (times.length > 0) this.#learned.latency_ms = Math.max(0, Math.min(...times));
    const protocol = this.#eyes.protocol(this.#access.href);
    if (protocol) this.#learned.protocol = protocol;
    const space = await this.#space();
    if (space) this.#learned.space = space;
  }

  /**
   * Where the host is: a request that names another network than the host's fails before it leaves (Chromium 156).
   * @returns {Promise<Abilities["space"]>} undefined where the browser does not tell
   */
  async #space() {
    const { hostname } = new URL(this.#access.href);
    const kind = hostKind(hostname);
    if (kind === "loopback") return "loopback";
    if (kind === "private-address" || kind === "local-name") return "local";
    if (kind === "public-address") return "public";
    if (!this.#eyes.takesSpaces) return undefined;
    for (const space of /** @type {const} */ (["public", "local", "loopback"])) {
      if ((await this.#ask({ part: false, space })) instanceof Response) return space;
    }
    return undefined;
  }

  /**
   * Asks for the file, past everything that the browser keeps, and drops what comes.
   * @param {{part: boolean, space?: string}} how a part that is read, or an answer that nobody reads
   * @returns {Promise<Response | Error>}
   */
  async #ask({ part, space }) {
    const { href, init } = this.#access;
    const headers = part ? { ...init.headers, Range: "bytes=0-0" } : {};
    const signal = AbortSignal.timeout(PATIENCE_S * 1000);
    const usual = { ...init, headers, mode: part ? "cors" : "no-cors", method: part ? "GET" : "HEAD", cache: "no-store", referrerPolicy: "no-referrer", signal };
    try {
      const response = await this.#eyes.fetch(href, /** @type {RequestInit} */ (space ? { ...usual, targetAddressSpace: space } : usual));
      void response.body?.cancel();
      return response;
    } catch (reason) {
      return signal.aborted ? new LoadTimedOut(PATIENCE_S) : /** @type {Error} */ (reason);
    }
  }

  async #show() {
    try {
      await withDeadline((signal) => this.#eyes.show(this.#access, this.#file.medium, signal), { timeout_s: PATIENCE_S });
      return null;
    } catch (reason) {
      return /** @type {Error} */ (reason);
    }
  }

  /**
   * @template Seen
   * @param {string} asked
   * @param {() => Promise<Seen>} ask
   * @param {(seen: Seen) => string} says
   * @returns {Promise<Seen>}
   */
  async #timed(asked, ask, says) {
    const began = this.#eyes.now_ms();
    const seen = await ask();
    this.#evidence.push({ asked, saw: says(seen), took_ms: Math.round(this.#eyes.now_ms() - began) });
    return seen;
  }
}

/** @param {Response | Error} seen */
function sawPart(seen) {
  if (!(seen instanceof Response)) return sawAnswer(seen);
  if (!seen.ok) return `an error (${seen.status})`;
  return seen.status === 206 ? "that part" : "the whole file";
}

/** @param {Response | Error} seen */
function sawAnswer(seen) {
  if (seen instanceof Response) return "an answer";
  return seen instanceof LoadTimedOut ? "no answer" : "refused";
}

/** @param {Error | null} seen */
function sawShown(seen) {
  if (seen === null) return "it shows";
  return seen instanceof LoadTimedOut ? "it did not arrive" : "it does not show";
}

/**
 * Whether the host answers, as the doctor found it.
 * @param {Diagnosis} diagnosis
 * @returns {Abilities}
 */
function reachedBy({ kind, scope }) {
  if (kind === "works" || kind === "no-cors") return { reachable: true };
  return scope === "host" && !NOT_ASKED.includes(kind) ? { reachable: false } : {};
}
