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

/** A host that was missed may take this long to answer before it counts as silent: with the patience before, two seconds. */
const ANSWER_S = 0.8;
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
    const { now_s } = this.#boundaries;
    const pulse = new HostPulse({ now_s, missed: (waited_s) => void this.#missed(host, waited_s) });
    /** @type {Host} */
    const host = { origin, pulse, outage: null, returning: null, doubt: null, entry: null, address: null, trusted_s: -Infinity, back_s: -Infinity, falseReturns: 0, waiting: 0 };
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
    if (host.outage || !isVisible()) return;
    const asked_s = now_s();
    const limit = new AbortController();
    const giveUp = setTimeout(() => limit.abort(), ANSWER_S * 1000);
    const isThere = await isAnswering(host.origin, limit.signal);
    clearTimeout(giveUp);
    // A refusal is an answer, too: of whom, the failing loads will tell.
    if (isThere || !limit.signal.aborted) return host.pulse.excuse();
    const took_ms = Math.round((waited_s + now_s() - asked_s) * 1000);
    this.#down(host, verdict("host-silent", { origin: host.origin }, [{ asked: "Whether the host answers at all", saw: "no answer yet", took_ms }]), took_ms / 1000);
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
    originOf: (location) => new URL(location).origin,
    entry: () => null,
  };
}
