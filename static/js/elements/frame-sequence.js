/** A scene as a sequence of pictures: binds the scheduler and the playback clock to a canvas, controls and keys. */

import { grouped } from "../lib/digits.js";
import { bindKeys } from "../lib/keys.js";
import { make } from "../lib/markup.js";
import { FrameScheduler } from "../viewer/frame-scheduler.js";
import { PictureCache } from "../viewer/picture-cache.js";
import { Playback } from "../viewer/playback.js";
import { explain, forget } from "./doctor.js";
import { loadFrame, paint } from "./frame-canvas.js";
import { Transport } from "./transport.js";

const LARGE_STEP = 10;
/** Waits shorter than this are not worth a word. */
const BADGE_DELAY_S = 0.1;
/** Playing goes over single broken frames; this many in a row mean that the host is gone. */
const FAILURES_THAT_STOP = 5;

export class FrameSequence {
  #viewer;
  #frames;
  #life = new AbortController();
  #canvas = make("canvas", { class: "frame-viewer__canvas", role: "img", hidden: true });
  #badge = make("span", { class: "frame-viewer__badge number", hidden: true });
  #transport;
  #scheduler;
  /** Null where the scene has no frame rate. @type {Playback | null} */
  #playback = null;
  #failuresInARow = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #badgeTimer;

  /**
   * @param {import("./frame-viewer.js").FrameViewer} viewer
   * @param {import("../viewer/frame-list.js").FrameList} frames at least one
   * @param {{rate_hz: number | null, first: number}} start
   */
  constructor(viewer, frames, { rate_hz, first }) {
    this.#viewer = viewer;
    this.#frames = frames;
    const { count } = frames;
    this.#scheduler = new FrameScheduler(count, new PictureCache(), {
      load: (index, signal) => loadFrame(frames.url(index), signal),
      show: this.#show,
      fail: (index, reason) => void this.#fail(index, reason),
      now_s: () => performance.now() / 1000,
    });
    if (rate_hz) this.#playback = this.#makePlayback(rate_hz);
    this.#transport = new Transport({ count, rate_hz }, { act: (action) => this.#acts[action](), want: this.#goTo });
    this.#transport.playing = false;
    viewer.stage.append(this.#canvas, this.#badge);
    viewer.append(this.#transport.element);
    this.#listen();
    this.#want(first);
  }

  dispose() {
    this.#life.abort();
    clearTimeout(this.#badgeTimer);
    this.#playback?.stop();
    this.#scheduler.dispose();
    this.#transport.element.remove();
  }

  #acts = {
    first: () => this.#goTo(0),
    previous: () => this.#step(-1),
    play: () => this.#togglePlaying(),
    next: () => this.#step(1),
    last: () => this.#goTo(this.#frames.count - 1),
  };

  #listen() {
    const { signal } = this.#life;
    const keys = {
      Home: this.#acts.first,
      End: this.#acts.last,
      Space: this.#acts.play,
      ArrowLeft: this.#acts.previous,
      ArrowRight: this.#acts.next,
      "Shift+ArrowLeft": () => this.#step(-LARGE_STEP),
      "Shift+ArrowRight": () => this.#step(LARGE_STEP),
    };
    bindKeys(document, keys, signal);
    // A hidden page gets no ticks: without this it would drop everything it missed on return.
    document.addEventListener("visibilitychange", () => document.hidden && this.#playback?.stop(), { signal });
    addEventListener("online", () => this.#viewer.dataset.state === "error" && this.#retry(), { signal });
  }

  get #wanted() {
    return this.#scheduler.wanted ?? 0;
  }

  /** @param {number} step frames, negative towards the start */
  #step(step) {
    this.#goTo(this.#wanted + step);
  }

  /** @param {number} frame any number; the nearest frame is meant. An emptied field leaves all as it is. */
  #goTo = (frame) => {
    this.#playback?.stop();
    this.#want(Number.isNaN(frame) ? this.#wanted : this.#frames.clamp(frame));
  };

  /** @param {number} frame */
  #want = (frame) => {
    this.#transport.place(frame);
    this.#viewer.state = "loading";
    this.#scheduler.want(frame);
    if (this.#viewer.dataset.state !== "loading") return;
    this.#badge.textContent = `loading ${grouped(frame)}`;
    this.#badgeTimer ??= setTimeout(() => (this.#badge.hidden = false), BADGE_DELAY_S * 1000);
  };

  #hideBadge() {
    clearTimeout(this.#badgeTimer);
    this.#badgeTimer = undefined;
    this.#badge.hidden = true;
  }

  /**
   * @param {number} frame
   * @param {ImageBitmap} picture
   */
  #show = (frame, picture) => {
    paint(this.#canvas, picture);
    this.#canvas.hidden = false;
    this.#canvas.setAttribute("aria-label", this.#frames.reference(frame));
    this.#failuresInARow = 0;
    if (frame === this.#wanted) {
      this.#viewer.state = "ready";
      this.#hideBadge();
    }
    this.#playback?.shown(frame);
    if (this.#playback) this.#transport.dropped = this.#playback.dropped;
    this.#viewer.painted(frame);
  };

  /**
   * @param {number} frame
   * @param {unknown} reason
   */
  async #fail(frame, reason) {
    this.#failuresInARow += 1;
    this.#playback?.failed();
    if (this.#failuresInARow >= FAILURES_THAT_STOP) this.#playback?.stop();
    const url = this.#frames.url(frame);
    const diagnosis = await explain(url, "image", reason);
    if (this.#life.signal.aborted || frame !== this.#wanted || this.#viewer.dataset.state === "ready") return;
    this.#canvas.hidden = true;
    this.#hideBadge();
    this.#viewer.failed(diagnosis, { url, frame, retry: () => this.#retry() });
  }

  #retry() {
    forget(this.#frames.url(this.#wanted));
    this.#viewer.state = "loading";
    this.#scheduler.retry();
  }

  /** @param {number} rate_hz */
  #makePlayback(rate_hz) {
    return new Playback(
      { rate_hz, count: this.#frames.count },
      {
        want: this.#want,
        ended: () => this.#setPlaying(false),
        requestTick: (tick) => requestAnimationFrame(tick),
        cancelTick: (ticket) => cancelAnimationFrame(ticket),
      },
    );
  }

  #togglePlaying() {
    if (!this.#playback) return;
    if (this.#playback.isPlaying) {
      this.#playback.stop();
      return;
    }
    this.#failuresInARow = 0;
    this.#setPlaying(true);
    this.#playback.start(this.#wanted);
  }

  /** @param {boolean} isPlaying */
  #setPlaying(isPlaying) {
    this.#transport.playing = isPlaying;
    this.#viewer.toggleAttribute("data-playing", isPlaying);
  }
}
