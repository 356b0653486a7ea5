/** The page's side of the worker that makes thumbnails: few files are decoded at once, the newest wish first. */

import { trustedScript } from "../lib/trusted-script.js";
import { LoadQueue } from "../media/loading.js";
import { pictureSize } from "../media/picture-size.js";

/** @typedef {import("./thumbnail-worker.js").Order} Order */
/** @typedef {import("./thumbnail-worker.js").Answer} Answer */

/** Two of 4K are 64 MiB decoded, and keep two cores busy. */
const PARALLEL = 2;
/** From here on one at a time: 64 MiB decoded. */
const LARGE_PIXELS = 16_000_000;
/** 256 MiB decoded. Beyond, the browser's own image elements do better: they decode a JPEG as small as it is shown. */
const MOST_PIXELS = 64_000_000;
/** A file that a broken worker never answers for is shown whole. */
const TIMEOUT_S = 15;
const HEADER_BYTES = 64 * 1024;

export class ThumbnailMaker {
  /** @type {Worker | null} */
  #worker = null;
  /** @type {Map<number, (answer: Answer["made"]) => void>} */
  #waiting = new Map();
  #next = 0;
  /** Whether the browser does not run the worker: then pictures are shown as they are. */
  #isBroken = false;
  /** @type {LoadQueue<Answer["made"]>} */
  #few = new LoadQueue({ parallel: PARALLEL, timeout_s: TIMEOUT_S });
  /** @type {LoadQueue<Answer["made"]>} */
  #oneAtATime = new LoadQueue({ parallel: 1, timeout_s: TIMEOUT_S });

  /**
   * Makes a thumbnail.
   * @param {Omit<Order, "id" | "stored">} order
   * @param {AbortSignal} signal
   * @returns {Promise<Answer["made"]>} null for what is too large, broken, or of a kind that only image elements show
   */
  async make(order, signal) {
    const stored = pictureSize(new Uint8Array(await order.file.slice(0, HEADER_BYTES).arrayBuffer()));
    const pixels = stored ? stored.width * stored.height : LARGE_PIXELS + 1;
    if (pixels > MOST_PIXELS || this.#isBroken) return null;
    const lane = pixels > LARGE_PIXELS ? this.#oneAtATime : this.#few;
    try {
      return await lane.request((stop) => this.#ask({ ...order, stored }, stop), signal);
    } catch {
      signal.throwIfAborted();
      return null;
    }
  }

  /**
   * @param {Omit<Order, "id">} order
   * @param {AbortSignal} signal
   * @returns {Promise<Answer["made"]>}
   */
  #ask(order, signal) {
    return new Promise((resolve) => {
      const id = (this.#next += 1);
      this.#waiting.set(id, resolve);
      // Whoever asked has gone: what comes is dropped.
      signal.addEventListener("abort", () => this.#waiting.delete(id), { once: true });
      this.#worker ??= this.#start();
      this.#worker.postMessage({ ...order, id });
    });
  }

  #start() {
    const script = trustedScript(new URL("./thumbnail-worker.js", import.meta.url));
    const worker = new Worker(/** @type {string} */ (script), { type: "module" });
    worker.addEventListener("message", (/** @type {MessageEvent<Answer>} */ { data }) => {
      this.#waiting.get(data.id)?.(data.made);
      this.#waiting.delete(data.id);
    });
    worker.addEventListener("error", () => {
      this.#isBroken = true;
      for (const resolve of this.#waiting.values()) resolve(null);
      this.#waiting.clear();
    });
    return worker;
  }
}
