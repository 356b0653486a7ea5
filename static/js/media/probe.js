/**
 * Asks a media host whether it answers at all, without reading the answer: a no-cors request carries no
 * preflight, no cookie and no Referer, and needs no permission from the host. Only for media that already failed.
 */

/** Probes run beside the pictures that still load, so few at once. */
const PARALLEL = 2;
const TIMEOUT_S = 10;
/** Verdicts kept; enough for a page of failures, small enough to forget. */
const REMEMBERED = 500;

/** @typedef {"answered" | "refused" | "silent"} ProbeAnswer */
/** @typedef {typeof globalThis.fetch} Fetch */

export class Probe {
  #fetch;
  #timeout_s;
  /** @type {Map<string, Promise<ProbeAnswer>>} */
  #answers = new Map();
  /** @type {(() => void)[]} */
  #waiting = [];
  #running = 0;

  /** @param {{fetch: Fetch, timeout_s?: number}} boundary */
  constructor({ fetch, timeout_s = TIMEOUT_S }) {
    // Called as a method of anything but the window, the browser's fetch throws "Illegal invocation".
    this.#fetch = fetch.bind(globalThis);
    this.#timeout_s = timeout_s;
  }

  /**
   * Says whether the host answered, refused, or kept silent. Asks once for each address.
   * @param {string} url
   * @returns {Promise<ProbeAnswer>}
   */
  ask(url) {
    const known = this.#answers.get(url);
    if (known) return known;
    const answer = this.#takeTurn().then(() => this.#request(url));
    this.#answers.set(url, answer);
    if (this.#answers.size > REMEMBERED) this.#answers.delete(/** @type {string} */ (this.#answers.keys().next().value));
    return answer;
  }

  /**
   * Forgets what was learned about an address, so that a retry asks again.
   * @param {string} url
   */
  forget(url) {
    this.#answers.delete(url);
  }

  /** @returns {Promise<void>} */
  #takeTurn() {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#fill();
    });
  }

  #fill() {
    while (this.#running < PARALLEL && this.#waiting.length > 0) {
      this.#running += 1;
      this.#waiting.shift()?.();
    }
  }

  /**
   * @param {string} url
   * @returns {Promise<ProbeAnswer>}
   */
  async #request(url) {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), this.#timeout_s * 1000);
    try {
      await this.#fetch(url, {
        mode: "no-cors",
        credentials: "omit",
        referrerPolicy: "no-referrer",
        cache: "no-store",
        signal: abort.signal,
      });
      return "answered";
    } catch {
      return abort.signal.aborted ? "silent" : "refused";
    } finally {
      clearTimeout(timer);
      // The body is of no use: without this the browser would download it.
      abort.abort();
      this.#running -= 1;
      this.#fill();
    }
  }
}
