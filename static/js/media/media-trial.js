/** Loads media once more, the way pages show them, to see whether they do now. */

import { loadImage } from "./image-load.js";
import { LoadTimedOut, withDeadline } from "./loading.js";
import { PROBE_TIMEOUT_S } from "./probe.js";

/** @typedef {import("./diagnosis.js").Load} Load */

const LIMIT = { timeout_s: PROBE_TIMEOUT_S };

/**
 * Loads a picture or a video as pages show it, and lets go of it.
 * @param {import("../credentials/access.js").Access} access
 * @param {"image" | "video"} medium
 * @returns {Promise<Load>} untried for a video that only a script may ask for
 */
export async function tryMedia(access, medium) {
  if (access.element === null && medium === "image") return tryReading(access);
  const begun_ms = performance.now();
  /** @type {Load["saw"]} */
  let saw = "untried";
  /** @type {boolean | undefined} */
  let canSeek;
  try {
    if (medium === "image") await withDeadline((signal) => tryImage(access, signal), LIMIT);
    else if (access.element !== null) canSeek = await withDeadline((signal) => tryVideo(access, signal), LIMIT);
    if (access.element !== null || medium === "image") saw = "shown";
  } catch (reason) {
    saw = reason instanceof LoadTimedOut ? "silent" : "failed";
  }
  return { saw, took_ms: Math.round(performance.now() - begun_ms), ...(canSeek === undefined ? {} : { canSeek }) };
}

/**
 * Reads a whole file, and makes a picture of it.
 * @param {import("../credentials/access.js").Access} access
 * @returns {Promise<Load>}
 */
export async function tryReading(access) {
  const begun_ms = performance.now();
  /** @type {(saw: Load["saw"]) => Load} */
  const load = (saw) => ({ saw, took_ms: Math.round(performance.now() - begun_ms) });
  try {
    await withDeadline((signal) => decode(access, signal), LIMIT);
    return load("shown");
  } catch (reason) {
    return load(reason instanceof LoadTimedOut ? "silent" : "failed");
  }
}

/**
 * @param {import("../credentials/access.js").Access} access
 * @param {AbortSignal} signal
 */
async function tryImage({ href, element }, signal) {
  const image = new Image();
  image.crossOrigin = element?.crossOrigin ?? null;
  await loadImage(image, href, signal);
  image.removeAttribute("src");
}

/**
 * @param {import("../credentials/access.js").Access} access
 * @param {AbortSignal} signal
 */
async function decode({ href, init }, signal) {
  const response = await fetch(href, { ...init, cache: "no-store", referrerPolicy: "no-referrer", signal });
  // What the host calls it does not matter here.
  const bitmap = await createImageBitmap((await response.blob()).slice());
  bitmap.close();
}

/**
 * @param {import("../credentials/access.js").Access} access
 * @param {AbortSignal} signal
 * @returns {Promise<boolean>} whether it may be jumped about in
 */
async function tryVideo({ href, element }, signal) {
  const video = document.createElement("video");
  video.crossOrigin = element?.crossOrigin ?? null;
  video.muted = true;
  video.preload = "auto";
  try {
    await new Promise((resolve, reject) => {
      video.addEventListener("loadeddata", resolve, { signal });
      video.addEventListener("error", reject, { signal });
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      video.src = href;
    });
    return canSeek(video);
  } finally {
    // An element without an address lets go of what it loaded.
    video.removeAttribute("src");
    video.load();
  }
}

/** @param {HTMLVideoElement} video */
function canSeek({ seekable }) {
  return seekable.length > 0 && seekable.end(seekable.length - 1) > 0;
}
