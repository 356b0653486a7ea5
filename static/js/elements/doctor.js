/**
 * The page's one doctor: gives the diagnosis its eyes in this browser.
 */

import { diagnose } from "../media/diagnosis.js";
import { LoadTimedOut } from "../media/loading.js";
import { Probe } from "../media/probe.js";
import { ViolationLog } from "../media/violations.js";

/** The violation event may come just after the image's error event. */
const VIOLATION_DELAY_MS = 30;

// Both live as long as the page: a violation that nobody heard cannot be asked for later.
const violations = new ViolationLog(document, new AbortController().signal);
const probe = new Probe({ fetch });

/**
 * Says why an address did not load.
 * @param {string} url
 * @param {"image" | "video"} medium
 * @param {unknown} reason what its load was rejected with
 * @returns {Promise<import("../media/diagnosis.js").Diagnosis>}
 */
export async function explain(url, medium, reason) {
  return diagnosisOf(url, medium, reason, (address) => probe.ask(address));
}

/**
 * Says why an image did not load, on a page whose policy allows its host images and no request to look further.
 * @param {string} url
 * @param {unknown} reason what its load was rejected with
 * @returns {Promise<import("../media/diagnosis.js").Diagnosis>}
 */
export async function explainUnasked(url, reason) {
  return diagnosisOf(url, "image", reason, async () => "unasked");
}

/**
 * @param {string} url
 * @param {"image" | "video"} medium
 * @param {unknown} reason
 * @param {import("../media/diagnosis.js").Witnesses["probe"]} ask
 */
async function diagnosisOf(url, medium, reason, ask) {
  await new Promise((resolve) => setTimeout(resolve, VIOLATION_DELAY_MS));
  const absolute = new URL(url, document.baseURI).href;
  const failure = {
    url: absolute,
    medium,
    timedOut: reason instanceof LoadTimedOut,
    violation: violations.take(absolute),
  };
  return diagnose(failure, {
    pageAddress: location.href,
    isOnline: () => navigator.onLine,
    permission,
    probe: ask,
  });
}

/**
 * Lets the next diagnosis of an address ask its host again.
 * @param {string} url
 */
export function forget(url) {
  probe.forget(new URL(url, document.baseURI).href);
}

/**
 * @param {string} space
 * @returns {Promise<import("../media/diagnosis.js").PermissionState>}
 */
async function permission(space) {
  // Chrome 142 to 144 know the older single name only, other browsers may know none.
  for (const name of [space, "local-network-access"]) {
    try {
      const { state } = await navigator.permissions.query({ name: /** @type {PermissionName} */ (name) });
      return state;
    } catch {
      continue;
    }
  }
  return "unknown";
}
