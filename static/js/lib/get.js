/** Asks this server for JSON, and says in a sentence why it did not come. */

import { parseExactly } from "./island.js";

export class GetRefused extends Error {
  /**
   * @param {string} sentence fit to show
   * @param {number} status of the answer; 0 where none came
   */
  constructor(sentence, status) {
    super(sentence);
    this.sentence = sentence;
    this.status = status;
  }
}

/**
 * Reads a feed.
 * @param {string} url an address of this server
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>} rejects with GetRefused, or with the signal's reason
 */
export async function getJson(url, signal) {
  /** @type {Response} */
  let response;
  let text = "";
  try {
    response = await fetch(url, { headers: { Accept: "application/json" }, redirect: "error", signal: signal ?? null });
    text = await response.text();
  } catch {
    signal?.throwIfAborted();
    throw new GetRefused("Transom's server did not answer. Check the connection.", 0);
  }
  const answer = parsed(text);
  if (response.ok && answer !== null) return answer;
  const sentence = typeof answer?.error === "string" ? answer.error : `Transom's server could not answer (${response.status}).`;
  throw new GetRefused(sentence, response.status);
}

/** @param {string} text */
function parsed(text) {
  try {
    return parseExactly(text);
  } catch {
    return null;
  }
}
