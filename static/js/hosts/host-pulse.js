/**
 * Notices when a host falls silent: somebody has waited for an answer longer than that host ever took, and nobody else
 * got one meanwhile. A firewall that drops packets and a VPN that is off tell a page nothing else.
 */

/** A quick host is missed after this long, and asked while its loads still wait. */
const LEAST_PATIENCE_S = 0.8;
/** A slow one after as long as this; then its loads end by their own limit. */
const MOST_PATIENCE_S = 10;
/** A load may take so many times as long as half of the last ones did. */
const SLACK = 2;
const REMEMBERED = 20;
/** What was learned from one late answer fades with each that comes. */
const FADING = 0.9;

/** @typedef {{since_s: number, isExcused: boolean}} PendingLoad excused: the host answered others while it was pending */

export class HostPulse {
  #now_s;
  #missed;
  /** @type {Set<PendingLoad>} */
  #pending = new Set();
  /** How long the last ones took, in seconds. @type {number[]} */
  #took_s = [];
  #learned_s = 0;
  #sign_s = -Infinity;
  #usual_s;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {object} boundaries
   * @param {() => number} boundaries.now_s
   * @param {(waited_s: number) => void} boundaries.missed nobody got an answer for so long
   * @param {() => number} [boundaries.usual_s] how long the host takes to answer as far as others know, until loads here show it; 0 while nobody does
   */
  constructor({ now_s, missed, usual_s = () => 0 }) {
    this.#now_s = now_s;
    this.#missed = missed;
    this.#usual_s = usual_s;
  }

  /** How long the host may keep silent before it is missed, in seconds. */
  get patience_s() {
    const typical_s = this.#took_s.toSorted((one, other) => one - other)[this.#took_s.length >> 1] ?? this.#usual_s();
    return Math.min(MOST_PATIENCE_S, Math.max(LEAST_PATIENCE_S, SLACK * typical_s, this.#learned_s));
  }

  /** Whether it ever gave what it was asked for, so that how long it takes is known. */
  get isKnown() {
    return this.#took_s.length > 0;
  }

  /**
   * Whether it answered anybody since.
   * @param {number} time_s
   */
  hasAnsweredSince(time_s) {
    return this.#sign_s > time_s;
  }

  /** A load begins. @returns {PendingLoad} handed back to `end` */
  begin() {
    const load = { since_s: this.#now_s(), isExcused: false };
    this.#pending.add(load);
    if (this.#timer === undefined) this.#arm();
    return load;
  }

  /**
   * @param {PendingLoad} load
   * @param {boolean} isAnswered whether the host gave what was asked for
   */
  end(load, isAnswered) {
    this.#pending.delete(load);
    if (isAnswered) {
      this.#took_s.push(this.#now_s() - load.since_s);
      if (this.#took_s.length > REMEMBERED) this.#took_s.shift();
      this.#learned_s *= FADING;
      this.#sign_s = this.#now_s();
    }
    if (this.#pending.size === 0) this.#disarm();
  }

  /** The host answered somebody: what waits now is slow for a reason of its own. */
  excuse() {
    this.#sign_s = this.#now_s();
    for (const load of this.#pending) load.isExcused = true;
  }

  /**
   * The host was missed too early: it answered after so long.
   * @param {number} took_s
   */
  learn(took_s) {
    this.#learned_s = Math.min(MOST_PATIENCE_S, SLACK * took_s);
  }

  /** Looks when the oldest load that nobody excused has waited for too long. */
  #arm() {
    this.#disarm();
    const oldest = this.#oldest;
    if (!oldest) return;
    const due_s = Math.max(oldest.since_s, this.#sign_s) + this.patience_s - this.#now_s();
    this.#timer = setTimeout(() => this.#look(), Math.max(0, due_s) * 1000);
  }

  #disarm() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  get #oldest() {
    return [...this.#pending].find(({ isExcused }) => !isExcused);
  }

  #look() {
    this.#timer = undefined;
    const now_s = this.#now_s();
    const oldest = this.#oldest;
    if (!oldest) return;
    const waited_s = now_s - Math.max(oldest.since_s, this.#sign_s);
    // A timer may be a little early.
    if (waited_s < this.patience_s - 0.01) return this.#arm();
    this.#missed(now_s - oldest.since_s);
    this.#timer = setTimeout(() => this.#look(), this.patience_s * 1000);
  }
}
