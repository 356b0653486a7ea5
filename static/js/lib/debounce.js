/** Runs something once things have been quiet for a while. */

/**
 * Makes a function that runs `act` after calls have stopped for a time.
 * @param {() => void} act
 * @param {number} quiet_s
 * @param {AbortSignal} signal cancels a run that is due
 * @returns {() => void}
 */
export function debounce(act, quiet_s, signal) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  signal.addEventListener("abort", () => clearTimeout(timer));
  return () => {
    clearTimeout(timer);
    if (!signal.aborted) timer = setTimeout(act, quiet_s * 1000);
  };
}
