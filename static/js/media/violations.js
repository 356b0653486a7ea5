/**
 * Remembers the policy violations of this page for a moment, so that a failed picture can find its own.
 */

/** More than a grid can cause before its cells are diagnosed. */
const REMEMBERED = 200;

/** What pictures and videos are held by, as elements and as files that a page reads. */
const DIRECTIVES = ["img-src", "media-src", "connect-src"];

/** @typedef {{blocked: string, policy: string, directive: string}} Violation */

export class ViolationLog {
  /** @type {Violation[]} */
  #seen = [];

  /**
   * @param {EventTarget} source where `securitypolicyviolation` events arrive: the document
   * @param {AbortSignal} signal stops the listening
   */
  constructor(source, signal) {
    source.addEventListener(
      "securitypolicyviolation",
      (event) => this.#remember(/** @type {SecurityPolicyViolationEvent} */ (event)),
      { signal },
    );
  }

  /**
   * Takes out the violation that a media address caused, or null. One violation explains one failure.
   * @param {string} url
   * @returns {Violation | null}
   */
  take(url) {
    const { origin, pathname } = new URL(url);
    /** @type {((blocked: string) => boolean)[]} */
    const ways = [
      (blocked) => blocked === url,
      // What is signed in the browser is signed anew each time.
      (blocked) => blocked.split("?")[0] === origin + pathname,
      // After a redirect some browsers report the origin alone.
      (blocked) => blocked.replace(/\/$/, "") === origin,
    ];
    for (const isIt of ways) {
      const index = this.#seen.findIndex(({ blocked }) => isIt(blocked));
      if (index >= 0) return this.#seen.splice(index, 1)[0] ?? null;
    }
    return null;
  }

  /** @param {SecurityPolicyViolationEvent} event */
  #remember({ blockedURI, originalPolicy, effectiveDirective }) {
    if (!DIRECTIVES.includes(effectiveDirective)) return;
    this.#seen.push({ blocked: blockedURI, policy: originalPolicy, directive: effectiveDirective });
    if (this.#seen.length > REMEMBERED) this.#seen.shift();
  }
}
