/**
 * `<frame-viewer>`: a scene, as a sequence of frames or as an mp4 alone.
 * `data-frame` is the index of the frame on screen, absent while there is none; `data-state` is idle, loading,
 * ready or error, of the frame that is wanted. Dispatches `frame-change` with detail `{frame}` when a frame is painted,
 * and `frame-missing` with the same detail when the reason why not is on screen instead.
 */

import { make, part } from "../lib/markup.js";
import { FrameList } from "../viewer/frame-list.js";
import { FrameSequence } from "./frame-sequence.js";
import { VideoStage } from "./video-stage.js";
import { reasonPanel } from "./reason-panel.js";

/**
 * @typedef {object} SceneOnPage
 * @property {string} reference_id
 * @property {number | null} frame_rate frames a second
 * @property {string | null} video_url
 */

/** @typedef {{scene: SceneOnPage, frames: import("../viewer/frame-list.js").FrameColumns}} Shown */
/** @typedef {"loading" | "ready" | "error"} ViewerState */

export class FrameViewer extends HTMLElement {
  /** @type {Shown | null} */
  #shown = null;
  /** @type {FrameSequence | VideoStage | null} */
  #source = null;

  connectedCallback() {
    if (this.#shown) this.#start(this.#shown);
  }

  disconnectedCallback() {
    this.#source?.dispose();
    this.#source = null;
    this.replaceChildren();
  }

  /**
   * Starts showing a scene, at the frame that `data-frame` names.
   * @param {Shown} shown
   */
  show(shown) {
    this.#shown = shown;
    if (this.isConnected) this.#start(shown);
  }

  /** The stage that the source puts its picture into. */
  get stage() {
    return part(this, "div", "frame-viewer__stage");
  }

  /**
   * Says how the wanted frame is.
   * @param {ViewerState} state
   */
  set state(state) {
    this.dataset.state = state;
    if (state !== "error") this.#reason.replaceChildren();
  }

  /**
   * Takes note of the frame now on screen.
   * @param {number} frame
   */
  painted(frame) {
    this.dataset.frame = String(frame);
    this.dispatchEvent(new CustomEvent("frame-change", { detail: { frame }, bubbles: true }));
  }

  /**
   * Shows why there is no picture. Nothing else is on screen then.
   * @param {import("../media/diagnosis.js").Diagnosis} diagnosis
   * @param {{url: string, retry: () => void, frame?: number}} next the frame, where it is one that failed
   */
  failed(diagnosis, next) {
    delete this.dataset.frame;
    this.state = "error";
    this.#reason.replaceChildren(reasonPanel(diagnosis, next));
    if (next.frame === undefined) return;
    this.dispatchEvent(new CustomEvent("frame-missing", { detail: { frame: next.frame }, bubbles: true }));
  }

  get #reason() {
    return part(this.stage, "div", "frame-viewer__reason");
  }

  /** @param {Shown} shown */
  #start({ scene, frames }) {
    this.#source?.dispose();
    const list = new FrameList(frames);
    const first = list.clamp(Number(this.dataset.frame));
    delete this.dataset.frame;
    this.stage.replaceChildren();
    if (list.count > 0) {
      this.dataset.source = "frames";
      this.#source = new FrameSequence(this, list, { rate_hz: scene.frame_rate, first });
    } else if (scene.video_url) {
      this.dataset.source = "video";
      this.#source = new VideoStage(this, scene.video_url);
    } else {
      this.stage.append(make("p", { class: "frame-viewer__empty" }, "This scene has neither frames nor a video."));
    }
  }
}

customElements.define("frame-viewer", FrameViewer);
