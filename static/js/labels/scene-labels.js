/**
 * The labels of a scene's frames, loaded in stretches: first the one that holds the wanted frame, then what is nearest
 * to it, then all the rest while nobody waits. What is far away goes when there are too many.
 */

import { LabelSet, decodeColumns } from "./label-columns.js";

/** Frames in a stretch: with 50 boxes each they are some 200 kB before packing, and decoded within 2 ms. */
const STRETCH = 100;
const AT_ONCE = 2;
/** Shapes held at most: some 70 bytes each. */
const MOST_SHAPES = 1_500_000;
/** A stretch that failed is asked for again after this time, and each time after twice as long. */
const FIRST_PAUSE_S = 2;
const LONGEST_PAUSE_S = 60;

/** @typedef {{columns: import("./label-columns.js").LabelColumns, sets: Map<number, LabelSet>}} Stretch */

export class SceneLabels {
  #url;
  #last;
  #fetchJson;
  #signal;
  #changed;
  #most;
  /** @type {Map<number, Stretch>} by number, from 0 */
  #held = new Map();
  /** @type {Set<number>} */
  #loading = new Set();
  /** @type {Map<number, {reason: unknown, timer: ReturnType<typeof setTimeout>}>} */
  #failed = new Map();
  /** How long each stretch that failed was left alone last, in seconds. @type {Map<number, number>} */
  #pauses = new Map();
  #shapes = 0;
  #wanted = 0;

  /**
   * @param {object} scene
   * @param {string} scene.url of the feed
   * @param {number} scene.frameCount
   * @param {string[]} scene.runs ids of the runs whose predictions are asked for beside ground truth
   * @param {(url: string, signal: AbortSignal) => Promise<any>} scene.fetchJson rejects when there is no good answer
   * @param {AbortSignal} scene.signal ends all loads
   * @param {(first: number, last: number) => void} scene.changed these frames came, or are known not to come
   * @param {number} [scene.most] shapes held at most
   */
  constructor({ url, frameCount, runs, fetchJson, signal, changed, most = MOST_SHAPES }) {
    this.#url = `${url}${url.includes("?") ? "&" : "?"}${runs.length > 0 ? `runs=${runs.join(",")}&` : ""}`;
    this.#last = Math.ceil(frameCount / STRETCH) - 1;
    this.#fetchJson = fetchJson;
    this.#signal = signal;
    this.#changed = changed;
    this.#most = most;
    signal.addEventListener("abort", () => {
      for (const { timer } of this.#failed.values()) clearTimeout(timer);
    });
  }

  /** How many stretches are here, of how many. */
  get progress() {
    return { held: this.#held.size, all: this.#last + 1 };
  }

  /** Why the labels of the wanted frame do not come; null while they are here or on their way. */
  get failure() {
    return this.#failed.get(this.#wanted)?.reason ?? null;
  }

  /**
   * What is said about a frame, the same object each time.
   * @param {number} frame
   * @returns {LabelSet | null} null while it is not here
   */
  at(frame) {
    const stretch = this.#held.get(Math.floor(frame / STRETCH));
    if (!stretch) return null;
    let set = stretch.sets.get(frame);
    if (!set) {
      set = new LabelSet(stretch.columns, frame);
      stretch.sets.set(frame, set);
    }
    return set;
  }

  /**
   * Says which frame is looked at: its labels come first.
   * @param {number} frame
   */
  want(frame) {
    this.#wanted = Math.max(0, Math.min(this.#last, Math.floor(frame / STRETCH)));
    this.#fill();
  }

  /** Asks at once for what failed. */
  retry() {
    for (const { timer } of this.#failed.values()) clearTimeout(timer);
    this.#failed.clear();
    this.#fill();
  }

  #fill() {
    while (!this.#signal.aborted && this.#loading.size < AT_ONCE) {
      const next = this.#next();
      if (next === null) return;
      void this.#load(next);
    }
  }

  /** The nearest stretch that is neither here nor on its way, while there is room for it. @returns {number | null} */
  #next() {
    for (let distance = 0; distance <= this.#last; distance += 1) {
      for (const stretch of [this.#wanted + distance, this.#wanted - distance]) {
        if (stretch < 0 || stretch > this.#last || this.#held.has(stretch) || this.#loading.has(stretch) || this.#failed.has(stretch)) continue;
        return distance === 0 || this.#hasRoomFor(distance) ? stretch : null;
      }
    }
    return null;
  }

  /**
   * Whether one more stretch would stay: it fits, or one goes that is farther away.
   * @param {number} distance from the wanted one
   */
  #hasRoomFor(distance) {
    if (this.#held.size === 0) return true;
    const expected = (this.#shapes / this.#held.size) * (1 + this.#loading.size);
    return this.#shapes + expected <= this.#most || this.#distanceTo(this.#farthest()) > distance;
  }

  /** @param {number} stretch */
  async #load(stretch) {
    this.#loading.add(stretch);
    const first = stretch * STRETCH;
    const signal = this.#signal;
    try {
      const columns = decodeColumns(await this.#fetchJson(`${this.#url}first=${first}&count=${STRETCH}`, signal));
      if (!signal.aborted) this.#take(stretch, columns);
    } catch (reason) {
      if (!signal.aborted) this.#fail(stretch, reason);
    }
    this.#loading.delete(stretch);
    if (signal.aborted) return;
    this.#changed(first, first + STRETCH - 1);
    this.#fill();
  }

  /**
   * @param {number} stretch
   * @param {import("./label-columns.js").LabelColumns} columns
   */
  #take(stretch, columns) {
    this.#pauses.delete(stretch);
    this.#held.set(stretch, { columns, sets: new Map() });
    this.#shapes += columns.kind.length;
    while (this.#shapes > this.#most && this.#held.size > 1) {
      const farthest = this.#farthest();
      this.#shapes -= this.#held.get(farthest)?.columns.kind.length ?? 0;
      this.#held.delete(farthest);
    }
  }

  /**
   * @param {number} stretch
   * @param {unknown} reason
   */
  #fail(stretch, reason) {
    const pause_s = Math.min(LONGEST_PAUSE_S, 2 * (this.#pauses.get(stretch) ?? FIRST_PAUSE_S / 2));
    this.#pauses.set(stretch, pause_s);
    const again = () => {
      this.#failed.delete(stretch);
      this.#fill();
    };
    this.#failed.set(stretch, { reason, timer: setTimeout(again, pause_s * 1000) });
  }

  /** The held stretch that is farthest from the wanted one. */
  #farthest() {
    let farthest = this.#wanted;
    for (const stretch of this.#held.keys()) if (this.#distanceTo(stretch) > this.#distanceTo(farthest)) farthest = stretch;
    return farthest;
  }

  /** @param {number} stretch */
  #distanceTo(stretch) {
    return Math.abs(stretch - this.#wanted);
  }
}
