/** A scene's media as the page knows them: its list of frames, its mp4, and which of them can be shown how. */

import { originOf } from "../credentials/access.js";
import { HostDown, outages } from "../hosts/outages.js";
import { parseExactly } from "../lib/island.js";
import { withDeadline } from "../media/loading.js";
import { verdict } from "../media/verdicts.js";
import { ChosenSources, openFirst, sourcePlan } from "./choose-source.js";
import { FrameList } from "./frame-list.js";
import { CannotShow, HostClosed } from "./frame-source.js";
import { HostAbilities } from "../hosts/abilities.js";
import { openFrames } from "./sources/frames.js";
import { openMp4 } from "./sources/mp4.js";
import { openNative } from "./sources/native.js";
import { Timeline } from "./timeline.js";

/** @typedef {import("./frame-source.js").FrameSource} FrameSource */
/** @typedef {import("./frame-source.js").SourceKind} SourceKind */

/**
 * @typedef {object} SceneOnPage
 * @property {string} id
 * @property {string} reference_id
 * @property {number | null} frame_rate frames a second
 * @property {number} frame_count 0 for an mp4 alone
 * @property {string | null} video_url
 */

/**
 * What the page brings: the scene, and where its list of frames is, with the one frame shown first; and what is said
 * about it, of which the viewer itself only needs the frames' own size.
 * @typedef {object} Shown
 * @property {SceneOnPage} scene
 * @property {{url: string, first: import("./frame-list.js").ListedFrame} | null} frames
 * @property {{frameSize: import("./natural-size.js").Size | null} | null} [labels] null without frames
 */

/** @typedef {(url: string, medium: "image" | "video", reason: unknown) => Promise<Diagnosis>} Explain */
/** @typedef {import("../media/verdicts.js").Diagnosis} Diagnosis */
/** @typedef {{kind: string, sentence: string, remedy: string} | Diagnosis} Explained */

/**
 * @typedef {object} OpenedScene
 * @property {FrameSource} source
 * @property {{index: number, picture: ImageBitmap} | null} first what opening has loaded to be sure
 */

const NO_LIST = "Transom’s server did not send the list of frames. Check the connection, then try again.";
const ASK_THE_OWNER = 
  "Whoever made or keeps the file can mend it: H.264, VP9 and AV1 play in every current browser. Open its address in a new tab to see what the host answers.";
/** @type {Record<SourceKind, string>} */
const WAYS = { frames: "Frames", mp4: "Decoded on this page", video: "In the browser’s own player" };
const STEP_ON = "The other frames may be well: step on, try again, or choose another source in the line below the controls.";

export class SceneMedia {
  #scene;
  #listUrl;
  #explain;
  #signal;
  #abilities = new HostAbilities();
  #chosen = new ChosenSources();
  /** Why sources were left, and whether that is known of the media itself. @type {Map<SourceKind, {sentence: string, isSure: boolean}>} */
  #left = new Map();
  #isGivenUp = false;
  /** How much of a file has been read that must be read whole; null while nothing is. @type {number | null} */
  #progress = null;
  /** The frames as far as they are known; null for an mp4 alone. */
  frames;

  /**
   * @param {Shown} shown
   * @param {{explain: Explain, signal: AbortSignal}} boundaries
   */
  constructor({ scene, frames }, { explain, signal }) {
    this.#scene = scene;
    this.#listUrl = frames?.url ?? null;
    this.#explain = explain;
    this.#signal = signal;
    this.frames = frames && new FrameList({ count: scene.frame_count, first: frames.first });
  }

  get hasVideo() {
    return this.#scene.video_url !== null;
  }

  get isEmpty() {
    return !this.frames && !this.hasVideo;
  }

  /** When the frames begin, as far as the server knows; null for an mp4 alone. */
  get timeline() {
    const { frame_count, frame_rate } = this.#scene;
    return this.frames && frame_rate ? Timeline.even(frame_count, frame_rate) : null;
  }

  /**
   * Asks the server for the list of frames, unless it is here.
   * @param {() => void} arrived
   */
  async list(arrived) {
    if (!this.frames || this.frames.isComplete || !this.#listUrl) return;
    try {
      const response = await fetch(this.#listUrl, { headers: { Accept: "application/json" }, signal: this.#signal });
      if (!response.ok) throw new CannotShow(NO_LIST);
      this.frames.take(parseExactly(await response.text()));
      arrived();
    } catch (reason) {
      if (!this.#signal.aborted) this.frames.fail(reason instanceof CannotShow ? reason : new CannotShow(NO_LIST));
    }
  }

  /**
   * Opens the first source that shows the wanted frame.
   * @param {object} how
   * @param {number} how.wanted
   * @param {SourceKind | null} how.prefer the person's choice
   * @param {number} how.capacity_bytes what may be held of decoded pictures
   * @param {AbortSignal} how.signal
   * @param {() => void} how.changed `status` says something else now
   * @returns {Promise<OpenedScene>} rejects as the last source did
   */
  async open({ wanted, prefer, capacity_bytes, signal, changed }) {
    const { video_url, frame_count, frame_rate, reference_id: referenceId } = this.#scene;
    const count = this.frames ? frame_count : null;
    const url = video_url ?? "";
    const onRanges = (/** @type {boolean} */ ranges) => this.#abilities.learn(originOf(url), { ranges });
    const onProgress = (/** @type {number} */ fraction) => {
      this.#progress = fraction;
      changed();
    };
    const plan = this.#plan(prefer, wanted);
    /** @type {OpenedScene["first"]} */
    let first = null;
    /**
     * A source is taken when it has shown what it is for; the last one is taken as it is.
     * @param {SourceKind} kind
     * @param {() => Promise<FrameSource>} open
     */
    const tried = (kind, open) => async () => {
      const source = await open();
      if (kind !== plan.at(-1)) first = await firstOf(source, wanted, signal);
      return source;
    };
    const whyFrame = (/** @type {string} */ location, /** @type {unknown} */ reason) => this.#explain(location, "image", reason);
    const whyVideo = (/** @type {unknown} */ reason) => this.#explain(url, "video", reason);
    const openers = {
      frames: tried("frames", () => openFrames(/** @type {FrameList} */ (this.frames), { rate_hz: frame_rate, signal, abilities: this.#abilities, why: whyFrame })),
      mp4: tried("mp4", () => openMp4(url, { count, signal, onProgress, onRanges, capacity_bytes, why: whyVideo, referenceId })),
      video: tried("video", () => openNative(url, { count, rate_hz: frame_rate, signal, why: whyVideo, referenceId })),
    };
    const onHandOver = (/** @type {SourceKind} */ kind, /** @type {unknown} */ reason) => void this.#leave(kind, wanted, reason, signal).then(changed);
    this.#left.clear();
    this.#isGivenUp = false;
    this.#progress = null;
    changed();
    const source = await openFirst(plan, openers, { signal, onHandOver });
    this.#progress = null;
    if (source.kind === "mp4") this.#abilities.learn(originOf(url), { readable: true });
    return { source, first };
  }

  /**
   * What the status line says, and what its menu offers.
   * @param {FrameSource | null} source the one in use
   */
  status(source) {
    const choices = this.#kinds.map((kind) => ({ kind, reason: this.#left.get(kind)?.sentence ?? null }));
    return { says: source?.says ?? this.#says, used: source?.kind ?? null, choices };
  }

  /**
   * Why the scene cannot be shown at all: the surest reason of those that the ways gave, and what the others said.
   * @param {number} wanted
   * @param {unknown} reason what opening was rejected with
   * @returns {Promise<Explained & {also: string[], url: string}>}
   */
  async explainAll(wanted, reason) {
    this.#isGivenUp = true;
    const last = /** @type {SourceKind} */ (this.#kinds.at(-1));
    const url = this.addressOf(last, wanted);
    const explained = await this.explain(last, wanted, reason);
    // Where the doctor cannot tell, a way that could read the file may know more.
    const isTold = reason instanceof CannotShow || ("isSure" in explained && explained.isSure);
    const sure = isTold ? undefined : this.#surest;
    const also = [...this.#left].filter(([kind]) => kind !== (sure ?? last)).map(([kind, { sentence }]) => `${WAYS[kind]}: ${sentence}`);
    const known = sure ? { sentence: this.#left.get(sure)?.sentence ?? explained.sentence, maybe: [] } : {};
    const isBare = explained.kind === "source";
    const remedy = sure || isBare ? ASK_THE_OWNER : explained.remedy;
    return { ...explained, ...known, remedy, also, url };
  }

  /** The way that found out about the media itself, not only about its host. */
  get #surest() {
    return [...this.#left].find(([, { isSure }]) => isSure)?.[0];
  }

  /**
   * Why a frame cannot be shown.
   * @param {SourceKind} kind
   * @param {number} index
   * @param {unknown} reason
   * @returns {Promise<Explained>}
   */
  async explain(kind, index, reason) {
    if (reason instanceof HostDown) return outages.of(reason.origin)?.diagnosis ?? { kind: "source", sentence: `${reason.origin} did not answer.`, remedy: STEP_ON };
    const address = this.addressOf(kind, index);
    if (reason instanceof CannotShow && reason.kind) {
      const evidence = { asked: "the video, in the browser's own player", saw: "it may not be jumped about in", took_ms: null };
      return verdict(reason.kind, { origin: originOf(address), medium: "video" }, [evidence]);
    }
    if (reason instanceof CannotShow) return { kind: "source", sentence: reason.reason, remedy: STEP_ON };
    return this.#explain(address, kind === "frames" ? "image" : "video", reason);
  }

  /** The hosts that it may come from. @param {number} index of a frame */
  originsOf(index) {
    return this.#kinds.map((kind) => originOf(this.addressOf(kind, index)));
  }

  /**
   * Where a frame comes from.
   * @param {SourceKind} kind
   * @param {number} index
   */
  addressOf(kind, index) {
    if (kind === "frames") return this.frames?.url(index) ?? this.#listUrl ?? "";
    return this.#scene.video_url ?? "";
  }

  /** What is happening while there is no source. */
  get #says() {
    if (this.#isGivenUp) return "cannot be shown";
    return this.#progress === null ? "opening…" : `reading the file, ${Math.round(this.#progress * 100)} %`;
  }

  /** @returns {SourceKind[]} */
  get #kinds() {
    return [...(this.frames ? [/** @type {const} */ ("frames")] : []), ...(this.hasVideo ? /** @type {const} */ (["mp4", "video"]) : [])];
  }

  /**
   * The order in which sources are tried: the person's choice first, now or before for this host.
   * @param {SourceKind | null} chosen
   * @param {number} wanted
   */
  #plan(chosen, wanted) {
    const origins = this.#kinds.map((kind) => originOf(this.addressOf(kind, wanted)));
    const main = /** @type {string} */ (origins[0]);
    if (chosen) this.#chosen.choose(main, chosen);
    return sourcePlan({
      kinds: this.#kinds,
      prefer: this.#chosen.of(main),
      framesReadable: this.frames ? this.#abilities.readable(main) : undefined,
      videoReadable: this.#abilities.readable(/** @type {string} */ (origins.at(-1))),
    });
  }

  /**
   * @param {SourceKind} kind
   * @param {number} wanted
   * @param {unknown} reason
   * @param {AbortSignal} signal of the opening it belongs to
   */
  async #leave(kind, wanted, reason, signal) {
    const { sentence } = await this.explain(kind, wanted, reason);
    if (signal.aborted) return;
    this.#left.set(kind, { sentence, isSure: reason instanceof CannotShow && !(reason instanceof HostClosed) });
  }
}

/**
 * Loads the wanted frame, to see whether the source can.
 * @param {FrameSource} source disposed when it cannot
 * @param {number} wanted
 * @param {AbortSignal} signal
 */
async function firstOf(source, wanted, signal) {
  const index = source.timeline.clamp(wanted);
  try {
    return { index, picture: await withDeadline((stop) => source.load(index, stop), { signal }) };
  } catch (reason) {
    source.dispose();
    throw reason;
  }
}
