/** Paints frames: loads a picture without asking the host for CORS, decodes it, and puts it on one canvas. */

import { make } from "../lib/markup.js";
import { loadImage } from "../media/image-load.js";

/**
 * Loads and decodes one frame. The bitmap of a host without CORS can be shown, though not read.
 * @param {string} url
 * @param {AbortSignal} signal
 * @returns {Promise<ImageBitmap>} closed by whoever takes it
 */
export async function loadFrame(url, signal) {
  const image = await loadImage(make("img"), url, signal);
  const bitmap = await createImageBitmap(image);
  // Without its source the element gives its own decoded copy back before it is collected.
  image.removeAttribute("src");
  if (signal.aborted) bitmap.close();
  signal.throwIfAborted();
  return bitmap;
}

/**
 * Puts a picture on a canvas, which takes the picture's own size.
 * @param {HTMLCanvasElement} canvas
 * @param {ImageBitmap} picture
 */
export function paint(canvas, picture) {
  const { width, height } = picture;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.clearRect(0, 0, width, height);
  context.drawImage(picture, 0, 0);
}
