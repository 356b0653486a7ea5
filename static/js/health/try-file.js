/** Tries one file in this browser, as the grid and the viewer would, and measures what comes. */

import { accessTo } from "../credentials/access.js";
import { explain } from "../elements/doctor.js";
import { HostDown, outages } from "../hosts/outages.js";
import { loadImage } from "../media/image-load.js";
import { withDeadline } from "../media/loading.js";
import { CannotShow } from "../viewer/frame-source.js";
import { VideoFailed } from "../viewer/sources/native-player.js";
import { openFile } from "../viewer/sources/mp4-file.js";
import { VideoTrack } from "../viewer/sources/mp4-track.js";

/** @typedef {import("./check-run.js").FileToCheck} FileToCheck */
/** @typedef {import("./check-run.js").Outcome} Outcome */

/**
 * Loads a file, and lets it go again.
 * @param {FileToCheck} file
 * @param {AbortSignal} signal
 * @returns {Promise<Outcome>} rejects with the signal's reason
 */
export async function tryFile(file, signal) {
  const medium = file.kind === "video" ? "video" : "image";
  const why = (/** @type {unknown} */ reason) => explain(file.url, medium, reason);
  const load = file.kind === "video" ? videoOf : imageOf;
  try {
    const found = await outages.load(file.url, (limit) => load(file, limit), { signal, why });
    return { state: "came", diagnosis: null, ...found };
  } catch (reason) {
    signal.throwIfAborted();
    if (reason instanceof HostDown) return { state: "down", diagnosis: outages.of(reason.origin)?.diagnosis ?? null, measured: {} };
    return { state: "failed", diagnosis: await why(reason), measured: {} };
  }
}

/**
 * @param {FileToCheck} file
 * @param {AbortSignal} signal
 * @returns {Promise<Pick<Outcome, "measured">>}
 */
async function imageOf({ url, reference_id: referenceId }, signal) {
  const access = await accessTo(url, { medium: "image", referenceId });
  if (access.element === null) return { measured: await sizeOfFetched(access, signal) };
  const image = new Image();
  image.crossOrigin = access.element.crossOrigin;
  await withDeadline((limit) => loadImage(image, access.href, limit), { signal });
  const measured = sized(image.naturalWidth, image.naturalHeight);
  image.removeAttribute("src");
  return { measured };
}

/**
 * The size of a picture that only a fetch can load.
 * @param {import("../credentials/access.js").Access} access
 * @param {AbortSignal} signal
 */
async function sizeOfFetched({ href, init }, signal) {
  return withDeadline(
    async (limit) => {
      const response = await fetch(href, { ...init, referrerPolicy: "no-referrer", signal: limit });
      if (!response.ok) throw new Error(`answered ${response.status}`);
      const bitmap = await createImageBitmap(await response.blob());
      const measured = sized(bitmap.width, bitmap.height);
      bitmap.close();
      return measured;
    },
    { signal },
  );
}

/**
 * A picture without a size of its own, such as a drawing that fits any, has none to write down.
 * @param {number} width
 * @param {number} height
 * @returns {Record<string, number>}
 */
function sized(width, height) {
  return width > 0 && height > 0 ? { width, height } : {};
}

/**
 * An mp4: its table of frames where the page may read it, else what the browser's own player says of it.
 * @param {FileToCheck} file
 * @param {AbortSignal} signal
 * @returns {Promise<Pick<Outcome, "measured" | "isUnread">>}
 */
async function videoOf(file, signal) {
  try {
    return { measured: await measuredByTable(file, signal) };
  } catch (reason) {
    signal.throwIfAborted();
    if (!(reason instanceof CannotShow)) throw reason;
    return { measured: await measuredByPlayer(file, signal), isUnread: true };
  }
}

/**
 * @param {FileToCheck} file
 * @param {AbortSignal} signal
 */
async function measuredByTable({ url, reference_id: referenceId }, signal) {
  const mediabunny = await import("../../vendor/mediabunny/mediabunny.min.mjs");
  mediabunny.Logging.level = mediabunny.LogLevel.Silent;
  const options = { signal, onProgress: () => {}, referenceId };
  const track = await VideoTrack.open(mediabunny, await openFile(mediabunny, url, options), options);
  const { timeline, count } = track.index;
  const { width, height } = track.shape;
  track.dispose();
  return measuredVideo(width, height, timeline.end_s - timeline.start_s(0), count);
}

/**
 * @param {FileToCheck} file
 * @param {AbortSignal} signal
 */
async function measuredByPlayer({ url, reference_id: referenceId }, signal) {
  const { href, element } = await accessTo(url, { medium: "video", referenceId });
  const video = document.createElement("video");
  video.preload = "metadata";
  video.muted = true;
  if (element) video.crossOrigin = element.crossOrigin;
  try {
    await withDeadline((limit) => metadataOf(video, href, limit), { signal });
    return measuredVideo(video.videoWidth, video.videoHeight, video.duration);
  } finally {
    video.removeAttribute("src");
    video.load();
  }
}

/**
 * @param {HTMLVideoElement} video
 * @param {string} href
 * @param {AbortSignal} signal
 * @returns {Promise<unknown>}
 */
function metadataOf(video, href, signal) {
  return new Promise((resolve, reject) => {
    video.addEventListener("loadedmetadata", resolve, { signal });
    video.addEventListener("error", () => reject(new VideoFailed()), { signal });
    signal.addEventListener("abort", () => reject(signal.reason));
    video.src = href;
  });
}

/**
 * @param {number} width
 * @param {number} height
 * @param {number} duration_s
 * @param {number} [count] of frames; left out where nobody counted
 * @returns {Record<string, number>}
 */
function measuredVideo(width, height, duration_s, count) {
  // What is streamed without an end has no length; sound alone has no size.
  if (!(width > 0) || !Number.isFinite(duration_s) || duration_s <= 0) throw new VideoFailed();
  const measured = { video_width: width, video_height: height, video_duration_s: Math.round(duration_s * 1000) / 1000 };
  return count === undefined ? measured : { ...measured, video_frame_count: count };
}
