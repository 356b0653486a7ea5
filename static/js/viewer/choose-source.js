/** Which source a scene is shown from: the order in which they are tried, and the first that can. */

import { TabMemory } from "../lib/tab-memory.js";

/** @typedef {import("./frame-source.js").FrameSource} FrameSource */
/** @typedef {import("./frame-source.js").SourceKind} SourceKind */

/** The quickest to step through first, the browser's own player last. */
/** @type {SourceKind[]} */
const USUAL = ["frames", "mp4", "video"];
/** Frames that may not be read decode on the page itself: an mp4 that this browser decodes aside is smoother. */
/** @type {SourceKind[]} */
const WHEN_FRAMES_ARE_CLOSED = ["mp4", "frames", "video"];

/**
 * The order in which the sources of a scene are tried.
 * @param {object} scene
 * @param {readonly SourceKind[]} scene.kinds the sources that the scene has addresses for
 * @param {SourceKind | null} scene.prefer the person's choice, tried first
 * @param {boolean} [scene.canDecode] whether this browser decodes video for scripts: in a secure context only
 * @param {boolean | undefined} [scene.framesReadable] whether the host of the frames lets pages read them; undefined while unknown
 * @param {boolean | undefined} [scene.videoReadable] the same of the host of the mp4
 * @returns {SourceKind[]}
 */
export function sourcePlan({ kinds, prefer, canDecode = "VideoDecoder" in globalThis, framesReadable, videoReadable }) {
  const mayDecode = canDecode && videoReadable !== false;
  const order = framesReadable === false && mayDecode ? WHEN_FRAMES_ARE_CLOSED : USUAL;
  const rest = order.filter((kind) => kind !== prefer);
  return [...(prefer ? [prefer] : []), ...rest].filter((kind) => kinds.includes(kind));
}

/**
 * Opens the sources one after another until one can show the scene.
 * @param {readonly SourceKind[]} plan
 * @param {Record<SourceKind, () => Promise<FrameSource>>} openers
 * @param {{signal: AbortSignal, onHandOver: (kind: SourceKind, reason: unknown) => void}} boundaries hears of each that could not
 * @returns {Promise<FrameSource>} rejects as the last one did, when none can, or with the signal's reason
 */
export async function openFirst(plan, openers, { signal, onHandOver }) {
  /** @type {unknown} */
  let refusal = new RangeError("a scene without media has no source");
  for (const kind of plan) {
    signal.throwIfAborted();
    try {
      const source = await openers[kind]();
      if (!signal.aborted) return source;
      source.dispose();
    } catch (reason) {
      signal.throwIfAborted();
      onHandOver(kind, reason);
      refusal = reason;
    }
  }
  signal.throwIfAborted();
  throw refusal;
}

/** Which source a person chose for the media of a host, for as long as the tab is open. */
export class ChosenSources {
  #memory;

  constructor(memory = new TabMemory("source")) {
    this.#memory = memory;
  }

  /**
   * @param {string} origin
   * @returns {SourceKind | null}
   */
  of(origin) {
    const kind = this.#memory.read(origin);
    return USUAL.find((one) => one === kind) ?? null;
  }

  /**
   * @param {string} origin
   * @param {SourceKind | null} kind null leaves the choice to the plan again
   */
  choose(origin, kind) {
    this.#memory.write(origin, kind ?? undefined);
  }
}
