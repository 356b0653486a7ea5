/**
 * A scene as an mp4 alone, played by the browser's own video element. No frame numbers here: the browser does not
 * say which frame it shows, and time multiplied by a rate is a guess.
 */

import { bindKeys } from "../lib/keys.js";
import { make } from "../lib/markup.js";
import { withDeadline } from "../media/loading.js";
import { explain, forget } from "./doctor.js";

const STEP_S = 1;
const LARGE_STEP_S = 10;

export class VideoStage {
  #viewer;
  #url;
  #life = new AbortController();
  #load = new AbortController();
  #video = make("video", { class: "frame-viewer__video", controls: true, preload: "metadata", playsinline: true });

  /**
   * @param {import("./frame-viewer.js").FrameViewer} viewer
   * @param {string} url
   */
  constructor(viewer, url) {
    this.#viewer = viewer;
    this.#url = url;
    viewer.stage.append(this.#video);
    const { signal } = this.#life;
    const keys = {
      Space: () => void (this.#video.paused ? this.#video.play().catch(() => {}) : this.#video.pause()),
      Home: () => this.#seek(-Infinity),
      End: () => this.#seek(Infinity),
      ArrowLeft: () => this.#seek(-STEP_S),
      ArrowRight: () => this.#seek(STEP_S),
      "Shift+ArrowLeft": () => this.#seek(-LARGE_STEP_S),
      "Shift+ArrowRight": () => this.#seek(LARGE_STEP_S),
    };
    bindKeys(document, keys, signal);
    addEventListener("online", () => this.#viewer.dataset.state === "error" && this.#retry(), { signal });
    void this.#start();
  }

  dispose() {
    this.#life.abort();
    this.#load.abort();
    empty(this.#video);
    this.#video.remove();
  }

  async #start() {
    this.#load.abort();
    const { signal } = (this.#load = new AbortController());
    this.#viewer.state = "loading";
    this.#video.hidden = false;
    try {
      await withDeadline((stop) => loadVideo(this.#video, this.#url, stop), { signal });
      this.#viewer.state = "ready";
      // It may still break later: a host that goes away, a file damaged in the middle.
      this.#video.addEventListener("error", () => void this.#fail(this.#video.error, signal), { signal });
    } catch (reason) {
      if (!signal.aborted) await this.#fail(reason, signal);
    }
  }

  /**
   * @param {unknown} reason
   * @param {AbortSignal} signal
   */
  async #fail(reason, signal) {
    const diagnosis = await explain(this.#url, "video", reason);
    if (signal.aborted) return;
    this.#video.hidden = true;
    this.#viewer.failed(diagnosis, { url: this.#url, retry: () => this.#retry() });
  }

  #retry() {
    forget(this.#url);
    void this.#start();
  }

  /** @param {number} step_s */
  #seek(step_s) {
    const { currentTime, duration } = this.#video;
    if (Number.isFinite(duration)) this.#video.currentTime = Math.max(0, Math.min(duration, currentTime + step_s));
  }
}

/**
 * Gives a video its address, and waits until its length and size are known.
 * @param {HTMLVideoElement} video
 * @param {string} url
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function loadVideo(video, url, signal) {
  return new Promise((resolve, reject) => {
    const settled = new AbortController();
    const once = { signal: settled.signal };
    /** @param {() => void} settle */
    const finish = (settle) => {
      settled.abort();
      settle();
    };
    video.addEventListener("loadedmetadata", () => finish(resolve), once);
    video.addEventListener("error", () => finish(() => reject(video.error)), once);
    signal.addEventListener(
      "abort",
      () => {
        finish(() => reject(signal.reason));
        empty(video);
      },
      once,
    );
    video.src = url;
  });
}

/** @param {HTMLVideoElement} video */
function empty(video) {
  video.removeAttribute("src");
  // Only load() makes the browser let go of the connection.
  video.load();
}
