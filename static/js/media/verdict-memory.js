/**
 * Verdicts of the last moments: a file is examined once, a host that does not answer is not asked about each of its files, and
 * what shows a host's fault for one file waits while another of that host is examined.
 */

/** How long a verdict stands: long enough for a page of failures, short enough for a host that comes back. */
const STANDS_S = 10;
/** How many files of a host are examined at once, beside the pictures that still load. */
const PARALLEL = 2;
const REMEMBERED = 500;

/** @typedef {import("./verdicts.js").Diagnosis} Diagnosis */
/** @typedef {{diagnosis: Diagnosis, at_s: number}} Note */

/** What is found out by asking, and holds for all files of a host. */
const OF_HOST = ["app-unreachable", "local-network-prompt", "local-network-or-unreachable", "unreachable", "host-silent"];

export class VerdictMemory {
  #now_s;
  /** @type {Map<string, Note>} */
  #files = new Map();
  /** @type {Map<string, Note>} */
  #hosts = new Map();
  /** Under way, by address. @type {Map<string, Promise<Diagnosis>>} */
  #underway = new Map();
  /** @type {Map<string, {running: number, waiting: (() => void)[]}>} */
  #turns = new Map();
  /** What was found out before something was forgotten is not remembered after. */
  #forgotten = 0;

  /** @param {{now_s?: () => number}} [boundary] */
  constructor({ now_s = () => performance.now() / 1000 } = {}) {
    this.#now_s = now_s;
  }

  /**
   * The verdict on an address: one that stands, or a new one.
   * @param {string} url
   * @param {string} origin of its host
   * @param {() => Promise<Diagnosis>} examine
   * @returns {Promise<Diagnosis>} rejects as the examination does
   */
  of(url, origin, examine) {
    const known = this.#standing(url, origin);
    if (known) return Promise.resolve(known);
    const underway = this.#underway.get(url);
    if (underway) return underway;
    const begun = this.#begin(url, origin, examine).finally(() => {
      if (this.#underway.get(url) === begun) this.#underway.delete(url);
    });
    this.#underway.set(url, begun);
    return begun;
  }

  /**
   * Lets the next verdict on an address, and on its host, be a new one.
   * @param {string} url
   * @param {string} origin
   */
  forget(url, origin) {
    this.#forgotten += 1;
    this.#files.delete(url);
    this.#hosts.delete(origin);
    this.#underway.delete(url);
  }

  /** Lets every verdict be a new one: something about the network has changed. */
  forgetAll() {
    this.#forgotten += 1;
    this.#files.clear();
    this.#hosts.clear();
    this.#underway.clear();
  }

  /**
   * @param {string} url
   * @param {string} origin
   */
  #standing(url, origin) {
    for (const note of [this.#files.get(url), this.#hosts.get(origin)]) {
      if (note && this.#now_s() - note.at_s < STANDS_S) return note.diagnosis;
    }
    return null;
  }

  /**
   * @param {string} url
   * @param {string} origin
   * @param {() => Promise<Diagnosis>} examine
   */
  async #begin(url, origin, examine) {
    const turn = this.#turns.get(origin) ?? { running: 0, waiting: [] };
    this.#turns.set(origin, turn);
    if (turn.running >= PARALLEL) await new Promise((resolve) => turn.waiting.push(() => resolve(null)));
    turn.running += 1;
    try {
      // Who waited may have been told meanwhile.
      const known = this.#standing(url, origin);
      if (known) return known;
      const forgotten = this.#forgotten;
      const diagnosis = await examine();
      if (forgotten === this.#forgotten) this.#remember(url, origin, diagnosis);
      return diagnosis;
    } finally {
      turn.running -= 1;
      turn.waiting.shift()?.();
      if (turn.running === 0 && turn.waiting.length === 0) this.#turns.delete(origin);
    }
  }

  /**
   * @param {string} url
   * @param {string} origin
   * @param {Diagnosis} diagnosis
   */
  #remember(url, origin, diagnosis) {
    const note = { diagnosis, at_s: this.#now_s() };
    // What was mended, or needs only another try, is tried.
    if (diagnosis.kind === "works" || diagnosis.kind === "offline") return;
    this.#files.set(url, note);
    if (OF_HOST.includes(diagnosis.kind)) this.#hosts.set(origin, note);
    if (this.#files.size > REMEMBERED) this.#files.delete(/** @type {string} */ (this.#files.keys().next().value));
  }
}
