/**
 * What this browser knows of media hosts: whether they answer, whether pages may read their files (CORS), whether they send
 * parts of them (ranges), and how quickly. It is learned from what hosts answered, kept as long as the tab, and each thing
 * is forgotten after a while: an admin may mend a host at any time.
 */

import { TabMemory } from "../lib/tab-memory.js";

/** A host that was mended is found out within this time, without asking it for every picture until then. */
const STANDS_S = 300;

/**
 * What may be known of a host; what nobody found out is not there.
 * @typedef {object} Abilities
 * @property {boolean} [reachable] whether it answers this browser at all
 * @property {boolean} [readable] whether pages may read its files
 * @property {boolean} [ranges] whether it sends parts of a file
 * @property {boolean} [credentials] whether pages may read what it sends with cookies or a sign-in
 * @property {"loopback" | "local" | "public"} [space] where it is: on this computer, on a private network, on the internet
 * @property {number} [latency_ms] from asking to the first bytes of the answer, over a connection that is open
 * @property {string} [protocol] as it is negotiated: `http/1.1`, `h2`, `h3`
 */
/** @typedef {keyof Abilities} Ability */
/** @typedef {Partial<Record<Ability, {is: unknown, since_s: number}>>} Note */

export class HostAbilities extends EventTarget {
  #memory;
  #now_s;

  /** @param {{memory?: TabMemory, now_s?: () => number}} boundaries */
  constructor({ memory = new TabMemory("host"), now_s = () => Date.now() / 1000 } = {}) {
    super();
    this.#memory = memory;
    this.#now_s = now_s;
  }

  /**
   * Whether pages may read the files of an origin; undefined while nobody knows.
   * @param {string} origin
   */
  readable(origin) {
    return this.of(origin).readable;
  }

  /**
   * Whether an origin sends parts of a file; undefined while nobody knows.
   * @param {string} origin
   */
  ranges(origin) {
    return this.of(origin).ranges;
  }

  /**
   * Whether an origin answers this browser at all; undefined while nobody knows.
   * @param {string} origin
   */
  reachable(origin) {
    return this.of(origin).reachable;
  }

  /**
   * Whether pages may read what an origin sends to somebody who is signed in there; undefined while nobody knows.
   * @param {string} origin
   */
  credentials(origin) {
    return this.of(origin).credentials;
  }

  /**
   * Which network an origin is in; undefined while nobody knows.
   * @param {string} origin
   */
  space(origin) {
    return this.of(origin).space;
  }

  /** @param {string} origin */
  latency_ms(origin) {
    return this.of(origin).latency_ms;
  }

  /** @param {string} origin */
  protocol(origin) {
    return this.of(origin).protocol;
  }

  /**
   * All that is known of an origin now.
   * @param {string} origin
   * @returns {Abilities}
   */
  of(origin) {
    /** @type {Abilities} */
    const known = Object.fromEntries(Object.entries(this.#note(origin)).map(([name, { is }]) => [name, is]));
    // Whoever found out how its files come has had one.
    return known.readable === undefined || known.reachable !== undefined ? known : { ...known, reachable: true };
  }

  /**
   * When the oldest thing known of an origin was learned, in seconds since 1970; null while nothing is known.
   * @param {string} origin
   */
  since_s(origin) {
    const times = Object.values(this.#note(origin)).map(({ since_s }) => since_s);
    return times.length > 0 ? Math.min(...times) : null;
  }

  /**
   * Takes in what an answer showed, besides what was known.
   * @param {string} origin
   * @param {Abilities} learned
   */
  learn(origin, learned) {
    const since_s = this.#now_s();
    const news = Object.entries(learned).map(([name, is]) => [name, { is, since_s }]);
    this.#memory.write(origin, { ...this.#note(origin), ...Object.fromEntries(news) });
    this.dispatchEvent(new CustomEvent("change", { detail: { origin } }));
  }

  /** @param {string} origin */
  forget(origin) {
    this.#memory.write(origin, undefined);
    this.dispatchEvent(new CustomEvent("change", { detail: { origin } }));
  }

  /**
   * What still stands.
   * @param {string} origin
   * @returns {Note}
   */
  #note(origin) {
    const note = this.#memory.read(origin);
    if (typeof note !== "object" || note === null) return {};
    return Object.fromEntries(Object.entries(note).filter(([, one]) => this.#stands(one)));
  }

  /** @param {unknown} one */
  #stands(one) {
    if (typeof one !== "object" || one === null || !("since_s" in one) || !("is" in one)) return false;
    const age_s = this.#now_s() - Number(one.since_s);
    return age_s >= 0 && age_s < STANDS_S;
  }
}
