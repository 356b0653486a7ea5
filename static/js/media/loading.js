/**
 * Loads pictures from the customer's host: a few at once, the newest wish first, none for ever.
 */

import { MEDIA_TIMEOUT_S } from "./verdicts.js";

/** Browsers open six connections to an HTTP/1 host; more at once only makes the newest wait. */
const PARALLEL = 6;

export class LoadTimedOut extends Error {
  /** @param {number} timeout_s */
  constructor(timeout_s) {
    super(`no answer within ${timeout_s} s`);
  }
}

/**
 * Runs a load and gives up on it after a time.
 * @template Loaded
 * @param {(signal: AbortSignal) => Promise<Loaded>} load stops when its signal aborts
 * @param {{timeout_s?: number, signal?: AbortSignal | undefined}} limits
 * @returns {Promise<Loaded>} rejects with LoadTimedOut, with the signal's reason, or as the load does
 */
export async function withDeadline(load, { timeout_s = MEDIA_TIMEOUT_S, signal } = {}) {
  signal?.throwIfAborted();
  const abort = new AbortController();
  const cancel = () => abort.abort(signal?.reason);
  const timer = setTimeout(() => abort.abort(new LoadTimedOut(timeout_s)), timeout_s * 1000);
  signal?.addEventListener("abort", cancel);
  try {
    return await orAborted(load(abort.signal), abort.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", cancel);
  }
}

/**
 * Waits, but not longer than the signal allows.
 * @template Value
 * @param {Promise<Value>} value
 * @param {AbortSignal} signal
 * @returns {Promise<Value>} rejects with the signal's reason, or as the value does
 */
export function orAborted(value, signal) {
  return new Promise((resolve, reject) => {
    const cancel = () => reject(signal.reason);
    if (signal.aborted) cancel();
    signal.addEventListener("abort", cancel);
    void value.then(resolve, reject).finally(() => signal.removeEventListener("abort", cancel));
  });
}

/**
 * @template Loaded
 * @typedef {object} Waiting
 * @property {(signal: AbortSignal) => Promise<Loaded>} load
 * @property {AbortSignal | undefined} signal
 * @property {(loaded: Loaded) => void} resolve
 * @property {(reason: unknown) => void} reject
 */

/**
 * Runs loads a few at once, the last asked for first.
 * @template Loaded
 */
export class LoadQueue {
  #parallel;
  #timeout_s;
  /** @type {Waiting<Loaded>[]} */
  #waiting = [];
  #running = 0;
  #life = new AbortController();

  /** @param {{parallel?: number, timeout_s?: number}} limits */
  constructor({ parallel = PARALLEL, timeout_s = MEDIA_TIMEOUT_S } = {}) {
    this.#parallel = parallel;
    this.#timeout_s = timeout_s;
  }

  /**
   * Asks for a load. Wishes made in one go start after it, the last one first.
   * @param {(signal: AbortSignal) => Promise<Loaded>} load
   * @param {AbortSignal} [signal] takes the wish back
   * @returns {Promise<Loaded>} rejects with LoadTimedOut, with the signal's reason, or as the load does
   */
  request(load, signal) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ load, signal, resolve, reject });
      queueMicrotask(() => this.#fill());
    });
  }

  /** Stops everything, now and later; what waits is rejected with an AbortError. */
  dispose() {
    this.#life.abort();
    for (const { reject } of this.#waiting.splice(0)) reject(this.#life.signal.reason);
  }

  #fill() {
    while (this.#running < this.#parallel) {
      const next = this.#waiting.pop();
      if (!next) return;
      if (next.signal?.aborted) next.reject(next.signal.reason);
      else if (this.#life.signal.aborted) next.reject(this.#life.signal.reason);
      else void this.#run(next);
    }
  }

  /** @param {Waiting<Loaded>} wish */
  async #run({ load, signal, resolve, reject }) {
    this.#running += 1;
    const signals = signal ? [this.#life.signal, signal] : [this.#life.signal];
    try {
      resolve(await withDeadline(load, { timeout_s: this.#timeout_s, signal: AbortSignal.any(signals) }));
    } catch (reason) {
      reject(reason);
    } finally {
      this.#running -= 1;
      this.#fill();
    }
  }
}
