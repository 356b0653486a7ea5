/** The labels of a scene: those of each frame as it is painted, and its tracks under the timeline. */

import { SceneLabels } from "../labels/scene-labels.js";
import { loadPicture } from "../credentials/load-picture.js";
import { withDeadline } from "../media/loading.js";
import { getJson } from "../lib/get.js";
import { LabelRoom, withRuns } from "./label-room.js";
import { TrackLanesBar } from "./track-lanes-bar.js";

/** @typedef {import("./frame-viewer.js").FrameViewer} FrameViewer */
/** @typedef {import("./label-desk.js").Size} Size */
/** @typedef {import("./label-room.js").LabelIsland & {tracksUrl: string, itemLabels: string, frameSize: Size | null}} SceneIslandLabels */

/**
 * Lays the labels over the viewer's picture, their panel beside it and their tracks under its timeline. The viewer is
 * showing the scene already.
 * @param {FrameViewer} viewer
 * @param {SceneIslandLabels} labels
 * @param {{frameCount: number, frameUrl: string | null, frameReference?: string | undefined, signal: AbortSignal}} scene `frameUrl` is the address of any frame
 */
export function labelScene(viewer, labels, scene) {
  const { signal } = scene;
  const shown = new ShownFrame(viewer, labels, scene);
  viewer.addEventListener("frame-change", (event) => shown.take(/** @type {CustomEvent<{frame: number, size: Size}>} */ (event).detail), { signal });
  viewer.addEventListener("picture-gone", () => shown.take(null), { signal });
  viewer.addEventListener("viewer-action", (event) => shown.act(/** @type {CustomEvent<{action: any}>} */ (event).detail.action), { signal });
}

/** The frame on screen, and what is said about it. */
class ShownFrame {
  #viewer;
  #labels;
  #frameCount;
  #frameUrl;
  #frameReference;
  #signal;
  #room;
  #lanes;
  #loads = new AbortController();
  /** @type {SceneLabels} */
  #scene;
  /** @type {{frame: number, size: Size} | null} */
  #at = null;
  /** A frame's own size, where it had to be found out. @type {Size | null} */
  #measured = null;
  #isMeasuring = false;

  /**
   * @param {FrameViewer} viewer
   * @param {SceneIslandLabels} labels
   * @param {{frameCount: number, frameUrl: string | null, frameReference?: string | undefined, signal: AbortSignal}} scene
   */
  constructor(viewer, labels, { frameCount, frameUrl, frameReference, signal }) {
    this.#viewer = viewer;
    this.#labels = labels;
    this.#frameCount = frameCount;
    this.#frameUrl = frameUrl;
    this.#frameReference = frameReference;
    this.#signal = signal;
    this.#room = new LabelRoom(labels, { chooseRuns: () => this.#load(), pictureNow: () => this.#itemNow() }, signal);
    this.#room.stage = viewer.parts.view;
    const goTo = (/** @type {number} */ frame) => viewer.goTo(frame);
    this.#lanes = new TrackLanesBar(viewer.parts.timelineBar, this.#room.desk, { goTo, signal });
    viewer.parts.timelineBar.element.after(this.#lanes.element);
    this.#scene = this.#load();
  }

  /** Another frame is painted, or none is: its labels are drawn in the same task. @param {{frame: number, size: Size} | null} at */
  take(at) {
    this.#at = at;
    if (at) this.#scene.want(at.frame);
    this.#room.panel.pictureReview = null;
    this.#show();
  }

  /** @param {import("../viewer/shortcuts.js").ActionName} action */
  act(action) {
    if (action === "nextKey" || action === "previousKey") {
      const frame = this.#lanes.nextKey(this.#viewer.wanted, action === "nextKey" ? 1 : -1);
      if (frame !== null) this.#viewer.goTo(frame);
    } else {
      this.#room.act(action);
    }
  }

  #show() {
    const at = this.#at;
    if (!at) return this.#room.desk.show(null);
    const size = this.#sizeOf(at.size);
    this.#room.desk.show({ key: String(at.frame), index: at.frame, size: size ?? at.size, set: size && this.#scene.at(at.frame) });
  }

  /**
   * The size of the frame, in whose pixels its labels are; null while it is not known. A video says nothing of it.
   * @param {Size} shown of the picture painted
   */
  #sizeOf(shown) {
    if (this.#viewer.dataset.source === "frames" || this.#labels.frameSize || !this.#frameUrl) return shown;
    if (!this.#measured && !this.#isMeasuring) void this.#measure(this.#frameUrl, shown);
    return this.#measured;
  }

  /**
   * Asks a frame itself, once. Where it does not come, the video is taken to be of the frames' size.
   * @param {string} url
   * @param {Size} otherwise
   */
  async #measure(url, otherwise) {
    this.#isMeasuring = true;
    const image = new Image();
    try {
      await withDeadline((signal) => loadPicture(image, url, signal, { referenceId: this.#frameReference }), { signal: this.#signal });
      this.#measured = { width: image.naturalWidth || otherwise.width, height: image.naturalHeight || otherwise.height };
    } catch {
      this.#measured = otherwise;
    }
    image.removeAttribute("src");
    if (!this.#signal.aborted) this.#show();
  }

  /** Asks for the labels of all frames and for the tracks, of the sources that are chosen now. */
  #load() {
    this.#loads.abort();
    this.#loads = new AbortController();
    const signal = AbortSignal.any([this.#signal, this.#loads.signal]);
    const { url } = this.#labels;
    const runs = this.#room.chosen;
    const changed = () => this.#arrived();
    this.#scene = new SceneLabels({ url, frameCount: this.#frameCount, runs, fetchJson: getJson, signal, changed });
    this.#scene.want(this.#at?.frame ?? this.#viewer.wanted);
    if (this.#at) this.#show();
    void this.#loadTracks(signal);
    return this.#scene;
  }

  /** Labels came, or are known not to come. */
  #arrived() {
    if (this.#at && this.#room.desk.set === null) this.#show();
    if (this.#scene.failure === null) this.#room.panel.fail(null);
    else this.#room.panel.fail(() => this.#scene.retry());
  }

  /** @param {AbortSignal} signal */
  async #loadTracks(signal) {
    try {
      const said = await getJson(withRuns(this.#labels.tracksUrl, this.#room.chosen), signal);
      this.#lanes.show(said);
      this.#room.panel.tellScene(said.categories, said.sources);
      this.#room.panel.expect(said.classes.map((/** @type {{label: string}} */ { label }) => label));
    } catch {
      if (!signal.aborted) this.#lanes.fail(() => void this.#loadTracks(signal));
    }
  }

  /** The frame's own item; null while it is not known. */
  #itemNow() {
    const id = this.#at && this.#viewer.frames?.id(this.#at.frame);
    return id ? { id, factsUrl: this.#labels.itemLabels.replace("{id}", id) } : null;
  }
}
