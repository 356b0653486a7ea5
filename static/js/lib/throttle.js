/** Runs an action at most once in a time, and always once more after the last call. */

/**
 * Makes the throttled action. The first call runs after `pause_s` too, together with what follows it.
 * @param {() => void} act
 * @param {number} pause_s
 * @param {AbortSignal} signal cancels a run that is due
 * @returns {() => void}
 */
export function throttle(act, pause_s, signal) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const run = () => {
    timer = undefined;
    act();
  };
  signal.addEventListener("abort", () => clearTimeout(timer));
  return () => {
    if (!signal.aborted) timer ??= setTimeout(run, pause_s * 1000);
  };
}
