/**
 * A video element that is never on the page, asked frame by frame what it shows.
 * It has no `crossorigin` attribute: its pictures may be painted without the host's leave, and never read.
 */

import { LoadTimedOut } from "../../media/loading.js";
import { MEDIA_TIMEOUT_S } from "../../media/verdicts.js";
import { CannotShow } from "../frame-source.js";

/** After a seek to the frame already shown, some players present nothing new: what was shown is then shown still. */
const QUIET_MS = 500;
/** As many times the page must have painted meanwhile: a busy machine presents late. */
const QUIET_PAINTS = 12;
/** After a pause the picture stands still within a paint or two. */
const STILL_PAINTS = 4;
/** A player told to play a few frames may take this long. */
const PLAY_OUT_MS = 2000;
/** Time for the last frame of a stretch to be presented after the player says that it ended, and QUIET_PAINTS besides. */
const LAST_FRAME_MS = 150;
/** Players count time in microseconds, and round. */
const MICROSECONDS_S = 5e-6;
/** Later than any video ends: a player that does not know the length yet finds it out on the way there. */
const ANY_END_S = 1e6;
const SEEK_TRIES = 5;
const GROWING_MS = 100;
const HAVE_METADATA = 1;

/** The player has no video to show, and does not say whether the network, the codec or the file is at fault. */
export class VideoFailed extends Error {}

export class VideoPlayer {
  #address;
  #origin;
  #video = document.createElement("video");
  #life = new AbortController();
  /** When the frame on screen begins, in the video's own time; null while it is not sure. @type {number | null} */
  #shown_s = null;
  /** Frames presented since the element was made. */
  #presented = 0;
  #hadPicture = false;
  /** Called after anything that may end a wait. @type {Set<() => void>} */
  #watching = new Set();

  /**
   * @param {() => Promise<string>} address what to ask for now
   * @param {string} origin
   */
  constructor(address, origin) {
    this.#address = address;
    this.#origin = origin;
    this.#video.muted = true;
    this.#video.playsInline = true;
    this.#video.preload = "auto";
    const { signal } = this.#life;
    for (const type of ["loadedmetadata", "loadeddata", "seeked", "error", "ended"]) {
      this.#video.addEventListener(type, () => this.#stir(), { signal });
    }
    if (this.tellsFrames) this.#listen();
  }

  get video() {
    return this.#video;
  }

  get origin() {
    return this.#origin;
  }

  get end_s() {
    return this.#video.duration;
  }

  /** Whether the browser tells which frame it shows; Firefox does from 132 on. */
  get tellsFrames() {
    return "requestVideoFrameCallback" in this.#video;
  }

  /** When the frame on screen begins, in seconds; null while it is not sure. */
  get shown_s() {
    return this.#shown_s;
  }

  /**
   * Gives the element its address, and waits for the first picture.
   * @param {AbortSignal} signal
   * @returns {Promise<number>} when the first frame begins, in seconds; rejects with CannotShow, VideoFailed, LoadTimedOut
   *   or the signal's reason
   */
  async open(signal) {
    const before = this.#presented;
    this.#shown_s = null;
    const address = await this.#address();
    signal.throwIfAborted();
    this.#video.src = address;
    await this.#until(() => this.#video.readyState >= HAVE_METADATA, signal);
    if (this.#video.videoWidth === 0) throw new CannotShow("This file holds sound and no picture that this browser decodes.");
    this.#refuseWithoutRanges();
    await this.#until(() => (this.tellsFrames ? this.#presented > before : this.#video.readyState > HAVE_METADATA), signal);
    this.#hadPicture = true;
    return this.#shown_s ?? 0;
  }

  /**
   * Shows the frame of a moment.
   * @param {number} time_s
   * @param {AbortSignal} signal
   * @returns {Promise<number>} when the frame shown begins, in seconds; without a browser that tells, the moment itself
   */
  async seek(time_s, signal) {
    if (this.#video.error) await this.open(signal);
    if (this.#shown_s !== null && this.#isAt(time_s)) return this.#shown_s;
    for (let tries = 0; tries < SEEK_TRIES; tries += 1) {
      await this.#jump(time_s, signal);
      if (this.#isAt(time_s)) break;
      // While a file is still read its length may grow, and a seek stops at what is known (Chromium 156).
      await this.#until(() => false, signal, GROWING_MS);
    }
    if (this.#shown_s === null) throw new LoadTimedOut(QUIET_MS / 1000);
    return this.#shown_s;
  }

  /**
   * Shows the last frame. Seeking alone may stop one short of it: Chromium 156 keeps a seek a microsecond inside of the
   * duration, which a fragmented file counts to the beginning of its last frame.
   * @param {AbortSignal} signal
   * @returns {Promise<number>} when it begins, in seconds
   */
  async seekLast(signal) {
    const shown_s = await this.seek(Infinity, signal);
    // Told to play at its very end, a player starts over; `ended` may become true a little later than the seek.
    if (this.#video.ended || this.#video.currentTime >= this.end_s || !this.tellsFrames) return shown_s;
    const before = this.#presented;
    this.#video.playbackRate = 1;
    this.#video.play().catch(() => {});
    await this.#until(() => this.#video.ended, signal, PLAY_OUT_MS);
    await this.#until(() => this.#presented > before, signal, LAST_FRAME_MS);
    for (let paint = 0; paint < QUIET_PAINTS && this.#presented === before; paint += 1) await nextPaint();
    this.#video.pause();
    return Math.max(shown_s, this.#shown_s ?? shown_s);
  }

  /**
   * Shows a frame by playing slowly up to it.
   * @param {number} from_s a moment before it
   * @param {number} until_s a moment after the beginning of the frame before it, and not after its own
   * @param {{speed: number, signal: AbortSignal}} how
   * @returns {Promise<number>} when the frame then shown begins, in seconds
   */
  async roll(from_s, until_s, { speed, signal }) {
    const start_s = await this.seek(from_s, signal);
    if (start_s >= until_s) return start_s;
    this.#video.playbackRate = speed;
    this.#video.play().catch(() => {});
    await this.#until(() => this.#shown_s !== null && this.#shown_s >= until_s, signal, PLAY_OUT_MS);
    this.#video.pause();
    for (let paint = 0; paint < STILL_PAINTS; paint += 1) await nextPaint();
    return this.#shown_s ?? start_s;
  }

  /** The picture on screen, closed by whoever takes it. */
  grab() {
    return createImageBitmap(this.#video);
  }

  /**
   * Plays on from the frame on screen.
   * @param {number} speed
   * @param {(shown_s: number) => void} present hears of each frame while it is on screen
   * @param {() => void} ended
   * @returns {() => void} stops
   */
  play(speed, present, ended) {
    const stop = new AbortController();
    let told = this.#presented;
    const tell = () => {
      if (this.#presented > told && this.#shown_s !== null) present(this.#shown_s);
      told = this.#presented;
    };
    const end = () => {
      if (!stop.signal.aborted) ended();
    };
    this.#watching.add(tell);
    stop.signal.addEventListener("abort", () => {
      this.#watching.delete(tell);
      this.#video.pause();
      // One more frame may reach the screen after the last that was told.
      this.#shown_s = null;
    });
    this.#video.addEventListener("ended", () => void this.#outlastPaints().then(end), { signal: stop.signal });
    this.#video.addEventListener("error", end, { signal: stop.signal });
    this.#video.playbackRate = speed;
    this.#video.play().catch(end);
    return () => stop.abort();
  }

  /**
   * Whether the player already stands where a seek would take it.
   * @param {number} time_s
   */
  #isAt(time_s) {
    const { currentTime, duration, seeking } = this.#video;
    return !seeking && Math.abs(currentTime - Math.min(time_s, duration)) < MICROSECONDS_S;
  }

  /**
   * @param {number} time_s
   * @param {AbortSignal} signal
   */
  async #jump(time_s, signal) {
    const before = this.#presented;
    this.#video.currentTime = Math.min(time_s, Number.isFinite(this.end_s) ? this.end_s : ANY_END_S);
    await this.#until(() => !this.#video.seeking, signal);
    if (this.tellsFrames) {
      await this.#until(() => this.#presented > before, signal, QUIET_MS);
      for (let paint = 0; paint < QUIET_PAINTS && this.#presented === before; paint += 1) await nextPaint();
    } else {
      await nextPaint();
      await nextPaint();
      this.#shown_s = time_s;
    }
  }

  /** Gives the last frame time to be presented; a busy machine paints late, and a page in the background not at all. */
  async #outlastPaints() {
    await new Promise((resolve) => setTimeout(resolve, LAST_FRAME_MS));
    for (let paint = 0; paint < QUIET_PAINTS && !this.#video.ownerDocument.hidden; paint += 1) await nextPaint();
  }

  /** What is downloaded, in seconds of the video's own time. */
  buffered_s() {
    const { buffered } = this.#video;
    return Array.from({ length: buffered.length }, (_, part) => ({ start_s: buffered.start(part), end_s: buffered.end(part) }));
  }

  dispose() {
    this.#life.abort(new DOMException("The video was closed.", "AbortError"));
    this.#stir();
    this.#video.pause();
    this.#video.removeAttribute("src");
    // Only load() makes the browser let go of the connection.
    this.#video.load();
  }

  /** Hears of every frame presented, for as long as the element lives. */
  #listen() {
    this.#video.requestVideoFrameCallback((_, { mediaTime }) => {
      if (this.#life.signal.aborted) return;
      this.#shown_s = mediaTime;
      this.#presented += 1;
      this.#listen();
      this.#stir();
    });
  }

  #stir() {
    for (const look of [...this.#watching]) look();
  }

  #refuseWithoutRanges() {
    const { seekable, duration } = this.#video;
    const reach_s = seekable.length > 0 ? seekable.end(seekable.length - 1) : 0;
    if (reach_s > 0 || duration === 0) return;
    throw new CannotShow(
      `${this.#origin} does not answer range requests, so the browser's player cannot jump in the video.`,
      "no-range",
    );
  }

  /**
   * Waits until something is so.
   * @param {() => boolean} isSo
   * @param {AbortSignal} signal
   * @param {number} [patience_ms] gives up waiting, quietly, after this long; without it, rejects after the media timeout
   * @returns {Promise<void>}
   */
  #until(isSo, signal, patience_ms) {
    const stopped = AbortSignal.any([signal, this.#life.signal]);
    return new Promise((resolve, reject) => {
      /** @param {() => void} settle */
      const finish = (settle) => {
        clearTimeout(timer);
        this.#watching.delete(look);
        stopped.removeEventListener("abort", look);
        settle();
      };
      const look = () => {
        if (stopped.aborted) finish(() => reject(stopped.reason));
        else if (this.#video.error) finish(() => reject(this.#complaint()));
        else if (isSo()) finish(resolve);
      };
      const expire = () => {
        // A page in the background paints nothing, so no frame is presented: that is nobody's delay.
        if (this.#video.ownerDocument.hidden) timer = setTimeout(expire, QUIET_MS);
        else finish(patience_ms === undefined ? () => reject(new LoadTimedOut(MEDIA_TIMEOUT_S)) : resolve);
      };
      let timer = setTimeout(expire, patience_ms ?? MEDIA_TIMEOUT_S * 1000);
      this.#watching.add(look);
      stopped.addEventListener("abort", look);
      look();
    });
  }

  /** What an error of the player means. Of another site's file no browser says why: network, access, codec and file look alike. */
  #complaint() {
    if (!this.#hadPicture) return new VideoFailed();
    return new CannotShow("The browser's player gave up here: the video is damaged, or stopped coming.");
  }
}

/** @returns {Promise<void>} */
function nextPaint() {
  return new Promise((resolve) => requestAnimationFrame(() => resolve()));
}
