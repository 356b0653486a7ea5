/**
 * Asks hosts for files that the page may read. Whether a host allows that (CORS) is learned from its first answer:
 * until then one request is the trial, and the others to that host wait for how it ends.
 */

import { noteAnswer } from "../../credentials/access.js";
import { orAborted } from "../../media/loading.js";

/** @typedef {import("../../credentials/access.js").Access} Access */

/**
 * What is known of hosts, from whoever remembers it.
 * @typedef {object} HostAbilities
 * @property {(origin: string) => boolean | undefined} readable whether pages may read its files; undefined while unknown
 * @property {(origin: string, learned: {readable: boolean}) => void} learn
 */

/** @typedef {typeof globalThis.fetch} Fetch */

export class HostTrial {
  #fetch;
  #abilities;
  /** Settled with whether the host answered, when the trial ends. @type {Map<string, Promise<boolean>>} */
  #trials = new Map();

  /**
   * @param {Fetch} fetch
   * @param {HostAbilities} abilities
   */
  constructor(fetch, abilities) {
    // Called as a method of anything but the window, the browser's fetch throws "Illegal invocation".
    this.#fetch = fetch.bind(globalThis);
    this.#abilities = abilities;
  }

  /**
   * Asks for a file without a Referer, and with nothing of the person's but what they have for this host.
   * @param {Access} access
   * @param {AbortSignal} signal
   * @param {RequestCache} [cache] how the browser's own cache is used
   * @returns {Promise<Response | null>} null when the page may not read it, or the host is not there; rejects with the signal's reason
   */
  async ask(access, signal, cache) {
    const { origin } = access;
    const trial = this.#trials.get(origin);
    if (trial && !(await orAborted(trial, signal))) return null;
    const isReadable = this.#abilities.readable(origin);
    if (isReadable === false) return null;
    // Who waited for a trial that was given up begins the next one.
    return isReadable ? this.#request(access, signal, cache) : this.#try(access, signal);
  }

  /**
   * Whether somebody is finding out about a host right now.
   * @param {string} origin
   */
  isTrying(origin) {
    return this.#trials.has(origin);
  }

  /**
   * Takes note that a picture came from a host whose files the page could not read.
   * @param {string} origin
   */
  shown(origin) {
    if (this.#abilities.readable(origin) === undefined) this.#abilities.learn(origin, { readable: false });
  }

  /**
   * @param {Access} access
   * @param {AbortSignal} signal
   */
  async #try(access, signal) {
    const { origin } = access;
    const running = this.#trials.get(origin);
    if (running) return this.ask(access, signal);
    // Past the browser's cache: what was stored there for an image element may lack the host's CORS answer.
    const answer = this.#request(access, signal, "reload");
    const trial = answer.then((response) => response !== null, () => true);
    this.#trials.set(origin, trial);
    try {
      const response = await answer;
      if (response) this.#abilities.learn(origin, { readable: true });
      return response;
    } finally {
      this.#trials.delete(origin);
    }
  }

  /**
   * @param {Access} access
   * @param {AbortSignal} signal
   * @param {RequestCache} [cache]
   */
  async #request(access, signal, cache = "default") {
    try {
      const response = await this.#fetch(access.href, {
        mode: "cors",
        ...access.init,
        referrerPolicy: "no-referrer",
        cache,
        signal,
      });
      noteAnswer(access, response.status);
      return response;
    } catch (reason) {
      signal.throwIfAborted();
      if (reason instanceof TypeError) return null;
      throw reason;
    }
  }
}
