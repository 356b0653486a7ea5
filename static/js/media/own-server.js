/** What our own server tells about the network: whether it answers, what time it is, and which network the page came from. */

import { PROBE_TIMEOUT_S } from "./probe.js";

/** An answer of the last moments does for all who ask. */
const STANDS_MS = 3000;

/** @typedef {import("./probe.js").Touch} Touch */
/** @typedef {import("./surroundings.js").Place} Place */

export class OwnServer {
  #fetch;
  #address;
  #now_ms;
  #timeout_s;
  /** @type {{touch: Promise<Touch>, at_ms: number} | null} */
  #last = null;
  /** The server's clock less the browser's; null while nobody compared them. @type {number | null} */
  #ahead_ms = null;
  /** @type {Promise<Place> | null} */
  #space = null;

  /** @param {{fetch: typeof globalThis.fetch, address: string, now_ms?: () => number, timeout_s?: number}} boundary */
  constructor({ fetch, address, now_ms = () => Date.now(), timeout_s = PROBE_TIMEOUT_S }) {
    // Called as a method of anything but the window, the browser's fetch throws "Illegal invocation".
    this.#fetch = fetch.bind(globalThis);
    this.#address = address;
    this.#now_ms = now_ms;
    this.#timeout_s = timeout_s;
  }

  /**
   * Whether it answers.
   * @returns {Promise<Touch>}
   */
  touch() {
    const now_ms = this.#now_ms();
    if (this.#last && Math.abs(now_ms - this.#last.at_ms) < STANDS_MS) return this.#last.touch;
    this.#last = { touch: this.#touch(), at_ms: now_ms };
    return this.#last.touch;
  }

  /** The time by the server's clock, in milliseconds since 1970; by the browser's where it does not answer. */
  async now_ms() {
    if (this.#ahead_ms === null) await this.touch();
    return this.#now_ms() + (this.#ahead_ms ?? 0);
  }

  /**
   * Which network the page came from. Browsers that know networks refuse an answer from another than the one named; of an insecure
   * page Chromium 156 checks that for its own server too, of a secure one it does not.
   * @returns {Promise<Place>}
   */
  space() {
    return (this.#space ??= this.#findSpace());
  }

  async #findSpace() {
    const [isPublic, isLocal, isHere] = await Promise.all(["public", "local", "loopback"].map((space) => this.#answersAs(space)));
    if (isPublic === (isLocal || isHere)) return "unknown";
    return isPublic ? "public" : "local";
  }

  /** @param {string} targetAddressSpace */
  async #answersAs(targetAddressSpace) {
    const how = /** @type {RequestInit} */ ({ method: "HEAD", cache: "no-store", credentials: "omit", targetAddressSpace });
    return this.#fetch(this.#address, { ...how, signal: AbortSignal.timeout(this.#timeout_s * 1000) }).then(
      () => true,
      () => false,
    );
  }

  /** @returns {Promise<Touch>} */
  async #touch() {
    const begun_ms = this.#now_ms();
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), this.#timeout_s * 1000);
    /** @param {Touch["saw"]} saw */
    const touch = (saw) => ({ saw, took_ms: Math.round(this.#now_ms() - begun_ms) });
    try {
      const response = await this.#fetch(this.#address, { method: "HEAD", cache: "no-store", credentials: "omit", signal: abort.signal });
      const said_ms = Date.parse(response.headers.get("date") ?? "");
      // The header tells whole seconds.
      if (!Number.isNaN(said_ms)) this.#ahead_ms = said_ms + 500 - this.#now_ms();
      return touch("answered");
    } catch {
      return touch(abort.signal.aborted ? "silent" : "refused");
    } finally {
      clearTimeout(timer);
    }
  }
}
