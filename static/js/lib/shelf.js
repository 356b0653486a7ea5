/** What this browser keeps for the site, where it may. */

/** @returns {Storage | null} null where the browser forbids it */
export function shelf() {
  try {
    return localStorage;
  } catch {
    return null;
  }
}
