/**
 * `<frame-viewer>`: a scene, frame by frame, wherever its pictures come from.
 * `data-frame` is the index of the frame on screen, absent while there is none; `data-wanted` the one asked for;
 * `data-state` is idle, loading, ready or error, of the frame that is wanted; `data-source` is frames, mp4 or video.
 * `data-held` is there while that frame waits for a host that is down.
 * Also `data-playing`, `data-dropped`, `data-held-bytes`, `data-frame-count` and `data-scale`.
 * Dispatches `frame-change` with detail `{frame, size}` in the task that paints a frame, size being the frame's own in
 * pixels; `frame-missing` with detail `{frame}` when the reason why not is on screen instead, `picture-gone` when any
 * reason is, `frames-listed` when all frames are known, `view-change` when what an
 * address should keep has changed, `source-change` with detail `{says}`, and `viewer-action` with detail `{action}` for what is the page's to do.
 */

import { originOf } from "../credentials/access.js";
import { credentialChanges } from "../credentials/page-profiles.js";
import { grouped } from "../lib/digits.js";
import { bindKeys } from "../lib/keys.js";
import { shelf } from "../lib/shelf.js";
import { Marks } from "../viewer/marks.js";
import { naturalSizeOf } from "../viewer/natural-size.js";
import { defaultCapacity_bytes } from "../viewer/picture-cache.js";
import { SceneMedia } from "../viewer/scene-media.js";
import { sectionOf } from "../viewer/section.js";
import { keyActions } from "../viewer/shortcuts.js";
import { Viewing } from "../viewer/viewing.js";
import { explain, forget } from "./doctor.js";
import { chosenCapacity_bytes } from "./memory-meter.js";
import { ViewerOutages, isAsked, noteFailure } from "./viewer-outages.js";
import { viewerActions } from "./viewer-actions.js";
import { ViewerParts, sizeOf } from "./viewer-parts.js";

/** @typedef {import("../viewer/section.js").Section} Section */
/** @typedef {import("../viewer/frame-source.js").SourceKind} SourceKind */
/** @typedef {import("../viewer/scene-media.js").Shown} Shown */

/**
 * What the address asks for, as it stands there.
 * @typedef {{frame: number, first: string | null, last: string | null, isLooping: boolean}} Start
 */

/** Waits shorter than this are not worth a word. */
const BADGE_DELAY_S = 0.1;
/** How often the meter and the held ranges are looked at: pictures also come while nothing is painted. */
const LOOK_EVERY_S = 0.25;

export class FrameViewer extends HTMLElement {
  /** @type {{shown: Shown, start: Start} | null} */
  #given = null;
  #life = new AbortController();
  /** @type {ViewerParts | null} */
  #parts = null;
  /** @type {ViewerOutages | null} */
  #outages = null;
  /** @type {SceneMedia | null} */
  #media = null;
  /** @type {Viewing | null} */
  #viewing = null;
  #opening = new AbortController();
  #wanted = 0;
  /** @type {number | null} */
  #painted = null;
  /** @type {Section | null} */
  #section = null;
  #isLooping = false;
  #speed = 1;
  #playingSpeed = 0;
  /** @type {Marks | null} */
  #marks = null;
  #refreshTicket = 0;
  /** What the status line says of the source. */
  #said = "";
  /** The held ranges that the timeline shows, as text. @type {string | null} */
  #shownHeld = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #badgeTimer;

  connectedCallback() {
    if (this.#given) this.#begin(this.#given);
  }

  disconnectedCallback() {
    this.#life.abort();
    this.#opening.abort();
    this.#viewing?.dispose();
    this.#viewing = null;
    this.#parts?.dispose();
    this.#parts = null;
    clearTimeout(this.#badgeTimer);
    cancelAnimationFrame(this.#refreshTicket);
    this.replaceChildren();
  }

  /**
   * Starts showing a scene.
   * @param {Shown} shown
   * @param {Start} start
   */
  show(shown, start) {
    this.#given = { shown, start };
    if (this.isConnected) this.#begin(this.#given);
  }

  get parts() {
    return /** @type {ViewerParts} */ (this.#parts);
  }

  /** The scene's frames as far as they are known; null for an mp4 alone. */
  get frames() {
    return this.#media?.frames ?? null;
  }

  /** When the frames begin; null until it is known. */
  get timeline() {
    return this.#viewing?.timeline ?? this.#media?.timeline ?? null;
  }

  /** How many frames there are; 0 until it is known. */
  get count() {
    return this.timeline?.count ?? 0;
  }

  /** The frame asked for last. */
  get wanted() {
    return this.#viewing?.wanted ?? this.#wanted;
  }

  /**
   * Stops playing and asks for a frame.
   * @param {number} index any number; the nearest frame is meant, and no number leaves all as it is
   */
  goTo(index) {
    if (Number.isNaN(index)) return;
    if (this.#viewing) return this.#viewing.goTo(index);
    this.#wanted = this.timeline?.clamp(index) ?? 0;
    this.dataset.wanted = String(this.#wanted);
    this.#refreshSoon();
  }

  /** @param {number} speed 1 is the scene's own, negative is backwards */
  play(speed) {
    if (!this.#viewing || this.count < 2) return;
    this.#playingSpeed = speed;
    this.#viewing.play({ speed, section: this.#section, isLooping: this.#isLooping });
    this.#refreshSoon();
  }

  pause() {
    this.#viewing?.stop();
  }

  /** The speed it plays at now; 0 while it does not. */
  get playingSpeed() {
    return this.#viewing?.isPlaying ? this.#playingSpeed : 0;
  }

  /** The speed that Play plays at. */
  get speed() {
    return this.#speed;
  }

  set speed(speed) {
    this.#speed = speed;
    if (this.playingSpeed) this.play(Math.sign(this.#playingSpeed) * speed);
    this.#refreshSoon();
  }

  get section() {
    return this.#section;
  }

  set section(section) {
    this.#section = section;
    this.#viewChanged();
  }

  get isLooping() {
    return this.#isLooping;
  }

  set isLooping(isLooping) {
    this.#isLooping = isLooping;
    this.#viewChanged();
  }

  /** The marked frames, in order. */
  get marks() {
    return this.#marks?.frames ?? [];
  }

  /** @param {number} index */
  toggleMark(index) {
    this.#marks?.toggle(index);
    this.#refreshSoon();
  }

  /** @param {{shown: Shown, start: Start}} given */
  #begin({ shown, start }) {
    this.#life.abort();
    this.#life = new AbortController();
    const { signal } = this.#life;
    this.#media = new SceneMedia(shown, { explain, signal });
    this.#wanted = this.timeline?.clamp(start.frame) ?? start.frame;
    this.#isLooping = start.isLooping;
    this.#marks = new Marks(shown.scene.id, shelf());
    delete this.dataset.frame;
    this.#build(signal);
    // The scene's own count and rate are known at once: who waits for a host may look along the timeline meanwhile.
    this.#setTimeline(this.#media.timeline);
    if (this.#media.isEmpty) {
      this.parts.note = "This scene has neither frames nor a video.";
      return;
    }
    void this.#media.list(() => this.dispatchEvent(new CustomEvent("frames-listed", { bubbles: true })));
    void this.#open(null).then(() => this.#takeSection(start));
  }

  /** @param {AbortSignal} signal */
  #build(signal) {
    const capacity_bytes = chosenCapacity_bytes() ?? defaultCapacity_bytes(/** @type {{deviceMemory?: number}} */ (navigator).deviceMemory);
    /** @type {import("./viewer-parts.js").PartWishes} */
    const wishes = {
      act: (action, value = 0) => actions[action](value),
      goTo: (index) => this.goTo(index),
      setSection: (section) => (this.section = section),
      preview: (index) => this.#viewing?.peek(index) ?? null,
      chooseSource: (kind) => void this.#open(kind),
      chooseMemory: (bytes) => this.#viewing && (this.#viewing.capacity_bytes = bytes),
      scaled: (scale) => (this.dataset.scale = String(scale)),
    };
    this.#parts?.dispose();
    this.#parts = new ViewerParts(this, wishes, { capacity_bytes, signal });
    this.#outages = new ViewerOutages(this, { stage: this.#parts.stage, back: () => this.#resume(), signal });
    const actions = viewerActions(this);
    this.replaceChildren(...this.#parts.elements);
    bindKeys(document, keyActions(wishes.act), signal);
    // A hidden page gets no ticks: without this it would drop everything it missed on return.
    document.addEventListener("visibilitychange", () => document.hidden && this.pause(), { signal });
    addEventListener("online", () => this.dataset.state === "error" && this.#retry(), { signal });
    credentialChanges.addEventListener("change", () => this.dataset.state === "error" && this.#retry(), { signal });
    const look = setInterval(() => this.#refreshHeld(), LOOK_EVERY_S * 1000);
    signal.addEventListener("abort", () => clearInterval(look));
    this.#refresh();
  }

  /**
   * Opens the first source that can show the scene, and shows the wanted frame from it.
   * @param {SourceKind | null} prefer the person's choice
   */
  async #open(prefer) {
    const media = /** @type {SceneMedia} */ (this.#media);
    this.#opening.abort();
    const { signal } = (this.#opening = new AbortController());
    this.pause();
    this.#wanted = this.wanted;
    this.#viewing?.dispose();
    this.#viewing = null;
    this.#state = "loading";
    this.parts.clearReason();
    try {
      const capacity_bytes = this.parts.memory.capacity_bytes;
      const opened = await media.open({ wanted: this.#wanted, prefer, capacity_bytes, signal, changed: () => this.#sayOpening(prefer) });
      this.#take(new Viewing(opened.source, this.#boundaries, { capacity_bytes }), opened.first);
    } catch (reason) {
      if (!signal.aborted) await this.#cannotOpen(reason, signal);
    }
  }

  /**
   * @param {Viewing} viewing
   * @param {{index: number, picture: ImageBitmap} | null} first what opening has loaded already
   */
  #take(viewing, first) {
    this.#viewing = viewing;
    const { source, timeline } = viewing;
    this.dataset.source = source.kind;
    this.#setTimeline(timeline);
    if (first) source.onSpare?.(first.index, first.picture);
    this.#saySource();
    viewing.goTo(this.#wanted);
  }

  /** @param {import("../viewer/timeline.js").Timeline | null} timeline null while it is not known */
  #setTimeline(timeline) {
    this.dataset.frameCount = String(timeline?.count ?? 0);
    this.parts.transport.timeline = timeline;
    this.parts.timelineBar.timeline = timeline;
  }

  /** @type {import("../viewer/viewing.js").ViewingBoundaries} */
  #boundaries = {
    wanted: (index) => {
      this.#wanted = index;
      this.dataset.wanted = String(index);
      this.#state = "loading";
      this.#refreshSoon();
    },
    paint: (index, picture) => {
      this.parts.paint(picture, this.#nameOf(index));
      this.#painted = index;
      this.dataset.frame = String(index);
      this.parts.timelineBar.place({ wanted: this.wanted, painted: index });
      if (index === this.wanted) this.#state = "ready";
      this.#refreshSoon();
      const size = this.#sizeOf(picture);
      this.dispatchEvent(new CustomEvent("frame-change", { detail: { frame: index, size }, bubbles: true }));
    },
    fail: (index, reason) => void this.#fail(index, reason),
    hold: (_, origin) => this.#hold([origin]),
    glanced: () => this.#parts && (this.#parts.timelineBar.held = this.#viewing?.held ?? []),
    playing: (isPlaying) => {
      this.toggleAttribute("data-playing", isPlaying);
      this.parts.timelineBar.isPlaying = isPlaying;
      this.#refreshSoon();
    },
  };

  /** @param {"loading" | "ready" | "error"} state */
  set #state(state) {
    if (this.dataset.state === state) return;
    this.dataset.state = state;
    clearTimeout(this.#badgeTimer);
    if (state !== "loading") this.#parts && (this.parts.badge = null);
    else this.#badgeTimer = setTimeout(() => this.#sayLoading(), BADGE_DELAY_S * 1000);
  }

  /** Says beside an older picture which frame is on its way. */
  #sayLoading() {
    if (!this.#parts || this.#painted === null) return;
    const waits = this.hasAttribute("data-held") ? "waiting for" : "loading";
    this.parts.badge = `${grouped(this.#painted)} · ${waits} ${grouped(this.wanted)}`;
  }

  /**
   * Shows why a frame cannot be shown, if it is still the one wanted.
   * @param {number} index
   * @param {unknown} reason
   */
  async #fail(index, reason) {
    const media = /** @type {SceneMedia} */ (this.#media);
    const viewing = this.#viewing;
    if (!viewing) return;
    const diagnosis = await media.explain(viewing.source.kind, index, reason);
    noteFailure(diagnosis);
    if (viewing !== this.#viewing || index !== this.wanted || this.dataset.state === "ready") return;
    if (this.#hold([originOf(media.addressOf(viewing.source.kind, index))])) return;
    this.#showReason(diagnosis, media.addressOf(viewing.source.kind, index));
    this.dispatchEvent(new CustomEvent("frame-missing", { detail: { frame: index }, bubbles: true }));
  }

  /**
   * @param {unknown} reason
   * @param {AbortSignal} signal
   */
  async #cannotOpen(reason, signal) {
    const media = /** @type {SceneMedia} */ (this.#media);
    const { also, url, ...diagnosis } = await media.explainAll(this.#wanted, reason);
    noteFailure(diagnosis);
    if (signal.aborted || !this.#parts) return;
    this.#saySource();
    // What is on screen stays; where nothing is, there is room for all that is known.
    if (this.#hold(media.originsOf(this.#wanted)) && (this.#painted !== null || isAsked(diagnosis))) return;
    this.#showReason(diagnosis, url, also);
  }

  /**
   * @param {{kind: string, sentence: string, remedy: string}} diagnosis
   * @param {string} url
   * @param {string[]} [also]
   */
  #showReason(diagnosis, url, also = []) {
    this.#painted = null;
    delete this.dataset.frame;
    this.#state = "error";
    this.parts.fail(diagnosis, { url, retry: () => this.#retry() }, also);
    this.dispatchEvent(new CustomEvent("picture-gone"));
    this.#refreshSoon();
  }

  /**
   * Lets the wanted frame wait for its host.
   * @param {string[]} origins
   * @returns {boolean} whether any of these hosts is down
   */
  #hold(origins) {
    if (!this.#outages?.hold(origins)) return false;
    if (this.#painted !== null) this.parts.clearReason();
    this.#state = "loading";
    this.#refreshSoon();
    return true;
  }

  /** A host that something waited for is back. */
  #resume() {
    // A reader or a player that was cut off is opened anew; single frames are only asked for again.
    if (this.#viewing?.source.kind === "frames") this.#viewing.retry();
    else if (!this.#opening.signal.aborted) void this.#open(null);
  }

  #retry() {
    const media = /** @type {SceneMedia} */ (this.#media);
    forget(media.addressOf(this.#viewing?.source.kind ?? "video", this.#wanted));
    void media.list(() => {});
    this.parts.clearReason();
    if (!this.#viewing) return void this.#open(null);
    this.#state = "loading";
    this.#viewing.retry();
  }

  /** The size of the frame itself: it may be held smaller, and a video may be of another size than its frames. @param {import("../viewer/viewing.js").Picture} picture */
  #sizeOf(picture) {
    const recorded = this.dataset.source === "frames" ? null : (this.#given?.shown.labels?.frameSize ?? null);
    return naturalSizeOf(picture) ?? recorded ?? sizeOf(picture);
  }

  /** @param {number} index */
  #nameOf(index) {
    return this.frames?.reference(index) ?? `Frame ${index}`;
  }

  /** @param {Start} start */
  #takeSection({ first, last }) {
    if (this.timeline) this.#section = sectionOf(first, last, this.timeline);
    this.#refreshSoon();
  }

  #viewChanged() {
    if (this.playingSpeed) this.play(this.#playingSpeed);
    this.#refreshSoon();
    this.dispatchEvent(new CustomEvent("view-change", { bubbles: true }));
  }

  /**
   * Says how far opening has come. Why a source was left may be found out only when the next one is in use.
   * @param {SourceKind | null} chosen
   */
  #sayOpening(chosen) {
    if (!this.#media || !this.#parts) return;
    if (this.#viewing) this.#saySource();
    else this.parts.source.show({ ...this.#media.status(null), used: chosen });
  }

  #saySource() {
    const media = /** @type {SceneMedia} */ (this.#media);
    const status = media.status(this.#viewing?.source ?? null);
    this.#said = status.says;
    this.parts.source.show(status);
    this.dispatchEvent(new CustomEvent("source-change", { detail: { says: status.says }, bubbles: true }));
  }

  /** Everything beside the picture follows once per frame of the display: it may be painted more often than seen. */
  #refreshSoon() {
    this.#refreshTicket ||= requestAnimationFrame(() => this.#refresh());
  }

  #refresh() {
    this.#refreshTicket = 0;
    if (!this.#parts) return;
    const { transport, timelineBar } = this.#parts;
    const place = { wanted: this.wanted, painted: this.#painted };
    transport.place(place);
    timelineBar.place(place);
    const { marks } = this;
    for (const part of [transport, timelineBar]) Object.assign(part, { section: this.#section, isLooping: this.#isLooping, marks });
    transport.playing = this.playingSpeed !== 0;
    transport.speed = this.playingSpeed || this.#speed;
    transport.dropped = this.#viewing?.dropped ?? 0;
    this.dataset.dropped = String(this.#viewing?.dropped ?? 0);
    // A source may learn more of its video with every frame, and then says less of it.
    if (this.#viewing && this.#viewing.source.says !== this.#said) this.#saySource();
    // A badge keeps up with the hand.
    if (this.dataset.state === "loading" && this.#painted !== this.wanted && this.parts.isBadged) this.#sayLoading();
    this.#refreshHeld();
  }

  #refreshHeld() {
    if (!this.#parts) return;
    const held = this.#viewing?.held ?? [];
    if (String(held) === this.#shownHeld) return;
    this.#shownHeld = String(held);
    const held_bytes = this.#viewing?.held_bytes ?? 0;
    this.dataset.heldBytes = String(held_bytes);
    this.#parts.memory.held_bytes = held_bytes;
    this.#parts.timelineBar.held = held;
  }
}

customElements.define("frame-viewer", FrameViewer);
