/**
 * How a browser is told to let this site reach the local network: by the person in front of it, and for many by their IT.
 * A permission that was denied is not asked for again by any page: only the browser's own settings give it back.
 */

/** @typedef {import("./rule.js").Case} Case */
/** @typedef {import("./rule.js").Step} Step */
/** @typedef {"Chrome" | "Edge" | "Firefox" | "Safari"} Browser */

const ON_A_MAC =
  "On a Mac the system asks a second time, for the browser as a whole: System Settings, Privacy & Security, Local Network, switch the browser on.";
const RELOAD = "Then load this page again.";

/** @type {Record<Browser, (about: Case) => Step[]>} */
const BY_HAND = {
  Chrome: ({ page }) => [
    { says: "Click the symbol at the left end of the address bar, then Site settings. Or paste this into the address bar:", code: `chrome://settings/content/siteDetails?site=${encodeURIComponent(page)}` },
    { says: `Set Local network to Allow (Local network access in versions before 145; Apps on device for media on this very computer). ${RELOAD}` },
    { says: ON_A_MAC },
  ],
  Edge: () => [
    { says: "Click the lock at the left end of the address bar, then Permissions for this site." },
    { says: `Set Local network (Local network access in versions before 145) to Allow. ${RELOAD}` },
    { says: ON_A_MAC },
  ],
  Firefox: () => [
    { says: "Click the permissions symbol at the left end of the address bar. Beside Access local network devices, take Blocked away with the cross." },
    { says: "Load this page again, choose Allow when Firefox asks, and let it remember that." },
    { says: "What it remembers is under Settings, Privacy & Security, Permissions, Local network devices." },
    { says: ON_A_MAC },
  ],
  Safari: () => [
    { says: "Safari asks nothing of this kind for single sites. It refuses plain http from an https page, also on the local network: the media host needs https." },
    { says: ON_A_MAC },
  ],
};

/**
 * Every browser by hand, the one in use first, and then the policies.
 * @param {Case} about
 * @param {string} userAgent
 * @returns {{name: string, steps: Step[]}[]}
 */
export function localNetworkWays(about, userAgent) {
  const here = browserOf(userAgent);
  const others = /** @type {Browser[]} */ (Object.keys(BY_HAND)).filter((name) => name !== here);
  const byHand = [...(here ? [here] : []), ...others].map((name) => ({ name, steps: BY_HAND[name](about) }));
  return [...byHand, { name: "For your IT", steps: policies(about) }];
}

/**
 * @param {string} userAgent
 * @returns {Browser | null} null for browsers that nothing is known of
 */
export function browserOf(userAgent) {
  if (/\bEdg\//.test(userAgent)) return "Edge";
  if (/\bFirefox\//.test(userAgent)) return "Firefox";
  if (/Chrom(e|ium)\//.test(userAgent)) return "Chrome";
  return /\bSafari\//.test(userAgent) ? "Safari" : null;
}

/**
 * @param {Case} about
 * @returns {Step[]}
 */
function policies({ page }) {
  const host = new URL(page).hostname;
  /** @type {(maker: string) => string} */
  const inRegistry = (maker) =>
    `reg add "HKLM\\SOFTWARE\\Policies\\${maker}\\LocalNetworkAccessAllowedForUrls" /v 1 /t REG_SZ /d "${page}" /f`;
  return [
    {
      says:
        "Chrome and Edge take the policy LocalNetworkAccessAllowedForUrls (from 140) or, for the local network without the computer itself," +
        " LocalNetworkAllowedForUrls (from 146). As a file, for Chrome on Linux in /etc/opt/chrome/policies/managed/, for Edge in /etc/opt/edge/policies/managed/:",
      code: JSON.stringify({ LocalNetworkAccessAllowedForUrls: [page], LocalNetworkAllowedForUrls: [page] }, null, 2),
    },
    {
      says: "On Windows by group policy, or in the registry (another number than 1 where the list has entries already):",
      code: [inRegistry("Google\\Chrome"), inRegistry("Microsoft\\Edge")].join("\n"),
    },
    {
      says: "Firefox takes LocalNetworkAccess (from 150), in policies.json; SkipDomains names the sites that are not asked about:",
      code: JSON.stringify({ policies: { LocalNetworkAccess: { Enabled: true, SkipDomains: [host] } } }, null, 2),
    },
    { says: "What is in force is shown at chrome://policy, edge://policy and about:policies." },
  ];
}
