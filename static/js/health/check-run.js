/**
 * A check of many files, a few at once: it can rest and be ended, and it leaves a host alone that turns out to be down.
 */

/** Videos take the page more work than pictures. */
const PARALLEL = 6;
const PARALLEL_VIDEOS = 2;

/** @typedef {import("../media/verdicts.js").Diagnosis} Diagnosis */

/**
 * A file of the sample, as the server draws it.
 * @typedef {object} FileToCheck
 * @property {string} id
 * @property {string} reference_id
 * @property {string} href its own page
 * @property {string} url where it is; never shown
 * @property {"item" | "frame" | "video"} kind
 * @property {Record<string, number | null>} stored what is known of it: `width` and `height`, of an mp4 the keys that its scene has
 * @property {string[]} taken keys that hold something other than a number
 * @property {number} frame_count how many frames the scene of an mp4 lists
 */

/**
 * @typedef {object} Outcome
 * @property {"came" | "failed" | "down"} state `down`: its host does not answer, so the others of it need not be tried
 * @property {Diagnosis | null} diagnosis why it did not come
 * @property {Record<string, number>} measured as `stored`; empty where nothing was measured
 * @property {boolean} [isUnread] an mp4 that plays and whose frames could not be counted
 */

/**
 * @typedef {object} Checked
 * @property {FileToCheck} file
 * @property {string} origin where it was asked for
 * @property {"came" | "failed" | "left"} state `left`: not tried, or given up, for its host is down
 * @property {Diagnosis | null} diagnosis
 * @property {Record<string, number>} measured
 * @property {boolean} isUnread
 * @property {number} took_ms
 * @property {number} at_ms when
 */

/** @typedef {"running" | "resting" | "ended" | "done"} RunState ended: before all were tried */

export class CheckRun extends EventTarget {
  #waiting;
  #check;
  #originOf;
  #now_ms;
  #life = new AbortController();
  #running = 0;
  #runningVideos = 0;
  /** Hosts that are down, and why. @type {Map<string, Diagnosis | null>} */
  #down = new Map();
  /** @type {Checked[]} */
  checked;
  /** @type {RunState} */
  state = "resting";

  /**
   * Dispatches `change` whenever something is another now.
   * @param {FileToCheck[]} files
   * @param {object} boundaries
   * @param {(file: FileToCheck, signal: AbortSignal) => Promise<Outcome>} boundaries.check
   * @param {(url: string) => string} boundaries.originOf
   * @param {() => number} [boundaries.now_ms]
   * @param {readonly Checked[]} [earlier] what is known of other files of the same sample
   */
  constructor(files, { check, originOf, now_ms = Date.now }, earlier = []) {
    super();
    this.#waiting = [...files];
    this.#check = check;
    this.#originOf = originOf;
    this.#now_ms = now_ms;
    this.checked = [...earlier];
    this.total = files.length + earlier.length;
  }

  /** Begins, or goes on after a rest. */
  go() {
    if (this.state !== "resting") return;
    this.state = "running";
    this.#fill();
    this.#tell();
  }

  /** Begins nothing new until `go`. */
  rest() {
    if (this.state !== "running") return;
    this.state = "resting";
    this.#tell();
  }

  /** Gives up what is not done. */
  end() {
    if (this.state === "done" || this.state === "ended") return;
    this.state = "ended";
    this.#life.abort();
    this.#waiting = [];
    this.#tell();
  }

  /** The files of hosts that were left alone. */
  get left() {
    return this.checked.filter(({ state }) => state === "left").map(({ file }) => file);
  }

  #fill() {
    while (this.state === "running" && this.#running < PARALLEL) {
      const place = this.#waiting.findIndex(({ kind }) => kind !== "video" || this.#runningVideos < PARALLEL_VIDEOS);
      const [file] = place < 0 ? [] : this.#waiting.splice(place, 1);
      if (!file) break;
      const origin = this.#originOf(file.url);
      if (this.#down.has(origin)) this.#leave(file, origin);
      else void this.#try(file, origin);
    }
    if (this.#running === 0 && this.#waiting.length === 0 && this.state !== "ended") this.state = "done";
  }

  /**
   * @param {FileToCheck} file
   * @param {string} origin
   */
  async #try(file, origin) {
    const video = file.kind === "video" ? 1 : 0;
    this.#running += 1;
    this.#runningVideos += video;
    const began_ms = this.#now_ms();
    try {
      const outcome = await this.#check(file, this.#life.signal);
      const took_ms = this.#now_ms() - began_ms;
      if (outcome.state !== "down") this.#note(file, origin, { ...outcome, state: outcome.state }, took_ms);
      else {
        this.#down.set(origin, outcome.diagnosis);
        this.#leave(file, origin);
      }
    } catch (reason) {
      // What was given up is not counted; anything else is a fault of ours, and is not to hold up the rest.
      if (!this.#life.signal.aborted) console.error(reason);
    } finally {
      this.#running -= 1;
      this.#runningVideos -= video;
      this.#fill();
      this.#tell();
    }
  }

  /**
   * @param {FileToCheck} file
   * @param {string} origin
   */
  #leave(file, origin) {
    this.#note(file, origin, { state: "left", diagnosis: this.#down.get(origin) ?? null, measured: {} }, 0);
  }

  /**
   * @param {FileToCheck} file
   * @param {string} origin
   * @param {{state: Checked["state"], diagnosis: Diagnosis | null, measured: Record<string, number>, isUnread?: boolean}} found
   * @param {number} took_ms
   */
  #note(file, origin, { state, diagnosis, measured, isUnread = false }, took_ms) {
    this.checked.push({ file, origin, state, diagnosis, measured, isUnread, took_ms, at_ms: this.#now_ms() });
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }
}
