/**
 * Loads one address into one image element, as the browser itself would: no Referer, and never the
 * `crossorigin` attribute, which makes every image of a host without CORS headers fail.
 */

export class ImageFailed extends Error {}

/**
 * Fills an image element.
 * @param {HTMLImageElement} image
 * @param {string} url
 * @param {AbortSignal} signal stops the download
 * @returns {Promise<HTMLImageElement>} rejects with ImageFailed or the signal's reason
 */
export function loadImage(image, url, signal) {
  return new Promise((resolve, reject) => {
    const settled = new AbortController();
    /** @param {() => void} settle */
    const finish = (settle) => {
      settled.abort();
      settle();
    };
    const once = { signal: settled.signal };
    image.addEventListener("load", () => finish(() => resolve(image)), once);
    image.addEventListener("error", () => finish(() => reject(new ImageFailed())), once);
    signal.addEventListener(
      "abort",
      () => {
        finish(() => reject(signal.reason));
        image.removeAttribute("src");
      },
      once,
    );
    image.referrerPolicy = "no-referrer";
    image.decoding = "async";
    image.src = url;
  });
}
