/**
 * Tells the server the sizes that the browser found: the server never opens the pictures itself.
 */

import { debounce } from "./debounce.js";
import { postJson } from "./post.js";

/** Long enough for a page of pictures to arrive as one request. */
const QUIET_S = 1;
const BATCH = 500;

export class Measurements {
  #url;
  #signal;
  /** @type {Map<string, {id: string, width: number, height: number}>} */
  #waiting = new Map();
  #sendSoon;

  /**
   * @param {string} url
   * @param {AbortSignal} signal
   */
  constructor(url, signal) {
    this.#url = url;
    this.#signal = signal;
    this.#sendSoon = debounce(() => void this.#send(), QUIET_S, signal);
  }

  /**
   * Reports one size, in pixels, with the next batch.
   * @param {{id: string, width: number, height: number}} size
   */
  add(size) {
    // A vector image without a size of its own has none to report.
    if (size.width < 1 || size.height < 1) return;
    this.#waiting.set(size.id, size);
    this.#sendSoon();
  }

  async #send() {
    const items = [...this.#waiting.values()].slice(0, BATCH);
    for (const { id } of items) this.#waiting.delete(id);
    try {
      await postJson(this.#url, { items }, this.#signal);
      if (this.#waiting.size > 0) this.#sendSoon();
    } catch {
      // A size that is not recorded now is measured again the next time the picture is shown.
      this.#waiting.clear();
    }
  }
}
