/** What is known of a media host in words: what was found, and what that is good for. For people who need not know how the web works. */

/** @typedef {import("./abilities.js").Abilities} Abilities */
/** @typedef {import("./page-hosts.js").AccessKind} AccessKind */

/** Well, with a drawback, not at all, not known, or simply so. @typedef {"good" | "limited" | "bad" | "unknown" | "plain"} Finding */
/**
 * @typedef {object} AbilityRow
 * @property {import("./abilities.js").Ability} ability
 * @property {string} name
 * @property {Finding} finding
 * @property {string} found short
 * @property {string} means one sentence
 */

/** Up to here a hand that steps does not notice, and up to there it waits for each frame. */
const [QUICK_MS, SLOW_MS] = [60, 200];
const UNKNOWN = "not known yet";
/** @type {Record<AccessKind, string>} */
const ACCESS = { none: "none needed", cookies: "your sign-in there", bearer: "a token", s3: "an S3 key", azure: "an Azure token", query: "a token in the address" };
/** @type {Record<string, [string, string]>} */
const SPACES = {
  loopback: ["this computer", "Media need not leave this computer."],
  local: ["a private network", "Browsers ask you once before a site on the internet may reach it."],
  public: ["the internet", "No permission of the browser is needed."],
};
/** @type {Record<string, [string, string]>} */
const PROTOCOLS = {
  "http/1.0": ["HTTP/1.0", "A new connection for every file: slow over a distance."],
  "http/1.1": ["HTTP/1.1", "Six files at a time."],
  h2: ["HTTP/2", "Many files at a time over one connection."],
  h3: ["HTTP/3", "Many files at a time; a lost packet holds up one of them only."],
};

/**
 * A row for each thing that can be known, in the order in which they matter.
 * @param {Abilities} abilities
 * @param {AccessKind} [access] what it takes to be let in
 * @returns {AbilityRow[]}
 */
export function abilityRows(abilities, access = "none") {
  const rows = [reachable(abilities), readable(abilities), ranges(abilities), signIn(abilities, access), network(abilities), latency(abilities), protocol(abilities)];
  // Of a host that does not answer there is nothing else to know.
  return abilities.reachable === false ? rows.filter(({ finding }) => finding !== "unknown") : rows;
}

/** @type {Partial<Record<import("../media/verdicts.js").FailureKind, string>>} */
const SHORT = {
  works: "all is well",
  "no-cors": "shows, is not read",
  "no-range": "shows, as whole files only",
  "mixed-content": "blocked: plain http",
  undeclared: "not among the origins",
  redirected: "leads elsewhere",
  offline: "this browser is offline",
  "app-unreachable": "no network",
  "local-network-denied": "local network denied",
  "local-network-prompt": "waits for your permission",
  "local-network-or-unreachable": "cannot be reached",
  unreachable: "cannot be reached",
  "host-silent": "no answer",
  "reset-or-forbidden": "not for this page",
  denied: "access denied",
  "not-found": "no such file",
  "host-error": "trouble at the host",
  "sign-in-page": "wants a sign-in",
  expired: "the link ended",
  "credentials-missing": "needs your key",
  "credentials-refused": "refuses your key",
};

/**
 * A verdict in a few words, for a line among others.
 * @param {{kind: import("../media/verdicts.js").FailureKind}} diagnosis
 */
export function inShort({ kind }) {
  return SHORT[kind] ?? "does not come";
}

/** @param {Abilities} abilities @returns {AbilityRow} */
function reachable({ reachable: is }) {
  return claim("reachable", "Answers", is, {
    yes: "Pictures and videos of this host show.",
    no: "Nothing of this host shows until it does.",
    otherwise: "bad",
  });
}

/** @param {Abilities} abilities @returns {AbilityRow} */
function readable({ readable: is }) {
  return claim("readable", "Lets this page read (CORS)", is, {
    yes: "mp4 steps exactly, frame by frame; thumbnails are kept on this computer; tools may look at pixels.",
    no: "Everything shows. Not without it: exact steps through an mp4, kept thumbnails, tools that look at pixels.",
    otherwise: "limited",
  });
}

/** @param {Abilities} abilities @returns {AbilityRow} */
function ranges({ ranges: is, readable }) {
  const row = claim("ranges", "Sends parts of files (Range)", is, {
    yes: "A video starts anywhere at once.",
    no: "A video has to load from its beginning before one can go on in it.",
    otherwise: "limited",
  });
  const isHidden = is === undefined && readable === false;
  return isHidden ? { ...row, found: "not told", means: "A page that may not read the answers cannot see this." } : row;
}

/**
 * @param {Abilities} abilities
 * @param {AccessKind} access
 * @returns {AbilityRow}
 */
function signIn({ credentials: is }, access) {
  const row = { ability: /** @type {const} */ ("credentials"), name: "Sign-in" };
  if (access === "none") return { ...row, finding: "plain", found: ACCESS.none, means: "The addresses alone open the files, or carry a signature that does." };
  const found = ACCESS[access];
  if (is === undefined) return { ...row, finding: "unknown", found, means: "Whether the host takes it is not known yet." };
  if (is) return { ...row, finding: "good", found, means: "The host takes it, and lets this page read." };
  const means = access === "cookies" ? "The host does not let this page in with it: it has to allow credentials for this site by name." : "The host does not take it from this browser.";
  return { ...row, finding: "bad", found, means };
}

/** @param {Abilities} abilities @returns {AbilityRow} */
function network({ space }) {
  const row = { ability: /** @type {const} */ ("space"), name: "Network" };
  const [found, means] = SPACES[space ?? ""] ?? ["not told", "This browser does not tell pages where a name leads."];
  return { ...row, finding: space ? "plain" : "unknown", found, means };
}

/** @param {Abilities} abilities @returns {AbilityRow} */
function latency({ latency_ms: ms }) {
  const row = { ability: /** @type {const} */ ("latency_ms"), name: "Delay" };
  if (ms === undefined) return { ...row, finding: "unknown", found: UNKNOWN, means: "How long the first bytes of a file take." };
  const found = ms < 1 ? "under 1 ms" : `${Math.round(ms)} ms`;
  if (ms <= QUICK_MS) return { ...row, finding: "plain", found, means: "Frames come with the hand that steps." };
  if (ms <= SLOW_MS) return { ...row, finding: "plain", found, means: "Frames come a little after the hand; those ahead are loaded before." };
  return { ...row, finding: "limited", found, means: "Each jump waits visibly. A host nearer to you, or a faster way to it, would help." };
}

/** @param {Abilities} abilities @returns {AbilityRow} */
function protocol({ protocol: is }) {
  const row = { ability: /** @type {const} */ ("protocol"), name: "HTTP version" };
  if (!is) return { ...row, finding: "unknown", found: "not told", means: "Browsers tell it only where the host allows that (the header Timing-Allow-Origin)." };
  const [found, means] = PROTOCOLS[is] ?? [is, "What this browser and the host agreed on."];
  return { ...row, finding: "plain", found, means };
}

/**
 * @param {import("./abilities.js").Ability} ability
 * @param {string} name
 * @param {boolean | undefined} is
 * @param {{yes: string, no: string, otherwise: Finding}} words
 * @returns {AbilityRow}
 */
function claim(ability, name, is, { yes, no, otherwise }) {
  if (is === undefined) return { ability, name, finding: "unknown", found: UNKNOWN, means: `If so: ${yes.charAt(0).toLowerCase()}${yes.slice(1)}` };
  return { ability, name, finding: is ? "good" : otherwise, found: is ? "yes" : "no", means: is ? yes : no };
}
