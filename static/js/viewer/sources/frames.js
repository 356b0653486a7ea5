/**
 * The frames of a scene, each from its own address, as the browser itself fetches it.
 * A host that lets pages read its files (CORS) is fetched from: the files are kept for coming back, and decoded beside
 * the page's thread. Any other host is asked by image elements, as any page may.
 */

import { accessTo } from "../../credentials/access.js";
import { loadPicture } from "../../credentials/load-picture.js";
import { outages } from "../../hosts/outages.js";
import { pictureSize } from "../../media/picture-size.js";
import { CannotShow, HostClosed } from "../frame-source.js";
import { Timeline } from "../timeline.js";
import { ByteRing } from "./byte-ring.js";
import { HostTrial } from "./host-trial.js";
import { PictureDecoder } from "./picture-decoder.js";
import { whyUndecodable } from "./undecodable.js";

/** @typedef {import("../frame-list.js").FrameList} FrameList */
/** @typedef {import("../frame-source.js").FrameSource} FrameSource */
/** @typedef {import("./host-trial.js").HostAbilities} HostAbilities */
/** @typedef {{file: Blob, size: number, picture: import("../../media/picture-size.js").PictureSize | null}} StoredFile */

/**
 * What the browser does for the frames.
 * @typedef {object} Browser
 * @property {typeof globalThis.fetch} fetch
 * @property {() => HTMLImageElement} makeImage
 * @property {import("./picture-decoder.js").CreateBitmap} createBitmap
 */

/** @typedef {(url: string, reason: unknown) => Promise<import("../../media/verdicts.js").Diagnosis>} Why */

/** More at once made a slow drag miss frames on two cores (30 of 30 a second with four, 28 to 29.6 with five; Chromium 156). */
const PARALLEL = 4;
const AHEAD = 24;
/** A thousand frames of 128 KiB. */
const RING_BYTES = 128 * 1024 * 1024;
/** Where a scene does not say how fast it is. */
const ASSUMED_RATE_HZ = 10;

/**
 * Opens the frames of a scene.
 * @param {FrameList} frames may still wait for the server's list
 * @param {object} options
 * @param {number | null} options.rate_hz frames a second; null where the scene does not say
 * @param {AbortSignal} options.signal
 * @param {HostAbilities} [options.abilities] what is known of hosts; by default nothing, and it is forgotten with the source
 * @param {number} [options.ring_bytes] how much of compressed files is kept
 * @param {Browser} [options.browser]
 * @param {Why} [options.why] explains a frame that did not come; by default nobody does
 * @returns {Promise<FrameSource>} rejects with CannotShow
 */
export async function openFrames(frames, { rate_hz, signal, ...options }) {
  signal.throwIfAborted();
  if (frames.count === 0) throw new CannotShow("This scene has no frames.");
  return new FramesSource(frames, rate_hz, options);
}

/** @implements {FrameSource} */
class FramesSource {
  kind = /** @type {const} */ ("frames");
  parallel = PARALLEL;
  ahead = AHEAD;
  /** Every frame is asked for by itself: none comes along. @type {FrameSource["onSpare"]} */
  onSpare = null;
  #frames;
  #browser;
  #abilities;
  #hosts;
  #decoder;
  /** @type {ByteRing<StoredFile>} */
  #files;
  #life = new AbortController();
  /** @type {Why | undefined} */
  #why;

  /**
   * @param {FrameList} frames
   * @param {number | null} rate_hz
   * @param {{abilities?: HostAbilities, ring_bytes?: number, browser?: Browser, why?: Why | undefined}} options
   */
  constructor(frames, rate_hz, { abilities = newAbilities(), ring_bytes = RING_BYTES, browser = thisBrowser(), why }) {
    this.timeline = Timeline.even(frames.count, rate_hz ?? ASSUMED_RATE_HZ);
    this.says = rate_hz ? "frames, exact" : `frames, exact; no rate given, played at ${ASSUMED_RATE_HZ} a second`;
    this.#frames = frames;
    this.#why = why;
    this.#browser = browser;
    this.#abilities = abilities;
    this.#hosts = new HostTrial(browser.fetch, abilities);
    this.#decoder = new PictureDecoder(browser.createBitmap);
    this.#files = new ByteRing(ring_bytes);
  }

  /**
   * @param {number} index
   * @param {AbortSignal} asked
   * @returns {Promise<ImageBitmap>}
   */
  async load(index, asked) {
    const signal = AbortSignal.any([asked, this.#life.signal]);
    const location = await this.#frames.ready(index, signal);
    const stored = this.#files.take(index);
    if (stored) return this.#decode(stored, signal);
    const why = (/** @type {unknown} */ reason) => (isHostsAnswer(reason) ? null : (this.#why?.(location, reason) ?? null));
    return outages.load(location, (end) => this.#loadFrom(index, location, end), { signal, why });
  }

  /**
   * @param {number} index
   * @param {string} location
   * @param {AbortSignal} signal
   */
  async #loadFrom(index, location, signal) {
    const referenceId = this.#frames.reference(index) ?? undefined;
    const access = await accessTo(location, { medium: "image", referenceId });
    const response = await this.#hosts.ask(access, signal);
    if (response && !isDrawing(response)) return this.#loadByFile(index, new URL(access.href).host, response, signal);
    void response?.body?.cancel();
    return this.#loadByImage(location, access, referenceId, signal);
  }

  dispose() {
    this.#life.abort();
    this.#decoder.dispose();
    this.#files.clear();
  }

  /**
   * @param {number} index
   * @param {string} host
   * @param {Response} response
   * @param {AbortSignal} signal
   */
  async #loadByFile(index, host, response, signal) {
    if (!response.ok) {
      // The body is of no use.
      void response.body?.cancel();
      throw new CannotShow(`${host} answered ${response.status} for this frame.`);
    }
    const bytes = new Uint8Array(await readAll(response, host, signal));
    const file = new Blob([bytes], { type: response.headers.get("content-type") ?? "" });
    const stored = { file, size: bytes.length, picture: pictureSize(bytes) };
    try {
      const bitmap = await this.#decode(stored, signal);
      this.#files.keep(index, stored);
      return bitmap;
    } catch (reason) {
      if (signal.aborted || reason instanceof CannotShow) throw reason;
      throw new CannotShow(whyUndecodable(bytes, host));
    }
  }

  /**
   * @param {StoredFile} stored
   * @param {AbortSignal} signal
   */
  #decode({ file, picture }, signal) {
    return this.#decoder.decode(file, picture, signal);
  }

  /**
   * The bitmap can be shown, though not read, where the host does not allow it.
   * @param {string} location
   * @param {import("../../credentials/access.js").Access} access
   * @param {string | undefined} referenceId
   * @param {AbortSignal} signal
   */
  async #loadByImage(location, { href, origin }, referenceId, signal) {
    const known = { isReadable: this.#abilities.readable(origin), referenceId };
    const image = await loadPicture(this.#browser.makeImage(), location, signal, known);
    this.#hosts.shown(origin);
    const size = { width: image.naturalWidth, height: image.naturalHeight };
    try {
      return await this.#decoder.decode(image, size, signal);
    } catch (reason) {
      if (signal.aborted || reason instanceof CannotShow) throw reason;
      throw new CannotShow(`The picture from ${new URL(href).host} is broken, or of a kind that this browser does not decode.`);
    } finally {
      // Without its source the element gives its own decoded copy back before it is collected.
      image.removeAttribute("src");
    }
  }
}

/**
 * Whether a file is a drawing, which only an image element turns into pixels.
 * @param {Response} response
 */
function isDrawing(response) {
  return response.ok && /^image\/svg/.test(response.headers.get("content-type") ?? "");
}

/**
 * @param {Response} response
 * @param {string} host
 * @param {AbortSignal} signal
 */
async function readAll(response, host, signal) {
  try {
    return await response.arrayBuffer();
  } catch {
    signal.throwIfAborted();
    throw new HostClosed(`${host} broke off in the middle of this frame.`);
  }
}

/**
 * Whether a frame failed of what its host said, so that the host is well.
 * @param {unknown} reason
 */
function isHostsAnswer(reason) {
  return reason instanceof CannotShow && !(reason instanceof HostClosed);
}

/** @returns {HostAbilities} */
function newAbilities() {
  /** @type {Map<string, boolean>} */
  const known = new Map();
  return {
    readable: (origin) => known.get(origin),
    learn: (origin, { readable }) => void known.set(origin, readable),
  };
}

/** @returns {Browser} */
function thisBrowser() {
  return {
    fetch: globalThis.fetch,
    makeImage: () => new Image(),
    createBitmap: (from, options) => createImageBitmap(from, options),
  };
}
