/**
 * Remembers the policy violations of this page for a moment, so that a failed picture can find its own.
 */

/** More than a grid can cause before its cells are diagnosed. */
const REMEMBERED = 200;

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
    const origin = new URL(url).origin;
    let index = this.#seen.findIndex(({ blocked }) => blocked === url);
    // After a redirect some browsers report the origin alone.
    if (index < 0) index = this.#seen.findIndex(({ blocked }) => blocked.replace(/\/$/, "") === origin);
    return index < 0 ? null : (this.#seen.splice(index, 1)[0] ?? null);
  }

  /** @param {SecurityPolicyViolationEvent} event */
  #remember({ blockedURI, originalPolicy, effectiveDirective }) {
    // The doctor's own probes are held by connect-src: they explain nothing.
    if (effectiveDirective !== "img-src" && effectiveDirective !== "media-src") return;
    this.#seen.push({ blocked: blockedURI, policy: originalPolicy, directive: effectiveDirective });
    if (this.#seen.length > REMEMBERED) this.#seen.shift();
  }
}
