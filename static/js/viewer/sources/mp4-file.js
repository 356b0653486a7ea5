/**
 * The bytes of a video on the customer's host: asked for by this page, in ranges, without a referrer and with nothing of
 * the person's but what they have for that host, and never for ever. What goes wrong becomes a sentence that names the host and no address.
 */

import { CredentialsMissing, StorageUnresolved, accessTo, noteAnswer, originOf } from "../../credentials/access.js";
import { HostDown, outages } from "../../hosts/outages.js";
import { LoadTimedOut, withDeadline } from "../../media/loading.js";
import { MEDIA_TIMEOUT_S } from "../../media/verdicts.js";
import { CannotShow, HostClosed } from "../frame-source.js";

/** @typedef {typeof import("../../../vendor/mediabunny/mediabunny.min.mjs")} Mediabunny */

/** @typedef {(reason: unknown) => Promise<import("../../media/verdicts.js").Diagnosis>} Why */

/** Where a video is, as it is stored, and what its scene is called where that is known. @typedef {{url: string, referenceId: string | undefined}} Stored */

/** A range in this form needs no preflight. 64 KiB hold the index of a short video. */
const PROBE = "bytes=0-65535";
/** A host without ranges sends the whole file or nothing; more than this is too much to wait for and to hold. */
const WHOLE_FILE_LIMIT_BYTES = 128 * 2 ** 20;
/** Encoded bytes held for going back and forth. */
const HELD_BYTES = 64 * 2 ** 20;
/** Failures in a row after which a read gives up. */
const ATTEMPTS = 3;
const RETRY_S = 0.3;

/**
 * Asks the host for the beginning of the file, and settles how the rest is read.
 * @param {Mediabunny} mediabunny
 * @param {string} url as it is stored
 * @param {{signal: AbortSignal, onProgress: (fraction: number) => void, onRanges?: ((is: boolean) => void) | undefined, why?: Why | undefined, referenceId?: string | undefined}} options
 *   `onRanges` hears whether the host sends parts, `referenceId` is what the scene is called
 * @returns {Promise<import("../../../vendor/mediabunny/mediabunny.min.mjs").Source>} rejects with CannotShow, HostDown, or with the signal's reason
 */
export async function openFile(mediabunny, url, { signal, onProgress, onRanges, why, referenceId }) {
  const origin = originOf(url);
  const response = await probe({ url, referenceId }, origin, signal);
  if (response.ok) onRanges?.(response.status === 206);
  if (response.status === 206) {
    void response.body?.cancel().catch(() => {});
    return rangedSource(mediabunny, { url, referenceId }, why);
  }
  if (response.status === 416) throw new CannotShow("The video file is empty.");
  if (!response.ok) {
    void response.body?.cancel().catch(() => {});
    throw new CannotShow(`${origin} answered ${response.status} instead of the video.`);
  }
  const file = await readWhole(response, origin, signal, onProgress);
  if (file.size === 0) throw new CannotShow("The video file is empty.");
  return new mediabunny.BlobSource(file);
}

/**
 * @param {Stored} video
 * @param {string} origin
 * @param {AbortSignal} signal
 */
async function probe(video, origin, signal) {
  try {
    const ask = (/** @type {AbortSignal} */ limit) => request(video, { headers: { Range: PROBE }, signal: limit });
    // That it fails may only mean that pages may not read the host's files: the next source tells.
    return await withDeadline((limit) => outages.load(video.url, ask, { signal: limit }), { signal });
  } catch (reason) {
    signal.throwIfAborted();
    if (reason instanceof HostDown || reason instanceof CredentialsMissing || reason instanceof StorageUnresolved) throw reason;
    throw new HostClosed(
      reason instanceof LoadTimedOut
        ? `${origin} did not answer within ${MEDIA_TIMEOUT_S} seconds.`
        : `${origin} could not be reached, or does not let other sites read its files (CORS), which decoding here needs.`,
    );
  }
}

/**
 * Asks for a part of the file, each time by an address that is good now.
 * @param {Stored} video
 * @param {RequestInit} init
 */
async function request({ url, referenceId }, init) {
  const access = await accessTo(url, { medium: "video", referenceId });
  const headers = new Headers(init.headers);
  for (const [name, value] of Object.entries(access.init.headers ?? {})) headers.set(name, value);
  const response = await fetch(access.href, { ...init, ...access.init, headers, referrerPolicy: "no-referrer" });
  noteAnswer(access, response.status);
  return response;
}

/**
 * A file read in pieces, as they are needed.
 * @param {Mediabunny} mediabunny
 * @param {Stored} video
 * @param {Why | undefined} why
 */
function rangedSource(mediabunny, video, why) {
  const { url } = video;
  let failures = 0;
  // Opening has shown that pages may read this host's files: a request that fails now has another cause.
  const explained = { why: (/** @type {unknown} */ reason) => (reason instanceof TypeError ? (why?.(reason) ?? null) : null) };
  /** @type {typeof fetch} */
  const fetchPatiently = async (_, init) => {
    const outer = init?.signal ? [init.signal] : [];
    // The reader's own signal outlives the deadline: it ends the body, which would keep one of the host's few connections.
    const ask = (/** @type {AbortSignal} */ limit) => request(video, { ...init, signal: AbortSignal.any([limit, ...outer]) });
    const response = await withDeadline((limit) => outages.load(url, ask, { signal: limit, ...explained }));
    if (!response.body) return response;
    const arrived = () => (failures = 0);
    return new Response(unstalled(response.body, arrived, (read) => outages.load(url, read, explained)), { status: response.status, headers: response.headers });
  };
  // The address it is given here is asked by nobody: `request` finds the one that is good now.
  return new mediabunny.UrlSource(`${originOf(url)}/`, {
    fetchFn: fetchPatiently,
    maxCacheSize: HELD_BYTES,
    getRetryDelay: (_, reason) => (isFinal(reason) || ++failures >= ATTEMPTS ? null : failures * RETRY_S),
    // A read ahead that failed is no failure yet: who needs those bytes asks again, and is told.
    handleUnhandledError: () => {},
  });
}

/**
 * Whether asking again at once would be of no use.
 * @param {unknown} reason
 */
function isFinal(reason) {
  return reason instanceof LoadTimedOut || reason instanceof HostDown;
}

/**
 * The same bytes; an error instead of a silence that does not end.
 * @param {ReadableStream<Uint8Array>} body
 * @param {() => void} arrived called for each piece
 * @param {(read: () => Promise<ReadableStreamReadResult<Uint8Array>>) => Promise<ReadableStreamReadResult<Uint8Array>>} watched
 * @returns {ReadableStream<Uint8Array>}
 */
function unstalled(body, arrived, watched) {
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await withDeadline(() => watched(() => reader.read()));
        arrived();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (reason) {
        void reader.cancel(reason).catch(() => {});
        controller.error(reason);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/**
 * @param {Response} response
 * @param {string} origin
 * @param {AbortSignal} signal
 * @param {(fraction: number) => void} onProgress
 */
async function readWhole(response, origin, signal, onProgress) {
  const promised_bytes = Number(response.headers.get("Content-Length") ?? NaN);
  const tooLarge = `${origin} does not send parts of files (Range), and this one is too large to load whole.`;
  const reader = /** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */ (response.body).getReader();
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const pieces = [];
  let held_bytes = 0;
  try {
    for (;;) {
      if (Math.max(held_bytes, promised_bytes || 0) > WHOLE_FILE_LIMIT_BYTES) throw new CannotShow(tooLarge);
      const { done, value } = await withDeadline(() => reader.read(), { signal });
      if (done) return new Blob(pieces);
      pieces.push(value);
      held_bytes += value.byteLength;
      if (promised_bytes) onProgress(Math.min(1, held_bytes / promised_bytes));
    }
  } catch (reason) {
    void reader.cancel().catch(() => {});
    signal.throwIfAborted();
    if (reason instanceof CannotShow) throw reason;
    throw new CannotShow(`${origin} began to send the video and stopped.`);
  }
}
