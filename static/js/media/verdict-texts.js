/**
 * The words of every verdict, for people who need not know how browsers work: a term of the web is explained where it stands.
 * No text holds more of an address than its origin, since the rest may carry a signature.
 */

/** @typedef {import("./verdicts.js").Facts} Facts */

/**
 * @typedef {object} Text
 * @property {(facts: Facts) => string} sentence
 * @property {string | ((facts: Facts) => string)} remedy
 * @property {import("./verdicts.js").Who[]} who
 * @property {import("./verdicts.js").CureId[] | ((facts: Facts) => import("./verdicts.js").CureId[])} cures
 * @property {string[] | ((facts: Facts) => string[])} [maybe]
 * @property {"host" | "file"} scope
 * @property {boolean} [mayHeal] false unless said
 */

const NEW_TAB = "Open the address in a new tab";
const CORS = "CORS headers, the lines with which a host names the sites that may read its files";
const ALLOW_LOCAL =
  "Allow it in the browser's settings of this site (the symbol left of the address, Site settings, Local network); then reload.";
const OPEN_SECURELY =
  "Browsers give the local network only to pages that came over https or from your own machine: " +
  "open Transom at its https address, or ask its admin for one.";

/** @param {Facts} facts */
const fileOf = ({ medium }) => (medium === "video" ? "video" : "picture");

/** @param {Facts} facts */
const statusOf = ({ status, code }) => [status, code].filter(Boolean).join(", ");

/** @type {Record<import("./verdicts.js").FailureKind, Text>} */
export const TEXTS = {
  works: {
    sentence: (facts) =>
      facts.isReadOnly
        ? `${facts.origin} answers, and the beginning of the ${fileOf(facts)} can be read.`
        : `${facts.origin} answers, and the ${fileOf(facts)} loads now.`,
    remedy: "Nothing needs mending: try again.",
    who: [],
    cures: ["reload", "new-tab"],
    scope: "file",
    mayHeal: true,
  },
  "no-cors": {
    sentence: ({ origin }) => `Files of ${origin} show, but this page may not read what is in them: the host sends no ${CORS}.`,
    remedy:
      "Whoever runs the host can add them. Until then everything shows, but no thumbnails are kept and no mp4 is stepped through exactly.",
    who: ["host"],
    cures: ["cors", "new-tab"],
    scope: "host",
  },
  "no-range": {
    sentence: ({ origin }) => `${origin} sends files only as a whole: it does not send the single parts that jumping about in a video needs (Range).`,
    remedy: "Whoever runs the host can allow that. Until then a video can be jumped about in only where all of it is here.",
    who: ["host"],
    cures: ["range", "new-tab"],
    scope: "host",
  },
  "mixed-content": {
    sentence: ({ origin }) => `This page came over https (encrypted), and browsers then refuse what ${origin} sends over plain http.`,
    remedy: ({ answersLocally }) =>
      (answersLocally ? "The host is there and answers, so only its http is in the way. " : "") +
      "Whoever runs it can serve it over https. Or run Transom on your own machine: at http://localhost plain http is allowed.",
    who: ["host", "you"],
    cures: ["https", "new-tab"],
    scope: "host",
  },
  undeclared: {
    sentence: ({ origin }) => `This page may not contact ${origin}: it is not on this dataset's list of media hosts (media origins).`,
    remedy: "An admin of the team can declare it under Settings, media origins; then reload this page.",
    who: ["admin"],
    cures: ["declare", "new-tab"],
    scope: "host",
  },
  redirected: {
    sentence: ({ origin }) =>
      `${origin} sent the browser on to another host (a redirect), which is not on this dataset's list of media hosts (media origins).`,
    remedy:
      `Often that is a sign-in page: ${NEW_TAB.toLowerCase()} and sign in.` +
      " Otherwise the host can serve the file without a redirect, or an admin can declare the other host under Settings, media origins.",
    who: ["you", "host", "admin"],
    cures: ["sign-in", "no-redirect", "declare", "new-tab"],
    scope: "file",
  },
  offline: {
    sentence: ({ origin }) => `This browser is offline, so ${origin} could not be asked.`,
    remedy: "Connect to the network, then try again.",
    who: ["you", "network"],
    cures: ["connect", "wait"],
    scope: "host",
    mayHeal: true,
  },
  "app-unreachable": {
    sentence: ({ origin }) => `Neither ${origin} nor Transom itself answers this browser.`,
    remedy: "Look at your own network first, and at the VPN. If other sites open, tell the admin of Transom.",
    who: ["you", "network", "admin"],
    cures: ["connect", "wait", "new-tab"],
    maybe: ["your computer has lost its network or its VPN", "Transom and the host are down at once"],
    scope: "host",
    mayHeal: true,
  },
  "local-network-denied": {
    sentence: ({ origin }) => `Your browser denies this site the local network, the devices and servers near you, and ${origin} is there.`,
    remedy: ({ isInsecure }) => (isInsecure ? OPEN_SECURELY : ALLOW_LOCAL),
    who: ["you", "network"],
    cures: ["local-network", "new-tab"],
    scope: "host",
    mayHeal: true,
  },
  "local-network-prompt": {
    sentence: ({ origin }) => `Nothing came from ${origin}; the browser may be waiting for you to allow this site the local network.`,
    remedy: "If the browser asks whether this site may reach the local network, choose Allow, then try again. Otherwise connect the VPN.",
    who: ["you", "network"],
    cures: ["local-network", "connect", "new-tab"],
    maybe: ["the browser's question is open and waits for your answer", "the host does not answer: VPN off, or a firewall"],
    scope: "host",
    mayHeal: true,
  },
  "local-network-or-unreachable": {
    sentence: ({ origin }) => `Your browser could not reach ${origin}, and this site is denied the local network, where the host may be.`,
    remedy: ({ isInsecure }) =>
      `${isInsecure ? OPEN_SECURELY : ALLOW_LOCAL} If that does not help, connect the VPN; ` +
      "in a new tab the browser itself names the cause.",
    who: ["you", "network", "host"],
    cures: ["local-network", "connect", "host-log", "new-tab"],
    maybe: (facts) => ["the browser denies this site the local network, and the host is there", ...unreachableCauses(facts.origin)],
    scope: "host",
    mayHeal: true,
  },
  unreachable: {
    sentence: ({ origin }) => `Your browser could not connect to ${origin}, and tells pages no more than that.`,
    remedy: `Connect the VPN and try again. ${NEW_TAB}: there the browser itself names the cause, and lets you choose a certificate.`,
    who: ["you", "network", "host"],
    cures: ["connect", "host-log", "corp", "new-tab"],
    maybe: ({ origin }) => unreachableCauses(origin),
    scope: "host",
    mayHeal: true,
  },
  "host-silent": {
    sentence: ({ origin, isEarly }) => `${origin} does not answer${isEarly ? "" : " at all"}: neither the file nor the host's front page came in time.`,
    remedy: "A VPN that is off looks like this. Connect it; if it is on, ask your IT whether your network may reach the host.",
    who: ["you", "network", "host"],
    cures: ["connect", "wait", "host-log", "new-tab"],
    maybe: ({ isEarly }) => ["your VPN is off", "a firewall drops what is sent to the host", isEarly ? "the host hangs, or is slow: then it is back with its answer" : "the host hangs"],
    scope: "host",
    mayHeal: true,
  },
  "file-silent": {
    sentence: (facts) => `${facts.origin} answers, but this ${fileOf(facts)} did not arrive in time.`,
    remedy: "Try again. If it stays so, whoever runs the host can see in its log why this file hangs.",
    who: ["host"],
    cures: ["wait", "host-log", "file-there", "new-tab"],
    scope: "file",
    mayHeal: true,
  },
  "reset-or-forbidden": {
    sentence: (facts) =>
      facts.isForbidden
        ? `${facts.origin} forbids the use of its files on other sites (the header Cross-Origin-Resource-Policy).`
        : `${facts.origin} answers, but ${facts.isBrokenOff ? "broke off while it sent" : "not when this page asks for"} this ${fileOf(facts)}.`,
    remedy: ({ isForbidden, isBrokenOff }) =>
      isForbidden || isBrokenOff
        ? `Whoever runs the host can ${isForbidden ? "allow it for this site" : "see in its log why"}. ${NEW_TAB} to see the file meanwhile.`
        : `${NEW_TAB}: if it shows there, the host forbids its use on other sites, and whoever runs it can allow that.`,
    who: ["host"],
    cures: ({ isBrokenOff }) => (isBrokenOff ? ["host-log", "file-there", "new-tab"] : ["corp", "host-log", "new-tab"]),
    maybe: ({ isForbidden, isBrokenOff }) =>
      isForbidden || isBrokenOff
        ? []
        : [
            "the host forbids the use of its files on other sites (the header Cross-Origin-Resource-Policy)",
            "the host breaks the connection off",
            "the host sends on (a redirect) to where the browser cannot follow: to plain http, or to a host that does not answer",
          ],
    scope: "file",
  },
  "answered-unread": {
    sentence: (facts) => `${facts.origin} answered, but with no ${fileOf(facts)}, and does not let this page read what it said.`,
    remedy: `${NEW_TAB} to see the answer; sign in there if it asks. With ${CORS}, this page could name the cause.`,
    who: ["you", "host"],
    cures: ({ hasCredentials }) =>
      hasCredentials
        ? ["cors", "credentials", "file-there", "host-log", "new-tab"]
        : ["sign-in", "file-there", "fresh-link", "cors", "content-type", "host-log", "new-tab"],
    maybe: (facts) => [
      ...(facts.hasCredentials ? ["it does not let this page show it your key or token: its CORS headers must allow that"] : []),
      "you may not see the file (401, 403)",
      "the file is not there (404)",
      "a sign-in page came in its place",
      "the host has trouble of its own (5xx)",
      `the file is broken, called something else by the host, or of a type that this browser cannot show`,
    ],
    scope: "file",
  },
  denied: {
    sentence: (facts) =>
      facts.status === 401
        ? `${facts.origin} wants to know who asks before it gives this file (${statusOf(facts)}).`
        : `${facts.origin} refuses to give this file (${statusOf(facts)}).`,
    remedy:
      `${NEW_TAB} and sign in if it asks. A link that brings its own permission (a signed link) may have been taken back;` +
      " some hosts also say this of a file that is not there.",
    who: ["you", "host"],
    cures: ["sign-in", "credentials", "fresh-link", "host-log", "new-tab"],
    scope: "file",
  },
  "not-found": {
    sentence: (facts) => `${facts.origin} has no such file (${statusOf(facts)}).`,
    remedy:
      "It was moved or deleted there, or the host says so of what you may not see: ask whoever runs it." +
      " An admin can change the addresses of a dataset whose files moved.",
    who: ["host", "admin"],
    cures: ["file-there", "sign-in", "new-tab"],
    scope: "file",
  },
  "host-error": {
    sentence: (facts) =>
      facts.status === 429
        ? `${facts.origin} is asked for too much at once (429), and gives no more for now.`
        : `${facts.origin} has trouble of its own and answered with an error (${statusOf(facts)}).`,
    remedy: "Wait a moment, then try again. If it stays so, whoever runs the host finds the cause in its log.",
    who: ["host"],
    cures: ["wait", "host-log", "new-tab"],
    scope: "file",
    mayHeal: true,
  },
  "sign-in-page": {
    sentence: (facts) =>
      facts.isOnlyLikely
        ? `${facts.origin} answered with a web page, most likely one to sign in, in place of the ${fileOf(facts)}.`
        : `${facts.origin} answered with a page to sign in, in place of the ${fileOf(facts)}.`,
    remedy: `${NEW_TAB} and sign in there, then try again.`,
    who: ["you", "host"],
    cures: ["sign-in", "credentials", "new-tab"],
    scope: "file",
  },
  "not-an-image": {
    sentence: ({ origin, found = "something else" }) => `${origin} answered with ${found} in place of the picture.`,
    remedy: `The address names another file, or the host answers with a page of its own. ${NEW_TAB} to see it.`,
    who: ["host", "admin"],
    cures: ["file-there", "content-type", "new-tab"],
    scope: "file",
  },
  "not-a-video": {
    sentence: ({ origin, found = "something else" }) => `${origin} answered with ${found} in place of the video.`,
    remedy: `The address names another file, or the host answers with a page of its own. ${NEW_TAB} to see it.`,
    who: ["host", "admin"],
    cures: ["file-there", "content-type", "new-tab"],
    scope: "file",
  },
  "broken-file": {
    sentence: ({ origin, flaw = "cannot be shown: it is damaged or cut short" }) => `The file at ${origin} ${flaw}.`,
    remedy: "Whoever runs the host can put a sound copy there; the way from here to the host is in order.",
    who: ["host"],
    cures: ["file-there", "host-log", "new-tab"],
    scope: "file",
  },
  codec: {
    sentence: ({ origin, found = "of a kind" }) => `The file at ${origin} is ${found} that this browser cannot show.`,
    remedy: ({ medium }) =>
      medium === "video"
        ? "Convert it to H.264, VP9 or AV1, which every current browser plays."
        : "Convert it to JPEG, PNG, WebP or AVIF, which every current browser shows.",
    who: ["host", "admin"],
    cures: ["convert", "new-tab"],
    scope: "file",
  },
  expired: {
    sentence: ({ origin, ended }) => `The link to this file at ${origin} was good for a time only, and ended${ended ? ` ${ended}` : ""}.`,
    remedy:
      "Upload the item's address again with a fresh link, or ask whoever made the link." +
      " An admin can name a service of yours that makes fresh ones.",
    who: ["admin", "host"],
    cures: ["fresh-link", "resolver", "credentials", "new-tab"],
    scope: "file",
  },
  "link-ended": {
    sentence: ({ origin }) => `The link to this shared file at ${origin} has ended: each is good for some minutes, and while you may see it.`,
    remedy: "Load this page again. If that does not help, the copy was taken back.",
    who: ["you", "admin"],
    cures: ["reload"],
    scope: "file",
  },
  "no-picture": {
    sentence: ({ origin }) => `${origin} gave your browser no picture: not reachable from here, access denied, or no such file.`,
    remedy: `Connect the VPN. ${NEW_TAB} from the item's own page, which looks further into the cause.`,
    who: ["you", "network", "host"],
    cures: ["connect", "new-tab"],
    maybe: ["the host cannot be reached from here", "you may not see the file", "the file is not there"],
    scope: "file",
    mayHeal: true,
  },
  "credentials-missing": {
    sentence: ({ origin }) => `${origin} gives its files only to who shows a key or token, a secret like a password, and this browser has none for it.`,
    remedy: "Enter yours on the page Media hosts of this dataset: it stays in this browser and is never sent to Transom.",
    who: ["you", "host"],
    cures: ["credentials"],
    scope: "host",
  },
  "credentials-refused": {
    sentence: (facts) =>
      facts.ended
        ? `The key or token that was entered in this browser for ${facts.origin} ended ${facts.ended}.`
        : `${facts.origin} refuses the key or token that was entered in this browser (${statusOf(facts)}).`,
    remedy: "Enter it again on the page Media hosts of this dataset, or ask whoever runs the host for one that may read this file.",
    who: ["you", "host"],
    cures: ["credentials", "host-log", "new-tab"],
    scope: "file",
  },
  "storage-unresolved": {
    sentence: ({ origin }) => `This file is in ${origin}, a bucket (folder) of a storage service, and nothing says at which address that is found.`,
    remedy: "An admin of the team can say where it is under Team, at the media origin that has it; then reload this page.",
    who: ["admin"],
    cures: ["storage"],
    scope: "host",
  },
};

/**
 * What makes a connection fail at once; pages see no difference.
 * @param {string} origin
 */
export function unreachableCauses(origin) {
  const certificates = [
    "its certificate, with which it proves who it is, is out of date, made out to another name or unknown to your browser",
    "it wants a certificate of your own",
    "it does not speak https (encrypted) there, only plain http",
  ];
  return [
    "its name is unknown in your network: VPN off, or misspelt",
    "nothing listens there: the service is stopped, or the number after the colon of the address (its port) is another",
    ...(origin.startsWith("https:") ? certificates : []),
    "it forbids the use of its files on other sites (the header Cross-Origin-Resource-Policy)",
  ];
}
