/**
 * Which media hosts are down, for this page. While one is, no load of it begins: the loads wait, one small question asks
 * the host again until it answers, and then those who waited are told.
 *
 * Dispatches `down` with detail `{origin, diagnosis}`, also when another cause is found, `back` with detail `{origin}`, and
 * `wait` when another number of loads waits.
 */

import { LoadTimedOut, orAborted } from "../media/loading.js";
import { verdict } from "../media/verdicts.js";
import { isAnsweringAgain, isAnsweringBeside } from "./ask-host.js";
import { HostPulse } from "./host-pulse.js";
import { HostReturn } from "./host-return.js";

/** @typedef {import("../media/verdicts.js").Diagnosis} Diagnosis */

/** A host that was missed may take this long to answer before it counts as silent: of a quick one that is 1.6 seconds in all. */
const ANSWER_S = 0.8;
/** What the page could not take in while it was busy comes within so much of that. */
const LAST_TURN_S = 0.1;
/** After the verdict the same question is listened to for so long: a host that was only slow is back with its answer. */
const LISTEN_S = 10;
/** A host that answered about a file is not doubted for so long because of the next file. */
const TRUST_S = 5;
/** A host that fails again so soon was not back. */
const FALSE_RETURN_S = 10;
const MOST_FALSE_RETURNS = 5;
/** What is said of a host whose files show. */
const NO_OUTAGE = ["works", "no-cors", "no-range"];
/** Causes that no host's answer ends, but a word of the person's to the browser. */
const UNTIL_ALLOWED = ["local-network-denied", "local-network-prompt"];

/** A host is down: its loads wait for `back`. */
export class HostDown extends Error {
  /** @param {string} origin */
  constructor(origin) {
    super(`${origin} is down`);
    this.name = "HostDown";
    this.origin = origin;
  }
}

/**
 * @typedef {object} Outage
 * @property {string} origin
 * @property {Diagnosis} diagnosis
 * @property {boolean} isAsking whether the host is asked again by itself
 */

/**
 * @typedef {object} Host
 * @property {string} origin
 * @property {HostPulse} pulse
 * @property {Outage | null} outage
 * @property {HostReturn | null} returning
 * @property {boolean} isMissed it is being asked whether it is there, while loads wait for it
 * @property {Promise<unknown> | null} doubt a failure that is being looked into: nothing new is asked for meanwhile
 * @property {Promise<void> | null} entry what had to be found out before the first load
 * @property {string | null} address of the last load
 * @property {number} trusted_s until when its failures are those of single files
 * @property {number} back_s when it came back last
 * @property {number} falseReturns
 * @property {number} waiting how many wait for it to be back
 */

/**
 * @typedef {object} OutageBoundaries
 * @property {() => number} now_s
 * @property {() => boolean} isVisible
 * @property {(origin: string, signal: AbortSignal) => Promise<boolean>} isAnswering asked while loads wait for the host
 * @property {(origin: string, address: string | null, signal: AbortSignal) => Promise<boolean>} isAnsweringAgain
 * @property {(origin: string) => number} usual_s how long a host takes to answer, in seconds, as far as this tab knows; 0 while it does not
 * @property {(origin: string, took_s: number) => void} slow takes in that a host was taken for silent, and was only slow
 * @property {(location: string) => string} originOf what hosts are told apart by; of a bucket that nothing resolves its name
 * @property {(origin: string) => Promise<Diagnosis | null> | null} entry what keeps a host from being asked at all; null where that is
 *   known not to be, and a promise of null where it turns out not to be
 */

export class HostOutages extends EventTarget {
  #boundaries;
  /** @type {Map<string, Host>} */
  #hosts = new Map();

  /** @param {Partial<OutageBoundaries>} [boundaries] */
  constructor(boundaries) {
    super();
    this.#boundaries = { ...thisBrowser(), ...boundaries };
  }

  /** The hosts that are down, the first to go first. */
  get all() {
    return [...this.#hosts.values()].flatMap(({ outage }) => (outage ? [outage] : []));
  }

  /** @param {string} origin */
  isDown(origin) {
    return this.of(origin) !== null;
  }

  /**
   * What is the matter with a host; null while nothing is.
   * @param {string} origin
   */
  of(origin) {
    return this.#hosts.get(origin)?.outage ?? null;
  }

  /**
   * Runs a load of a host, and finds out by it how the host is.
   * @template Loaded
   * @param {string} location of what is loaded, as it is stored
   * @param {(signal: AbortSignal) => Promise<Loaded>} load
   * @param {object} [how]
   * @param {AbortSignal | undefined} [how.signal] takes the wish back
   * @param {((reason: unknown) => Promise<Diagnosis> | null)} [how.why] explains a failure, or null where it is plain that the host answered
   * @returns {Promise<Loaded>} rejects with HostDown when the host is down or found to be, with the signal's reason, or as the load does
   */
  async load(location, load, { signal, why } = {}) {
    const host = this.#host(this.#boundaries.originOf(location));
    if (this.#mustWait(host)) await this.#enter(host, signal);
    signal?.throwIfAborted();
    if (host.outage) throw new HostDown(host.origin);
    // What must be signed first is not asked for unsigned.
    host.address = location.startsWith("http") ? location : null;
    const cut = new AbortController();
    const fall = (/** @type {Event} */ event) => {
      if (/** @type {CustomEvent<{origin: string}>} */ (event).detail.origin === host.origin) cut.abort(new HostDown(host.origin));
    };
    const pending = host.pulse.begin();
    this.addEventListener("down", fall);
    let isAnswered = false;
    try {
      const loaded = await orAborted(load(signal ? AbortSignal.any([signal, cut.signal]) : cut.signal), cut.signal);
      isAnswered = true;
      return loaded;
    } catch (reason) {
      if (cut.signal.aborted) throw cut.signal.reason;
      signal?.throwIfAborted();
      throw await this.#failed(host, reason, why);
    } finally {
      this.removeEventListener("down", fall);
      host.pulse.end(pending, isAnswered);
    }
  }

  /**
   * Waits until a host is not down.
   * @param {string} origin
   * @param {AbortSignal} signal
   * @returns {Promise<void>} rejects with the signal's reason
   */
  async up(origin, signal) {
    signal.throwIfAborted();
    const host = this.#hosts.get(origin);
    if (!host?.outage) return;
    this.#wait(host, 1);
    try {
      while (host.outage) await orAborted(new Promise((resolve) => this.addEventListener("back", resolve, { once: true, signal })), signal);
    } finally {
      this.#wait(host, -1);
    }
  }

  /**
   * How many wait for a host to be back.
   * @param {string} origin
   */
  waiting(origin) {
    return this.#hosts.get(origin)?.waiting ?? 0;
  }

  /**
   * Takes in why something did not load.
   * @param {Diagnosis} diagnosis
   */
  reportFailure(diagnosis) {
    const { origin, scope, kind } = diagnosis;
    const host = this.#host(origin);
    if (scope === "host" && !NO_OUTAGE.includes(kind)) this.#down(host, diagnosis);
    else host.trusted_s = this.#boundaries.now_s() + TRUST_S;
  }

  /**
   * Takes in that a host answered.
   * @param {string} origin
   */
  reportSuccess(origin) {
    const host = this.#hosts.get(origin);
    if (host?.outage) this.#back(host);
  }

  /**
   * Asks a host that is down, now. Where no answer of its would change anything, its loads are simply tried again.
   * @param {string} origin
   * @returns {Promise<boolean>} whether it is back
   */
  async tryNow(origin) {
    const host = this.#hosts.get(origin);
    if (!host?.outage) return true;
    host.falseReturns = 0;
    if (host.returning) return host.returning.askNow();
    host.entry = null;
    this.#back(host);
    return true;
  }

  /** Asks all that are down, now: the network is another, or somebody looks again. */
  tryAll() {
    for (const { origin, isAsking } of this.all) if (isAsking) void this.tryNow(origin);
  }

  /** What the browser allows has changed: who waited for that is tried again. */
  allowed() {
    for (const { origin, diagnosis } of this.all) if (diagnosis.kind.startsWith("local-network")) void this.tryNow(origin);
  }

  /**
   * What the person has for hosts changed: where that was the matter, they are as good as back.
   * @param {string | null} origin null for any
   */
  unlocked(origin) {
    for (const one of this.all) if (one.diagnosis.kind.startsWith("credentials") && (origin ?? one.origin) === one.origin) this.reportSuccess(one.origin);
  }

  /** @param {string} origin @returns {Host} */
  #host(origin) {
    const known = this.#hosts.get(origin);
    if (known) return known;
    const { now_s, usual_s } = this.#boundaries;
    const pulse = new HostPulse({ now_s, usual_s: () => usual_s(origin), missed: (waited_s) => void this.#missed(host, waited_s) });
    /** @type {Host} */
    const host = { origin, pulse, outage: null, returning: null, isMissed: false, doubt: null, entry: null, address: null, trusted_s: -Infinity, back_s: -Infinity, falseReturns: 0, waiting: 0 };
    this.#hosts.set(origin, host);
    return host;
  }

  /**
   * Whether something must be known before a load begins: whether the host may be asked, and what a failure just now means.
   * @param {Host} host
   */
  #mustWait(host) {
    const bar = host.entry === null ? this.#boundaries.entry(host.origin) : null;
    if (bar) host.entry = bar.then((diagnosis) => void (diagnosis && this.#down(host, diagnosis)));
    return host.entry !== null || host.doubt !== null;
  }

  /**
   * @param {Host} host
   * @param {AbortSignal | undefined} signal
   */
  async #enter(host, signal) {
    const never = new AbortController().signal;
    if (host.entry) await orAborted(host.entry, signal ?? never);
    if (host.doubt) await orAborted(host.doubt, signal ?? never);
  }

  /**
   * @param {Host} host
   * @param {unknown} reason
   * @param {((reason: unknown) => Promise<Diagnosis> | null) | undefined} why
   * @returns {Promise<unknown>} what the load is rejected with
   */
  async #failed(host, reason, why) {
    if (host.doubt) await host.doubt;
    else if (!host.outage && this.#boundaries.now_s() >= host.trusted_s) {
      const looking = why?.(reason)?.then((diagnosis) => this.reportFailure(diagnosis)).catch(() => {});
      // Looking into a silence takes long, and the host's silence is noticed otherwise.
      if (looking && !(reason instanceof LoadTimedOut)) host.doubt = looking.finally(() => (host.doubt = null));
      await looking;
    }
    return host.outage ? new HostDown(host.origin) : reason;
  }

  /**
   * @param {Host} host
   * @param {number} waited_s
   */
  async #missed(host, waited_s) {
    const { isAnswering, isVisible, now_s } = this.#boundaries;
    if (host.outage || host.isMissed || !isVisible()) return;
    host.isMissed = true;
    const asked_s = now_s();
    const end = new AbortController();
    const listening = setTimeout(() => end.abort(), LISTEN_S * 1000);
    const answer = isAnswering(host.origin, end.signal);
    const said = await within(answer, ANSWER_S);
    host.isMissed = false;
    // A refusal is an answer, too: of whom, the failing loads will tell.
    const isThere = said !== null || host.pulse.hasAnsweredSince(asked_s);
    if (isThere) host.pulse.excuse();
    if (isThere || host.outage) {
      clearTimeout(listening);
      return end.abort();
    }
    const took_ms = Math.round((waited_s + now_s() - asked_s) * 1000);
    const evidence = { asked: "Whether the host answers at all", saw: "no answer yet", took_ms };
    const isKnown = host.pulse.isKnown;
    this.#down(host, verdict("host-silent", { origin: host.origin, isEarly: true }, [evidence]), took_ms / 1000);
    const outage = host.outage;
    const isLate = await answer;
    clearTimeout(listening);
    if (isLate && host.outage === outage) this.#late(host, { took_s: now_s() - asked_s, isKnown });
  }

  /**
   * A host that was taken for silent answers the very question that it was doubted by.
   * @param {Host} host
   * @param {{took_s: number, isKnown: boolean}} answer isKnown: it was known to be quicker, and this is no habit of its
   */
  #late(host, { took_s, isKnown }) {
    if (!isKnown) {
      host.pulse.learn(took_s);
      this.#boundaries.slow(host.origin, took_s);
    }
    this.#back(host);
  }

  /**
   * @param {Host} host
   * @param {Diagnosis} diagnosis
   * @param {number} [missed_s] how long it was waited for, where it was found out by that
   */
  #down(host, diagnosis, missed_s) {
    const { now_s, isVisible } = this.#boundaries;
    const { origin } = host;
    const isNew = host.outage === null;
    const isAsking = diagnosis.mayHeal && !UNTIL_ALLOWED.includes(diagnosis.kind);
    if (isNew) {
      const isFalse = now_s() - host.back_s < FALSE_RETURN_S;
      host.falseReturns = isFalse ? Math.min(MOST_FALSE_RETURNS, host.falseReturns + 1) : 0;
    }
    host.outage = { origin, diagnosis, isAsking };
    if (!isAsking) host.returning?.dispose();
    if (!isAsking) host.returning = null;
    else if (!host.returning) {
      const down_s = now_s();
      const ask = (/** @type {AbortSignal} */ signal) => this.#boundaries.isAnsweringAgain(origin, host.address, signal);
      const returned = () => {
        // One that answers this soon was slow, not gone.
        const late_s = now_s() - down_s;
        if (missed_s !== undefined && late_s < missed_s) host.pulse.learn(missed_s + late_s);
        this.#back(host);
      };
      host.returning = new HostReturn({ ask, isVisible, returned }, { falseReturns: host.falseReturns });
    }
    this.dispatchEvent(new CustomEvent("down", { detail: { origin, diagnosis } }));
  }

  /**
   * @param {Host} host
   * @param {number} more
   */
  #wait(host, more) {
    host.waiting += more;
    this.dispatchEvent(new CustomEvent("wait", { detail: { origin: host.origin } }));
  }

  /** @param {Host} host */
  #back(host) {
    host.returning?.dispose();
    host.returning = null;
    host.outage = null;
    host.back_s = this.#boundaries.now_s();
    this.dispatchEvent(new CustomEvent("back", { detail: { origin: host.origin } }));
  }
}

/** @returns {OutageBoundaries} */
function thisBrowser() {
  return {
    now_s: () => performance.now() / 1000,
    isVisible: () => globalThis.document?.visibilityState !== "hidden",
    isAnswering: isAnsweringBeside,
    isAnsweringAgain,
    usual_s: () => 0,
    slow: () => {},
    originOf: (location) => new URL(location).origin,
    entry: () => null,
  };
}

/**
 * What is answered in time; null where nothing is.
 * @param {Promise<boolean>} answer
 * @param {number} limit_s
 * @returns {Promise<boolean | null>}
 */
function within(answer, limit_s) {
  const passed = (/** @type {number} */ time_s) => new Promise((resolve) => setTimeout(resolve, time_s * 1000));
  // In two parts: of a page that was busy all the time, what waits to be taken in comes before the second ends.
  const late = passed(limit_s - LAST_TURN_S).then(() => passed(LAST_TURN_S));
  return Promise.race([answer, late.then(() => null)]);
}
