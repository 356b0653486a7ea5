/**
 * The requests with which the doctor looks for a cause. Only hosts that gave cause to ask are asked: one file and their front
 * page, without cookies but where said, without a Referer, never with anything added to the address: it may be signed.
 */

import { orAborted } from "./loading.js";

/** What hangs for so long is said to be silent; a picture has had its own, longer time before. */
export const PROBE_TIMEOUT_S = 8;
/** Enough to tell what a file is. */
export const FIRST_BYTES = 4096;

/** @typedef {typeof globalThis.fetch} Fetch */
/** @typedef {{headers?: Record<string, string>, credentials: RequestCredentials}} Credentials as a request carries them */

/**
 * What came of asking without reading.
 * @typedef {object} Touch
 * @property {"answered" | "refused" | "silent"} saw
 * @property {number} took_ms
 */

/**
 * What came of asking for a part, to be read.
 * @typedef {object} Reading
 * @property {"read" | "stalled" | "broken" | "refused" | "silent"} saw stalled: the head of the answer came, its body did not;
 *   broken: its body ended before its time
 * @property {number} took_ms
 * @property {number} status 0 without an answer
 * @property {string} type what the host calls the file, lower case, without parameters; empty where it does not say
 * @property {string} address where the answer came from in the end; of it no more than the origin may be shown
 * @property {boolean} isRedirected
 * @property {boolean} isPart whether the host sent the part that was asked for
 * @property {Uint8Array} bytes
 */

export class Probe {
  #fetch;
  #timeout_s;
  #now_ms;

  /** @param {{fetch: Fetch, timeout_s?: number, now_ms?: () => number}} boundary */
  constructor({ fetch, timeout_s = PROBE_TIMEOUT_S, now_ms = () => performance.now() }) {
    // Called as a method of anything but the window, the browser's fetch throws "Illegal invocation".
    this.#fetch = fetch.bind(globalThis);
    this.#timeout_s = timeout_s;
    this.#now_ms = now_ms;
  }

  /**
   * Whether an address is answered at all; the answer is not read, and needs no permission of the host.
   * @param {string} url
   * @param {RequestInit & {targetAddressSpace?: "local"}} [also]
   * @returns {Promise<Touch>}
   */
  async touch(url, also = {}) {
    return this.#timed(async (signal) => {
      // Past the browser's cache, and what is there is not used again: the host may have been mended.
      await this.#ask(url, { mode: "no-cors", cache: "reload", ...also, signal });
      return "answered";
    });
  }

  /**
   * Reads a part of a file.
   * @param {string} url
   * @param {{credentials?: Credentials, from?: number}} [how] from which byte
   * @returns {Promise<Reading>}
   */
  async read(url, { credentials = { credentials: "omit" }, from = 0 } = {}) {
    /** @type {Omit<Reading, "saw" | "took_ms">} */
    const answer = { status: 0, type: "", address: url, isRedirected: false, isPart: false, bytes: new Uint8Array() };
    const headers = { ...credentials.headers, Range: `bytes=${from}-${from + FIRST_BYTES - 1}` };
    const { saw, took_ms } = await this.#timed(async (signal) => {
      const response = await this.#ask(url, { ...credentials, headers, mode: "cors", cache: "no-store", signal });
      const type = (response.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
      const { status, redirected } = response;
      Object.assign(answer, { status, type, address: response.url || url, isRedirected: redirected, isPart: status === 206 });
      answer.bytes = await beginning(response);
      return "answered";
    });
    if (saw === "answered") return { ...answer, saw: "read", took_ms };
    if (answer.status === 0) return { ...answer, saw, took_ms };
    return { ...answer, saw: saw === "silent" ? "stalled" : "broken", took_ms };
  }

  /**
   * @param {string} url
   * @param {RequestInit} how
   */
  #ask(url, how) {
    return this.#fetch(url, { credentials: "omit", referrerPolicy: "no-referrer", ...how });
  }

  /**
   * @param {(signal: AbortSignal) => Promise<"answered">} ask
   * @returns {Promise<Touch>}
   */
  async #timed(ask) {
    const abort = new AbortController();
    const begun_ms = this.#now_ms();
    const timer = setTimeout(() => abort.abort(), this.#timeout_s * 1000);
    /** @param {Touch["saw"]} saw */
    const touch = (saw) => ({ saw, took_ms: Math.round(this.#now_ms() - begun_ms) });
    try {
      return touch(await orAborted(ask(abort.signal), abort.signal));
    } catch {
      return touch(abort.signal.aborted ? "silent" : "refused");
    } finally {
      clearTimeout(timer);
      // What is left of the body is of no use: without this the browser would download it.
      abort.abort();
    }
  }
}

/**
 * The first bytes of an answer.
 * @param {Response} response
 */
async function beginning({ body }) {
  /** @type {number[]} */
  const bytes = [];
  const reader = body?.getReader();
  while (reader && bytes.length < FIRST_BYTES) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes.push(...value.subarray(0, FIRST_BYTES - bytes.length));
  }
  return Uint8Array.from(bytes);
}
