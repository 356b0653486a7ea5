/** Sends JSON to this server, with the token that shows it came from one of its pages. */

export class PostRefused extends Error {
  /** @param {string} sentence fit to show */
  constructor(sentence) {
    super(sentence);
    this.sentence = sentence;
  }
}

/**
 * Posts a JSON body and reads the JSON answer.
 * @param {string} url an address of this server
 * @param {unknown} body
 * @param {AbortSignal} [signal]
 * @returns {Promise<unknown>} rejects with PostRefused, or with the signal's reason
 */
export async function postJson(url, body, signal) {
  /** @type {Response} */
  let response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() },
      body: JSON.stringify(body),
      // A redirect means the session ended: its page is no answer to this.
      redirect: "error",
      signal: signal ?? null,
    });
  } catch {
    signal?.throwIfAborted();
    throw new PostRefused("Transom's server did not answer. Check the connection; if you were signed out, reload the page.");
  }
  const answer = await readJson(response);
  if (!response.ok) throw new PostRefused(sentenceOf(answer) ?? `Transom's server refused (${response.status}).`);
  return answer;
}

function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";
}

/** @param {Response} response */
async function readJson(response) {
  try {
    return await response.json();
  } catch {
    return null;
  }
}

/** @param {unknown} answer */
function sentenceOf(answer) {
  const hasError = typeof answer === "object" && answer !== null && "error" in answer;
  return hasError && typeof answer.error === "string" ? answer.error : null;
}
