/**
 * Fills an image element from a stored location. What the person typed for the host, and what was signed with it, stays
 * out of the page: such a picture is fetched and shown from memory, where its host lets pages read its files.
 */

import { ImageFailed, loadImage } from "../media/image-load.js";
import { accessTo, noteAnswer } from "./access.js";

/**
 * @param {HTMLImageElement} image
 * @param {string} location as of accessTo
 * @param {AbortSignal} signal stops the download
 * @param {{isReadable?: boolean | undefined, referenceId?: string | undefined}} [known] whether pages may read the host's files, and whose
 *   picture it is; undefined while unknown
 * @returns {Promise<HTMLImageElement>} rejects as accessTo does, with ImageFailed or with the signal's reason
 */
export async function loadPicture(image, location, signal, { isReadable, referenceId } = {}) {
  const access = await accessTo(location, { medium: "image", referenceId });
  signal.throwIfAborted();
  if (!access.isSecret) return loadImage(image, access.href, signal);
  const file = isReadable === false && access.element ? null : await fileOf(access, signal);
  if (file) return loadFile(image, file, signal);
  if (!access.element) throw new ImageFailed();
  return loadImage(image, access.href, signal);
}

/**
 * @param {HTMLImageElement} image
 * @param {Blob} file
 * @param {AbortSignal} signal
 */
async function loadFile(image, file, signal) {
  const url = URL.createObjectURL(file);
  try {
    return await loadImage(image, url, signal);
  } finally {
    // The element holds what it loaded.
    URL.revokeObjectURL(url);
  }
}

/**
 * @param {import("./access.js").Access} access
 * @param {AbortSignal} signal
 * @returns {Promise<Blob | null>} null where the page may not read it, or the host is not there
 */
async function fileOf(access, signal) {
  try {
    const response = await fetch(access.href, { mode: "cors", ...access.init, referrerPolicy: "no-referrer", signal });
    noteAnswer(access, response.status);
    if (response.ok) return await response.blob();
    void response.body?.cancel();
  } catch (reason) {
    signal.throwIfAborted();
    if (reason instanceof TypeError) return null;
    throw reason;
  }
  throw new ImageFailed();
}
