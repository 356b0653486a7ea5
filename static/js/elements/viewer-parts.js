/** The parts of `<frame-viewer>`, put together: stage, timeline, controls, status line. They show; the viewer decides. */

import { make } from "../lib/markup.js";
import { MemoryMeter } from "./memory-meter.js";
import { PictureTuning } from "./picture-tuning.js";
import { reasonPanel } from "./reason-panel.js";
import { ShortcutSheet } from "./shortcut-sheet.js";
import { SourceStatus } from "./source-status.js";
import { StageView } from "./stage-view.js";
import { TimelineBar } from "./timeline-bar.js";
import { Transport } from "./transport.js";
import { actionButton } from "./action-button.js";
import { FullScreen } from "./full-screen.js";

/** @typedef {import("../viewer/section.js").Section} Section */

/**
 * What the parts wish for.
 * @typedef {object} PartWishes
 * @property {import("../viewer/shortcuts.js").Act} act
 * @property {(index: number) => void} goTo
 * @property {(section: Section | null) => void} setSection
 * @property {(index: number) => CanvasImageSource | null} preview
 * @property {(kind: import("../viewer/frame-source.js").SourceKind) => void} chooseSource
 * @property {(capacity_bytes: number) => void} chooseMemory
 * @property {(scale: number) => void} scaled
 */

export class ViewerParts {
  canvas = make("canvas", { class: "frame-viewer__canvas", role: "img", hidden: true });
  stage = make("div", { class: "frame-viewer__stage" });
  #context;
  #badge = make("span", { class: "frame-viewer__badge number", hidden: true });
  #reason = make("div", { class: "frame-viewer__reason" });
  #note = make("p", { class: "frame-viewer__empty", hidden: true });
  view;
  timelineBar;
  transport;
  source;
  memory;
  tuning;
  fullScreen;
  sheet = new ShortcutSheet();
  #sheetButton = actionButton("sheet", () => this.sheet.toggle());

  /**
   * @param {HTMLElement} viewer what takes the whole screen
   * @param {PartWishes} wishes
   * @param {{capacity_bytes: number, signal: AbortSignal}} limits
   */
  constructor(viewer, wishes, { capacity_bytes, signal }) {
    this.#context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    this.view = new StageView(this.canvas, { scaled: wishes.scaled });
    this.timelineBar = new TimelineBar({ goTo: wishes.goTo, setSection: wishes.setSection, preview: wishes.preview });
    this.transport = new Transport(wishes.act);
    this.source = new SourceStatus(wishes.chooseSource);
    this.memory = new MemoryMeter(capacity_bytes, wishes.chooseMemory);
    this.tuning = new PictureTuning(this.canvas);
    this.fullScreen = new FullScreen(viewer, signal);
    this.stage.append(this.view.element, this.#badge, this.#reason, this.#note);
  }

  /** What the element holds, from top to bottom. */
  get elements() {
    const tools = [this.view.controls, this.tuning.element, this.fullScreen.button, this.#sheetButton];
    const status = make("div", { class: "frame-viewer__status" }, this.source.element, this.memory.element);
    status.append(make("span", { class: "frame-viewer__tools" }, ...tools));
    return [
      this.stage,
      make("div", { class: "frame-viewer__timeline" }, this.timelineBar.element),
      make("div", { class: "frame-viewer__controls" }, this.transport.element),
      status,
      this.sheet.element,
    ];
  }

  /**
   * Puts a picture on the canvas, which takes the picture's own size.
   * @param {import("../viewer/viewing.js").Picture} picture
   * @param {string} name what it shows, for who cannot see it
   */
  paint(picture, name) {
    const { width, height } = sizeOf(picture);
    if (this.canvas.width !== width || this.canvas.height !== height) {
      Object.assign(this.canvas, { width, height });
      this.view.resize(width, height);
    } else {
      this.#context.clearRect(0, 0, width, height);
    }
    this.#context.drawImage(picture, 0, 0, width, height);
    this.canvas.hidden = false;
    this.#reason.replaceChildren();
    this.canvas.setAttribute("aria-label", name);
  }

  get isBadged() {
    return !this.#badge.hidden;
  }

  /** Says beside the picture that it is not yet the one asked for; null takes the words away. @param {string | null} words */
  set badge(words) {
    this.#badge.hidden = words === null;
    if (words !== null) this.#badge.textContent = words;
  }

  /**
   * Shows why there is no picture. Nothing else is on the stage then.
   * @param {{kind: string, sentence: string, remedy: string}} diagnosis
   * @param {{url: string, retry: () => void}} next
   * @param {string[]} also sentences about the other ways that were tried
   */
  fail(diagnosis, next, also) {
    this.badge = null;
    this.canvas.hidden = true;
    this.#reason.replaceChildren(reasonPanel(diagnosis, next, also));
  }

  /** Takes the reason away: another picture is on its way. */
  clearReason() {
    this.#reason.replaceChildren();
  }

  /** Says what is not there at all; null takes the words away. @param {string | null} words */
  set note(words) {
    this.#note.hidden = words === null;
    this.#note.textContent = words ?? "";
  }

  dispose() {
    this.view.dispose();
    this.timelineBar.dispose();
    this.canvas.width = this.canvas.height = 0;
  }
}

/**
 * @param {import("../viewer/viewing.js").Picture} picture
 * @returns {{width: number, height: number}} in its own pixels
 */
export function sizeOf(picture) {
  if (picture instanceof HTMLVideoElement) return { width: picture.videoWidth, height: picture.videoHeight };
  return { width: picture.width, height: picture.height };
}
