/**
 * Notices when a host falls silent: somebody has waited for an answer longer than that host ever took, and nobody else
 * got one meanwhile. A firewall that drops packets and a VPN that is off tell a page nothing else.
 */

/** A quick host is missed after this long. */
const LEAST_PATIENCE_S = 1;
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
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {{now_s: () => number, missed: (waited_s: number) => void}} boundaries missed: nobody got an answer for so long */
  constructor({ now_s, missed }) {
    this.#now_s = now_s;
    this.#missed = missed;
  }

  /** How long the host may keep silent before it is missed, in seconds. */
  get patience_s() {
    const typical_s = this.#took_s.toSorted((one, other) => one - other)[this.#took_s.length >> 1] ?? 0;
    return Math.min(MOST_PATIENCE_S, Math.max(LEAST_PATIENCE_S, SLACK * typical_s, this.#learned_s));
  }

  /** A load begins. @returns {PendingLoad} handed back to `end` */
  begin() {
    const load = { since_s: this.#now_s(), isExcused: false };
    this.#pending.add(load);
    if (this.#pending.size === 1) this.#arm();
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
    if (this.#pending.size === 0) clearTimeout(this.#timer);
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

  #arm() {
    clearTimeout(this.#timer);
    const oldest = [...this.#pending].find(({ isExcused }) => !isExcused);
    if (!oldest) return;
    const due_s = Math.max(oldest.since_s, this.#sign_s) + this.patience_s - this.#now_s();
    this.#timer = setTimeout(() => this.#look(), Math.max(0, due_s) * 1000);
  }

  #look() {
    const now_s = this.#now_s();
    const oldest = [...this.#pending].find(({ isExcused }) => !isExcused);
    if (!oldest) return;
    const waited_s = now_s - Math.max(oldest.since_s, this.#sign_s);
    // A timer may be a little early.
    if (waited_s < this.patience_s - 0.01) return this.#arm();
    this.#missed(now_s - oldest.since_s);
    this.#timer = setTimeout(() => this.#look(), this.patience_s * 1000);
  }
}
