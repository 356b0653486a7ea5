/**
 * Segmentation masks over a picture. A mask is a file of numbers, one for each pixel; to color it the page must read
 * it, which its host must allow (CORS). Where it does not, the reason is said instead.
 */

import { strokeOfName } from "../labels/label-colors.js";
import { CredentialsMissing, StorageUnresolved, accessTo, noteAnswer, originOf } from "../credentials/access.js";
import { withDeadline } from "../media/loading.js";
import { labelPalette } from "./label-palette.js";

/** @typedef {import("./label-desk.js").LabelSet} LabelSet */
/** @typedef {{label: string, index: number | string | null}} MaskPart the SDK writes its numbers as text too */
/** @typedef {{state: "loading" | "ready" | "failed", picture: OffscreenCanvas | null, says: string}} Mask */

/** Decoded masks that are held; one of 2 megapixels takes 8 MiB. */
const MOST_HELD = 12;
/** A mask of more pixels than this would stop the page while it is colored. */
const MOST_PIXELS = 40_000_000;

export class MaskLayer {
  /** By address. @type {Map<string, Mask>} */
  #masks = new Map();
  /** @type {Set<() => void>} */
  #watchers = new Set();
  #signal;

  /** @param {AbortSignal} signal */
  constructor(signal) {
    this.#signal = signal;
  }

  /**
   * @param {() => void} changed
   * @param {AbortSignal} signal
   */
  watch(changed, signal) {
    this.#watchers.add(changed);
    signal.addEventListener("abort", () => this.#watchers.delete(changed));
  }

  /**
   * Draws the masks among the shapes shown that are here behind what is on the canvas, and asks for the others.
   * @param {CanvasRenderingContext2D} context
   * @param {LabelSet} set
   * @param {{shown: Int32Array, view: {x: number, y: number, scale: number, density: number}, size: {width: number, height: number}, opacity: number}} how
   */
  draw(context, set, { shown, view, size, opacity }) {
    for (const index of shown) {
      if (set.kind(index) !== "mask") continue;
      const { picture } = this.#get(set, index);
      if (!picture) continue;
      context.save();
      context.globalCompositeOperation = "destination-over";
      context.setTransform(view.density * view.scale, 0, 0, view.density * view.scale, view.density * view.x, view.density * view.y);
      context.globalAlpha = opacity;
      context.imageSmoothingEnabled = false;
      context.drawImage(picture, 0, 0, size.width, size.height);
      context.restore();
    }
  }

  /**
   * What there is to say of a mask: "" for one that is drawn.
   * @param {LabelSet} set
   * @param {number} index
   */
  wordOf(set, index) {
    return this.#get(set, index).says;
  }

  /**
   * @param {LabelSet} set
   * @param {number} index
   * @returns {Mask}
   */
  #get(set, index) {
    const { url, annotations = [] } = set.geometry(index);
    const held = this.#masks.get(url);
    if (held) return held;
    /** @type {Mask} */
    const mask = { state: "loading", picture: null, says: "The mask is on its way." };
    this.#masks.set(url, mask);
    for (const old of this.#masks.keys()) if (this.#masks.size > MOST_HELD) this.#masks.delete(old);
    void this.#load(mask, url, annotations);
    return mask;
  }

  /**
   * @param {Mask} mask
   * @param {string} url
   * @param {MaskPart[]} parts
   */
  async #load(mask, url, parts) {
    try {
      const file = await withDeadline((signal) => fetchMask(url, signal), { signal: this.#signal });
      mask.picture = colored(await createImageBitmap(file, { colorSpaceConversion: "none" }), parts);
      Object.assign(mask, { state: "ready", says: "" });
    } catch (reason) {
      if (this.#signal.aborted) return;
      Object.assign(mask, { state: "failed", says: sentenceOf(reason, url) });
    }
    for (const hear of this.#watchers) hear();
  }
}

/** A mask whose reason is a sentence already. */
class Unreadable extends Error {}

/**
 * @param {string} url
 * @param {AbortSignal} signal
 */
async function fetchMask(url, signal) {
  const access = await accessTo(url);
  const { href, init, origin } = access;
  const ours = origin === location.origin ? { credentials: /** @type {const} */ ("same-origin") } : {};
  const response = await fetch(href, { mode: "cors", ...init, ...ours, referrerPolicy: "no-referrer", signal });
  noteAnswer(access, response.status);
  if (!response.ok) throw new Unreadable(`${new URL(href).host} answered ${response.status} for this mask.`);
  return response.blob();
}

/**
 * @param {unknown} reason
 * @param {string} url
 */
function sentenceOf(reason, url) {
  if (reason instanceof Unreadable) return reason.message;
  if (reason instanceof CredentialsMissing) return `The mask is not drawn: ${reason.origin} wants a key, and this browser has none for it.`;
  if (reason instanceof StorageUnresolved) return `The mask is not drawn: nothing says where ${reason.origin} is.`;
  const { host } = new URL(originOf(url));
  return `The mask is not drawn: ${host} does not let this page read it. A mask is colored from its numbers, so its host must send Access-Control-Allow-Origin: ${location.origin}.`;
}

/**
 * The mask with each part in its class's color, clear elsewhere.
 * @param {ImageBitmap} bitmap
 * @param {MaskPart[]} parts
 */
function colored(bitmap, parts) {
  const { width, height } = bitmap;
  if (width * height > MOST_PIXELS) throw new Unreadable(`The mask is not drawn: it has ${width} × ${height} pixels.`);
  const picture = new OffscreenCanvas(width, height);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (picture.getContext("2d", { willReadFrequently: true }));
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const pixels = context.getImageData(0, 0, width, height);
  const inks = inksOf(parts);
  const words = new Uint32Array(pixels.data.buffer);
  // The number is in the first channel, as in a gray picture; little-endian words have it in the lowest byte.
  for (let at = 0; at < words.length; at += 1) words[at] = inks[(words[at] ?? 0) & 0xff] ?? 0;
  context.putImageData(pixels, 0, 0);
  return picture;
}

/** By number: the color as a word of the canvas, 0 for clear. @param {MaskPart[]} parts */
function inksOf(parts) {
  const inks = new Uint32Array(256);
  const swatch = /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true }));
  for (const { label, index } of parts) {
    const number = Number(index ?? NaN);
    // A canvas has eight bits for a number; what has more, or none, has no color rather than another's.
    if (!(number <= 255)) continue;
    swatch.fillStyle = labelPalette().inks[strokeOfName(label).color] ?? "";
    swatch.fillRect(0, 0, 1, 1);
    inks[number] = new Uint32Array(swatch.getImageData(0, 0, 1, 1).data.buffer)[0] ?? 0;
  }
  return inks;
}
