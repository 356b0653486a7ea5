/** Asks a host whether it answers at all, and reads nothing of the answer. Only of hosts that gave cause to ask. */

/** @typedef {typeof globalThis.fetch} Fetch */

/**
 * Whether an address is answered at all; any answer counts.
 * @param {string} url
 * @param {{signal: AbortSignal, credentials?: RequestCredentials, fetch?: Fetch}} how
 * @returns {Promise<boolean>} false also when the signal aborts
 */
export async function isAnswered(url, { signal, credentials = "omit", fetch = globalThis.fetch }) {
  try {
    await fetch(url, { method: "HEAD", mode: "no-cors", cache: "no-store", referrerPolicy: "no-referrer", credentials, signal });
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether a host answers while loads of this page wait for it. Browsers keep six connections to an HTTP/1 host, and others for
 * requests with cookies than for those without (Chromium 156): where the loads hold all of one kind, the other is free.
 * @param {string} origin
 * @param {AbortSignal} signal
 * @returns {Promise<boolean>}
 */
export async function isAnsweringBeside(origin, signal) {
  const asked = new AbortController();
  const either = AbortSignal.any([signal, asked.signal]);
  const sure = async (/** @type {RequestCredentials} */ credentials) => {
    if (!(await isAnswered(`${origin}/`, { signal: either, credentials }))) throw new Error("no answer");
  };
  try {
    await Promise.any([sure("omit"), sure("include")]);
    return true;
  } catch {
    return false;
  } finally {
    asked.abort();
  }
}

/**
 * Whether a host answers again. Its root may refuse pages what its files do not, so one of them is asked for too.
 * @param {string} origin
 * @param {string | null} address of a file that did not come
 * @param {AbortSignal} signal
 */
export async function isAnsweringAgain(origin, address, signal) {
  const root = `${origin}/`;
  if (await isAnswered(root, { signal })) return true;
  return address !== null && address !== root && !signal.aborted && isAnswered(address, { signal });
}
