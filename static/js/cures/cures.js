/**
 * What mends a failure: for each cure a heading, a few plain sentences, and what to paste, with this page's origin in it.
 * Texts only, made of what is given: nothing here asks anybody.
 */

import { localNetworkWays } from "./local-network.js";
import { isWithCookies } from "./rule.js";
import { ways } from "./servers.js";

/** @typedef {import("../media/verdicts.js").CureId} CureId */
/** @typedef {import("./rule.js").Case} Case */
/** @typedef {import("./rule.js").Step} Step */

/** One of several ways to the same end: for a server, a browser. @typedef {{name: string, steps: Step[]}} Way */
/** Where a button beside the cure leads. @typedef {"address" | "page" | "hosts" | "settings" | "team" | "moves" | "health"} Lead */

/**
 * @typedef {object} Cure
 * @property {CureId} id
 * @property {string} title what is to be done
 * @property {string} says why that helps, and whose it is to do
 * @property {Step[]} steps in order; empty where the sentence says it all, or where there are ways
 * @property {Way[]} ways one of them is enough, the likeliest first; empty for one way only
 * @property {Lead | null} lead
 */

/** @typedef {Omit<Cure, "id" | "steps" | "ways" | "lead"> & Partial<Cure>} Draft */

/** @type {Record<CureId, (about: Case, userAgent: string) => Draft>} */
const CURES = {
  connect: ({ media }) => ({
    title: "Connect the VPN or the network that the host is in",
    says: `A VPN is a private way into a company’s network. When it is connected, this page goes on by itself. If it is connected and nothing comes, ask your IT whether this computer may reach ${place(media)}.`,
  }),
  "local-network": (about, userAgent) => ({
    title: "Allow this site the local network",
    says: "Browsers ask before a site on the internet may reach servers near you. Once the answer was no, only the browser’s own settings change it.",
    ways: localNetworkWays(about, userAgent),
  }),
  cors: (about) => ({
    title: "Let this page read the host’s files",
    says: `A browser lets a page read the files of another host only if that host says so (CORS). Whoever runs ${host(about.media)} adds it once. It lets in ${about.page}, this page’s own address, and nobody else.`,
    ways: ways(about, (server) => server.cors(about)),
  }),
  range: (about) => ({
    title: "Let the host send parts of a file",
    says: "To go to a moment of a video, a page asks for that part of the file (a range). Whoever runs the host makes it answer with that part only.",
    ways: ways(about, (server) => server.range(about)),
  }),
  corp: (about) => ({
    title: "Let other sites show the host’s files",
    says: "With the header Cross-Origin-Resource-Policy a host can forbid all other sites to show its files. If it sends that, whoever runs it changes it to this:",
    ways: ways(about, (server) => server.corp(about)),
  }),
  https: (about) => ({
    title: "Serve the media over https",
    says:
      "An https page may not load plain http, but from private network addresses such as 10.1.2.3 and from names that end in .local. The host can" +
      " serve https; then an admin changes the addresses of the dataset in one go. Or Transom is opened at http://localhost, where plain http is allowed.",
    ways: ways(about, (server) => server.https(about)),
    lead: "moves",
  }),
  declare: ({ media }) => ({
    title: "Declare the host as a media origin",
    says: `The pages of a dataset may contact the hosts in its list only. An admin attaches ${host(media)}, or the host that it leads to, under Settings, media origins; what the team does not know yet is declared under Team first.`,
    lead: "settings",
  }),
  "no-redirect": ({ media }) => ({
    title: "Serve the file where its address says it is",
    says: `${host(media)} sends the browser on to another host. It can serve the file itself; or the items get the address where the file really is.`,
    lead: "moves",
  }),
  "sign-in": (about) => ({
    title: "Sign in at the host",
    says: "Open the address in a new tab and sign in there. Come back, and try again.",
    steps: [
      {
        says:
          "If it shows there and still not here, the browser keeps the sign-in (a cookie) from other sites. The host can mark the cookie for that," +
          " or be reached under the same domain as Transom; then choose Cookies under Media hosts.",
        code: "Set-Cookie: SESSION=…; Secure; SameSite=None; Partitioned",
      },
    ],
    lead: isWithCookies(about) ? "address" : "hosts",
  }),
  "fresh-link": () => ({
    title: "Get a fresh link",
    says: "A signed link is good for a time only. Append the item again under the same reference id, with a link made now. Health shows which links end next.",
    lead: "health",
  }),
  credentials: () => ({
    title: "Enter your key or token for the host",
    says: "On the page Media hosts of this dataset. It stays in this browser and is never sent to Transom.",
    lead: "hosts",
  }),
  "content-type": (about) => ({
    title: "Give the files their right type",
    says: "A host says of each file what it is (Content-Type). Pictures also show under a wrong type, videos may not.",
    ways: ways(about, (server) => server.contentType(about)),
  }),
  convert: () => ({
    title: "Convert the file",
    says: "Into a kind that every current browser shows. With ffmpeg, frame for frame, so that labels stay on their frames:",
    steps: [
      {
        says: "A video:",
        code: "ffmpeg -i IN.mp4 -map 0:v:0 -fps_mode passthrough -c:v libx264 -pix_fmt yuv420p -crf 18 -movflags +faststart OUT.mp4",
      },
      { says: "A picture:", code: "ffmpeg -i IN.tiff OUT.png" },
    ],
  }),
  "file-there": ({ media }) => ({
    title: "See whether the file is there",
    says: `Whoever runs ${host(media)} can look for it under the very name in the address; upper and lower case differ. If the files moved, an admin changes the addresses of the whole dataset in one go.`,
    lead: "moves",
  }),
  "host-log": ({ page, media }) => ({
    title: "Look into the host’s log",
    says: `The browser keeps the cause from this page. The log of ${host(media)} has it: look for what came at the time of the evidence above${media.startsWith("http") ? `, with Origin: ${page}` : ""}.`,
  }),
  resolver: () => ({
    title: "Name a service that makes fresh links",
    says: "An admin can give its address under Team, at the media origin. Your browser then asks it for a fresh link when one has ended; Transom’s server never does.",
    lead: "team",
  }),
  storage: ({ media }) => ({
    title: "Say where the bucket is",
    says: `An admin says under Team, at the media origin that has it, that ${media} is found there.`,
    lead: "team",
  }),
  "new-tab": () => ({
    title: "Open the address in a new tab",
    says: "There the browser itself names the cause, lets you sign in, and asks about certificates. Then come back and try again.",
    lead: "address",
  }),
  reload: () => ({ title: "Load this page again", says: "Its links are made anew.", lead: "page" }),
  wait: () => ({ title: "Wait a little", says: "This page asks again by itself, and goes on when the host answers." }),
};

/**
 * @param {CureId} id
 * @param {Case} about
 * @param {string} [userAgent] tells which browser's settings come first
 * @returns {Cure}
 */
export function cure(id, about, userAgent = globalThis.navigator?.userAgent ?? "") {
  return { id, steps: [], ways: [], lead: null, ...CURES[id](about, userAgent) };
}

/** @param {string} origin */
function host(origin) {
  return origin.replace(/^https?:\/\//, "");
}

/** @param {string} origin */
function place(origin) {
  if (!/^https?:/.test(origin)) return origin;
  const { hostname, port, protocol } = new URL(origin);
  return `${hostname}, port ${port || (protocol === "https:" ? 443 : 80)}`;
}
