/**
 * Frames out of the browser's own video player, for hosts that let nobody read their bytes. The player is asked for a
 * moment and says which frame it shows; the number on screen is what it said, never what it was asked.
 */

import { accessTo, originOf } from "../../credentials/access.js";
import { outages } from "../../hosts/outages.js";
import { CannotShow } from "../frame-source.js";
import { Timeline } from "../timeline.js";
import { FrameGrid, measureGrid } from "./native-grid.js";
import { VideoPlayer } from "./native-player.js";

/** @typedef {import("../frame-source.js").FrameSource} FrameSource */

/** @typedef {(reason: unknown) => Promise<import("../../media/verdicts.js").Diagnosis>} Why */
/** @typedef {<Loaded>(load: (signal: AbortSignal) => Promise<Loaded>, how: {signal: AbortSignal}) => Promise<Loaded>} Watched runs a load and looks after its host */

/** A video and a scene of as many frames may still disagree by one: players differ about the last. */
const FRAMES_APART = 1.5;
const NEEDS_CORS = "Exact stepping needs the host to allow CORS.";
/** A seek costs a group of pictures to decode, so little is worth guessing. */
const AHEAD = 2;
/**
 * How many frames before one to begin playing up to it. Where frames are stored in another order than shown, and no edit list
 * says so, Chromium 156 seeks by the stored times: the two or three frames before a key frame are then passed over.
 */
const ROLLED = [4, 12];
/** Playing up to a frame, each lasts this long: time enough to stop on it. */
const ROLLING_FRAME_S = 0.15;
/** What browsers play. */
const SLOWEST = 0.1;
const FASTEST = 8;

/**
 * Opens a video in the browser's player and finds out how its frames are numbered.
 * @param {string} url as it is stored
 * @param {{count: number | null, rate_hz: number | null, signal: AbortSignal, why?: Why | undefined, referenceId?: string | undefined}} scene
 *   the number of frames the scene has, null for a video alone; what explains a frame that did not come; and what the scene is called
 * @returns {Promise<FrameSource>} rejects with CannotShow, with the signal's reason, or, where only the
 *   doctor can say why, with VideoFailed or LoadTimedOut
 */
export async function openNative(url, { count, rate_hz, signal, why, referenceId }) {
  signal.throwIfAborted();
  const player = new VideoPlayer(() => addressFor(url, referenceId), originOf(url));
  /** @type {Watched} */
  const watched = (load, { signal }) => outages.load(url, load, { signal, why: (reason) => why?.(reason) ?? null });
  try {
    const first_s = await watched((end) => player.open(end), { signal });
    const grid = player.tellsFrames
      ? await measure(player, { first_s, count, rate_hz, signal })
      : trust(player, { count, rate_hz });
    refuseOtherVideo(grid, count);
    return new NativeSource(player, grid, count, watched);
  } catch (reason) {
    player.dispose();
    throw reason;
  }
}

/**
 * What the player asks for now; a signed address is another one by the time it is asked again.
 * @param {string} url as it is stored
 * @param {string | undefined} referenceId
 */
async function addressFor(url, referenceId) {
  const { href, element, origin } = await accessTo(url, { medium: "video", referenceId });
  if (element) return href;
  throw new CannotShow(`The browser's own player sends no token, and ${origin} wants one.`);
}

/**
 * @param {VideoPlayer} player
 * @param {{first_s: number, count: number | null, rate_hz: number | null, signal: AbortSignal}} known
 */
async function measure(player, { first_s, count, rate_hz, signal }) {
  const last_s = await player.seekLast(signal);
  const known = { first_s, last_s, end_s: player.end_s, count, rate_hz };
  return measureGrid((time_s) => player.seek(time_s, signal), known);
}

/**
 * The grid that somebody claims, for a browser that does not tell which frame it shows.
 * @param {VideoPlayer} player
 * @param {{count: number | null, rate_hz: number | null}} claim
 */
function trust(player, { count, rate_hz }) {
  const rate = rate_hz ?? (count ? count / player.end_s : null);
  if (!rate) {
    throw new CannotShow("This browser does not tell which frame of a video it shows, and nobody says the video's rate.");
  }
  return new FrameGrid(0, 1 / rate, Math.max(1, Math.round(player.end_s * rate)), false);
}

/**
 * @param {FrameGrid} grid
 * @param {number | null} count
 */
function refuseOtherVideo(grid, count) {
  if (count === null || Math.abs(grid.count - count) <= FRAMES_APART) return;
  const about = grid.isEven ? "" : "about ";
  throw new CannotShow(
    `The video holds ${about}${grid.count} frames, the scene ${count}; a video of the same frames would be needed.`,
  );
}

/**
 * @typedef {object} WaitingLoad
 * @property {number} index
 * @property {AbortSignal} signal
 * @property {(picture: ImageBitmap) => void} resolve
 * @property {(reason: unknown) => void} reject
 */

/** @implements {FrameSource} */
class NativeSource {
  /** @type {"video"} */
  kind = "video";
  parallel = 1;
  ahead = AHEAD;
  timeline;
  /** @type {((index: number, picture: ImageBitmap) => void) | null} */
  onSpare = null;
  #player;
  #watched;
  #grid;
  #isEven;
  #life = new AbortController();
  /** @type {WaitingLoad[]} */
  #waiting = [];
  #isBusy = false;
  /** The play that has not been stopped: the player can do one thing at a time. @type {AbortController | null} */
  #playing = null;

  /**
   * @param {VideoPlayer} player
   * @param {FrameGrid} grid
   * @param {number | null} count
   * @param {Watched} watched
   */
  constructor(player, grid, count, watched) {
    this.#player = player;
    this.#watched = watched;
    this.#grid = grid;
    this.#isEven = grid.isEven;
    this.timeline = Timeline.even(count ?? grid.count, grid.rate_hz, grid.start_s);
  }

  get says() {
    const approximate = "browser's player; frame numbers approximate";
    if (!this.#player.tellsFrames) return `${approximate}: this browser does not tell which frame it shows`;
    if (!this.#isEven) return `${approximate}: the rate varies`;
    return `browser's player, numbered by ${Number(this.#grid.rate_hz.toFixed(3))} fps`;
  }

  /**
   * The newest wish is served first; a seek under way is let finish, and its picture is spare when nobody wants it any more.
   * @param {number} index
   * @param {AbortSignal} signal
   * @returns {Promise<ImageBitmap>}
   */
  load(index, signal) {
    return new Promise((resolve, reject) => {
      if (signal.aborted || this.#life.signal.aborted) {
        reject(signal.aborted ? signal.reason : this.#life.signal.reason);
        return;
      }
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      this.#waiting.push({ index, signal, resolve, reject });
      void this.#fill();
    });
  }

  /**
   * @param {number} from
   * @param {number} speed from 0.1 to 8
   * @param {import("../frame-source.js").Present} present
   * @param {() => void} ended
   */
  play(from, speed, present, ended) {
    const turn = (this.#playing = new AbortController());
    void this.#run(turn, { from, speed, present, ended });
    return () => {
      turn.abort();
      if (this.#playing === turn) this.#playing = null;
      void this.#fill();
    };
  }

  /** The frames whose bytes are here, as sorted inclusive ranges. */
  buffered() {
    const last = this.timeline.count - 1;
    /** @type {(time_s: number) => number} */
    const place = (time_s) => (time_s - this.#grid.start_s) / this.#grid.step_s;
    return this.#player
      .buffered_s()
      .map(({ start_s, end_s }) => /** @type {[number, number]} */ ([
        Math.max(0, Math.round(place(start_s))),
        // Some players count the length of a video to the beginning of its last frame.
        end_s >= this.#player.end_s ? last : Math.min(last, Math.round(place(end_s)) - 1),
      ]))
      .filter(([from, to]) => from <= to);
  }

  dispose() {
    this.#life.abort(new DOMException("The video was closed.", "AbortError"));
    this.#playing?.abort();
    for (const { reject } of this.#waiting.splice(0)) reject(this.#life.signal.reason);
    this.#player.dispose();
  }

  async #fill() {
    if (this.#isBusy) return;
    this.#isBusy = true;
    while (!this.#playing && !this.#life.signal.aborted) {
      const wish = this.#waiting.pop();
      if (!wish) break;
      if (!wish.signal.aborted) await this.#serve(wish);
    }
    this.#isBusy = false;
  }

  /** @param {WaitingLoad} wish */
  async #serve({ index, signal, resolve, reject }) {
    try {
      const { signal: life } = this.#life;
      const picture = await (this.#isHere(index) ? this.#reach(index, life) : this.#watched((end) => this.#reach(index, end), { signal: life }));
      if (signal.aborted) this.#spare(index, picture);
      else resolve(picture);
    } catch (reason) {
      reject(reason);
    }
  }

  /**
   * Whether the bytes of a frame are here: then its host does not matter.
   * @param {number} index
   */
  #isHere(index) {
    return this.buffered().some(([from, to]) => index >= from && index <= to);
  }

  /**
   * Shows exactly one frame and takes its picture.
   * @param {number} index
   * @param {AbortSignal} signal
   * @returns {Promise<ImageBitmap>}
   */
  async #reach(index, signal) {
    const { shown_s } = this.#player;
    if (shown_s !== null && this.#indexOf(shown_s) === index && !this.#player.video.seeking) return this.#player.grab();
    let shown = -1;
    for (const { show, isForSkipped } of this.#attempts(index, signal)) {
      if (isForSkipped && shown < index) break;
      shown = this.#indexOf(await show());
      if (shown === index) return this.#player.grab();
    }
    if (shown >= 0 && shown < this.timeline.count) this.#spare(shown, await this.#player.grab());
    throw this.#refusal(index, shown);
  }

  /**
   * The ways to a frame, the usual one first; each shows a frame and says when that begins.
   * @param {number} index
   * @param {AbortSignal} signal
   * @returns {{show: () => Promise<number>, isForSkipped: boolean}[]} the last ones for where a later frame came only
   */
  #attempts(index, signal) {
    const { start_s, step_s, count } = this.#grid;
    const middle_s = this.#grid.middle_s(index);
    /** @type {(time_s: number) => () => Promise<number>} */
    const seek = (time_s) => () => this.#player.seek(time_s, signal);
    const speed = Math.min(1, step_s / ROLLING_FRAME_S);
    /** @type {(back: number) => () => Promise<number>} */
    const roll = (back) => () => {
      const from_s = this.#grid.middle_s(Math.max(0, index - back));
      return this.#player.roll(from_s, start_s + (index - 0.5) * step_s, { speed, signal });
    };
    const isLast = index >= count - 1;
    const seeks = [seek(middle_s), isLast ? () => this.#player.seekLast(signal) : seek(middle_s - 0.25 * step_s)];
    const rolls = this.#player.tellsFrames ? ROLLED.map(roll) : [];
    return [
      ...seeks.map((show) => ({ show, isForSkipped: false })),
      ...rolls.map((show) => ({ show, isForSkipped: true })),
    ];
  }

  /**
   * @param {number} index
   * @param {number} shown the frame that came instead
   */
  #refusal(index, shown) {
    const { count } = this.#grid;
    if (index >= count) {
      return new CannotShow(`The video ends before this frame: it holds ${count} frames, the scene ${this.timeline.count}.`);
    }
    if (this.#isEven && shown < index - 1) {
      return new CannotShow("The video holds no picture for this frame: it is damaged or cut short.");
    }
    if (this.#isEven && shown > index) return new CannotShow(`The browser's player passes over this frame. ${NEEDS_CORS}`);
    this.#isEven = false;
    return new CannotShow(`The video has no frame at this place: its rate varies. ${NEEDS_CORS}`);
  }

  /** @param {number} shown_s */
  #indexOf(shown_s) {
    // Without a browser that tells, the time is the middle of the frame that was asked for.
    const { start_s, step_s } = this.#grid;
    return this.#player.tellsFrames ? this.#grid.indexOf(shown_s) : Math.floor((shown_s - start_s) / step_s);
  }

  /**
   * @param {number} index
   * @param {ImageBitmap} picture
   */
  #spare(index, picture) {
    if (this.onSpare && !this.#life.signal.aborted) this.onSpare(index, picture);
    else picture.close();
  }

  /**
   * @param {AbortController} turn
   * @param {{from: number, speed: number, present: import("../frame-source.js").Present, ended: () => void}} wish
   */
  async #run({ signal }, { from, speed, present, ended }) {
    try {
      while (this.#isBusy) await new Promise((resolve) => setTimeout(resolve, 5));
      if (signal.aborted) return;
      const shown_s = await this.#player.seek(this.#grid.middle_s(from), AbortSignal.any([signal, this.#life.signal]));
      let seen = -1;
      /** @param {number} media_s */
      const show = (media_s) => {
        seen = this.timeline.clamp(this.#indexOf(media_s));
        present(seen, this.#player.video);
      };
      show(shown_s);
      const end = async () => {
        if (seen < this.timeline.count - 1) await this.#bringLast(signal);
        if (!signal.aborted) ended();
      };
      const stop = this.#player.play(Math.min(FASTEST, Math.max(SLOWEST, speed)), show, () => void end());
      signal.addEventListener("abort", stop);
    } catch {
      if (!signal.aborted && !this.#life.signal.aborted) ended();
    }
  }

  /**
   * Shows the last frame after the player came to its end: a busy browser drops frames there and tells nothing of them.
   * @param {AbortSignal} signal
   */
  async #bringLast(signal) {
    const last = Math.min(this.timeline.count, this.#grid.count) - 1;
    try {
      await this.#player.seek(this.#grid.middle_s(last), AbortSignal.any([signal, this.#life.signal]));
    } catch {
      // What was told last stays.
    }
  }
}
