/**
 * The sentences of the diagnosis. Each names the media's origin and never its path, which may carry a signature;
 * each remedy says who can do what.
 */

/**
 * @typedef {"csp" | "mixed-content" | "offline" | "timeout" | "not-an-image" | "not-a-video" | "no-picture" | "link-ended" | "unreachable"
 *   | "local-network-denied" | "local-network-prompt"} FailureKind
 */

/**
 * @typedef {object} Diagnosis
 * @property {FailureKind} kind
 * @property {string} sentence what happened, naming the origin only
 * @property {string} remedy who can do what about it
 */

/** Seconds a media request may take before it counts as unanswered: longer than a slow signed link, shorter than patience. */
export const MEDIA_TIMEOUT_S = 20;

const NEW_TAB = "Open the address in a new tab";
const ALLOW_LOCAL = "Allow the local network for this site in the browser's site settings (left of the address bar), then reload.";

/**
 * The verdicts about one origin.
 * @param {string} origin
 */
export function verdicts(origin) {
  /** @type {(kind: FailureKind, sentence: string, remedy: string) => Diagnosis} */
  const verdict = (kind, sentence, remedy) => ({ kind, sentence, remedy });
  return {
    redirected: () =>
      verdict(
        "csp",
        `${origin} redirected to a host that this page may not contact: it is no media origin of this dataset.`,
        "An admin can declare that host under Settings, media origins; or the host can serve the file without a redirect.",
      ),
    undeclared: () =>
      verdict(
        "csp",
        `This page may not contact ${origin}: it is no media origin of this dataset.`,
        "An admin can declare it under Settings, media origins; then reload this page.",
      ),
    mixedContent: () =>
      verdict(
        "mixed-content",
        `This page came over https, and browsers then refuse plain http from ${origin}.`,
        "Whoever runs that host can serve it over https; or open Transom at http://localhost, where http media is allowed.",
      ),
    offline: () =>
      verdict("offline", `This browser is offline, so ${origin} was not asked.`, "Connect to the network, then try again."),
    timeout: () =>
      verdict(
        "timeout",
        `${origin} did not answer within ${MEDIA_TIMEOUT_S} seconds.`,
        "A VPN that is off or a firewall looks like this: connect the VPN and try again, or ask whoever runs that host.",
      ),
    notAnImage: () =>
      verdict(
        "not-an-image",
        `${origin} answered, but not with an image: access denied (401, 403), not found (404), a sign-in page or a broken file.`,
        `${NEW_TAB} to see the answer; sign in there if it asks.` +
          " A signed address may have expired: append the item again with a fresh one.",
      ),
    missing: () =>
      verdict(
        "no-picture",
        `${origin} gave your browser no picture: not reachable from here, access denied, or no such file.`,
        `Connect the VPN. ${NEW_TAB} from the item's own page, which looks further into the cause.`,
      ),
    linkEnded: () =>
      verdict(
        "link-ended",
        "The link to this shared picture has ended: each is good for some minutes only, and for as long as you may see it.",
        "Load this page again. If that does not help, the copy was taken back.",
      ),
    notAVideo: () =>
      verdict(
        "not-a-video",
        `${origin} answered, but not with a video that this browser plays: access denied, not found,` +
          " a sign-in page, a broken file or a codec it lacks (HEVC, for instance).",
        `${NEW_TAB} to see the answer; sign in there if it asks. H.264, VP9 and AV1 play in every current browser.`,
      ),
    unreachable: () =>
      verdict(
        "unreachable",
        `Your browser could not reach ${origin}: VPN off, name not found, certificate not trusted, or connection refused.`,
        `Connect the VPN. ${NEW_TAB}: the browser then names the cause.` +
          " If it shows there, the host forbids its use on other sites.",
      ),
    localNetworkDenied: () =>
      verdict("local-network-denied", `This site is denied the local network, where ${origin} is.`, ALLOW_LOCAL),
    localNetworkLikely: () =>
      verdict(
        "local-network-denied",
        `Your browser could not reach ${origin}, most likely because this site is denied the local network.`,
        `${ALLOW_LOCAL} If that does not help, check the VPN.`,
      ),
    localNetworkPrompt: () =>
      verdict(
        "local-network-prompt",
        `Your browser asks whether this site may reach the local network; ${origin} waits for the answer.`,
        "Choose Allow in the browser's question, then try again.",
      ),
  };
}
