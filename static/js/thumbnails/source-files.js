/** Files of hosts that let pages read them. Those who want the same file share one request, and find it again for a while. */

import { accessTo } from "../credentials/access.js";
import { ImageFailed } from "../media/image-load.js";
import { orAborted } from "../media/loading.js";

/** @typedef {{file: Blob, mark: string}} SourceFile */
/** @typedef {{users: number, abort: AbortController, file: Promise<SourceFile | null>}} Underway */

/** A screen of crops comes from few pictures. */
const KEPT_BYTES = 32 * 1024 * 1024;

export class SourceFiles {
  #hosts;
  /** @type {Map<string, Underway>} */
  #underway = new Map();
  /** Least recently used first. @type {Map<string, SourceFile>} */
  #kept = new Map();
  #kept_bytes = 0;

  /** @param {import("../viewer/sources/host-trial.js").HostTrial} hosts */
  constructor(hosts) {
    this.#hosts = hosts;
  }

  /**
   * The file of a location.
   * @param {string} href as it is stored
   * @param {AbortSignal} signal
   * @param {{isKept?: boolean, referenceId?: string | undefined}} [options] isKept: it will be wanted again soon
   * @returns {Promise<SourceFile | null>} null when the page may not read it, or only an image element can show it; rejects with
   *   ImageFailed for an answer that is no file, or with the signal's reason
   */
  async take(href, signal, { isKept = false, referenceId } = {}) {
    const kept = this.#kept.get(href);
    if (kept) return kept;
    const underway = this.#underway.get(href) ?? this.#begin(href, referenceId);
    underway.users += 1;
    try {
      const source = await orAborted(underway.file, signal);
      if (source && isKept) this.#keep(href, source);
      return source;
    } finally {
      underway.users -= 1;
      if (underway.users === 0) underway.abort.abort();
      if (this.#underway.get(href) === underway && underway.users === 0) this.#underway.delete(href);
    }
  }

  /**
   * Asks the host again, past what the browser holds of it.
   * @param {string} href
   * @param {string} mark of the state that is known
   * @param {AbortSignal} signal
   * @param {{referenceId?: string | undefined}} [about]
   * @returns {Promise<SourceFile | "same" | null>}
   */
  async again(href, mark, signal, { referenceId } = {}) {
    const response = await this.#hosts.ask(await accessTo(href, { referenceId }), signal, "no-cache");
    if (!response) return null;
    if (response.ok && mark !== "" && markOf(response) === mark) {
      void response.body?.cancel();
      return "same";
    }
    return fileOf(response);
  }

  /**
   * @param {string} href
   * @param {string | undefined} referenceId
   */
  #begin(href, referenceId) {
    const abort = new AbortController();
    const file = this.#load(href, referenceId, abort.signal);
    // Who asked may be gone before it fails.
    file.catch(() => {});
    const underway = { users: 0, abort, file };
    this.#underway.set(href, underway);
    return underway;
  }

  /**
   * @param {string} href
   * @param {string | undefined} referenceId
   * @param {AbortSignal} signal
   */
  async #load(href, referenceId, signal) {
    const response = await this.#hosts.ask(await accessTo(href, { referenceId }), signal);
    return response && fileOf(response);
  }

  /**
   * @param {string} href
   * @param {SourceFile} source
   */
  #keep(href, source) {
    if (!this.#kept.has(href)) this.#kept_bytes += source.file.size;
    this.#kept.set(href, source);
    for (const [oldest, { file }] of this.#kept) {
      if (this.#kept_bytes <= KEPT_BYTES) return;
      this.#kept.delete(oldest);
      this.#kept_bytes -= file.size;
    }
  }
}

/**
 * @param {Response} response
 * @returns {Promise<SourceFile | null>}
 */
async function fileOf(response) {
  const type = response.headers.get("content-type") ?? "";
  if (!response.ok || type.startsWith("image/svg")) {
    void response.body?.cancel();
    if (response.ok) return null;
    throw new ImageFailed();
  }
  try {
    return { file: await response.blob(), mark: markOf(response) };
  } catch (reason) {
    // The connection broke: an image element shows what there is.
    if (reason instanceof TypeError) return null;
    throw reason;
  }
}

/**
 * What a host calls the state of a file, as far as it lets pages see it.
 * @param {Response} response
 */
function markOf({ headers }) {
  return headers.get("etag") ?? headers.get("last-modified") ?? "";
}
