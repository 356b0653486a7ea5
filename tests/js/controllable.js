/** Loads that a test settles by hand: the stand-in for the network and the decoder. */

/** @template Loaded */
export class ControllableLoads {
  /** @type {{key: unknown, signal: AbortSignal, resolve: (loaded: Loaded) => void, reject: (reason: unknown) => void}[]} */
  #open = [];
  /** What was asked for, in order. @type {unknown[]} */
  started = [];
  mostAtOnce = 0;

  /**
   * @param {unknown} key
   * @param {AbortSignal} signal
   * @returns {Promise<Loaded>}
   */
  start = (key, signal) =>
    new Promise((resolve, reject) => {
      this.started.push(key);
      this.#open.push({ key, signal, resolve, reject });
      this.mostAtOnce = Math.max(this.mostAtOnce, this.open.length);
    });

  /** The loads under way, oldest first. */
  get open() {
    this.#open = this.#open.filter(({ signal }) => !signal.aborted);
    return this.#open.map(({ key }) => key);
  }

  /**
   * @param {unknown} key
   * @param {Loaded} loaded
   */
  async finish(key, loaded) {
    this.#take(key).resolve(loaded);
    await settled();
  }

  /**
   * @param {unknown} key
   * @param {unknown} reason
   */
  async fail(key, reason) {
    this.#take(key).reject(reason);
    await settled();
  }

  /** @param {unknown} key */
  #take(key) {
    const index = this.#open.findIndex((load) => load.key === key);
    const [load] = index < 0 ? [] : this.#open.splice(index, 1);
    if (!load) throw new Error(`nothing loads ${String(key)}; open: ${this.open.join(", ")}`);
    return load;
  }
}

/** Lets every promise that can settle do so. */
export function settled() {
  return new Promise((resolve) => setImmediate(resolve));
}
