/**
 * Whether this page may reach hosts of the local network. Chromium asks the person once for each site, the first time that
 * a page on the internet wants something of a private network, and until they answer every such request hangs. So it is known
 * before, and nothing is asked for until the person has heard why.
 *
 * Chrome 142 to 144 know one permission, `local-network-access`, later ones two. Firefox asks by itself and tells pages nothing.
 */

import { hostKind } from "../media/host-kind.js";
import { verdict } from "../media/verdicts.js";

/** @typedef {import("../media/verdicts.js").Diagnosis} Diagnosis */
/** @typedef {import("../media/diagnosis.js").PermissionState} PermissionState */
/** @typedef {"local-network" | "loopback-network"} Space */

const SPACES = /** @type {const} */ (["local-network", "loopback-network"]);
const OLD_NAME = "local-network-access";
/** A public host that does not answer sooner may be a private one: then the person is asked. */
const LOOK_S = 1.5;

/**
 * Whether a page needs the person's permission to reach a host.
 * @param {URL} page
 * @param {URL} media
 * @returns {"no" | "maybe" | "yes"} maybe: only the name's resolution would tell
 */
export function needsPermission(page, media) {
  const from = hostKind(page.hostname);
  // From local to local nothing is asked, and a page that did not come over https cannot ask.
  if (page.protocol !== "https:" || from === "loopback" || from === "private-address" || from === "local-name") return "no";
  if (media.origin === page.origin) return "no";
  const to = hostKind(media.hostname);
  if (to === "public-address") return "no";
  return to === "name" ? "maybe" : "yes";
}

/** @param {URL} media @returns {Space} */
export function spaceOf(media) {
  return hostKind(media.hostname) === "loopback" ? "loopback-network" : "local-network";
}

/**
 * @typedef {object} LocalNetworkBoundaries
 * @property {string | undefined} pageAddress undefined where there is no page
 * @property {(name: string) => Promise<PermissionStatus>} query rejects for a name that the browser does not know
 * @property {typeof globalThis.fetch} fetch
 * @property {boolean} takesSpaces whether the browser heeds where a request says its host is
 */

/** Dispatches `change` when the person has answered, or has changed their mind. */
export class LocalNetwork extends EventTarget {
  #boundaries;
  /** @type {Map<string, Promise<PermissionStatus | null>>} */
  #statuses = new Map();
  /** Origins that turned out to need nothing. @type {Set<string>} */
  #free = new Set();

  /** @param {Partial<LocalNetworkBoundaries>} [boundaries] */
  constructor(boundaries) {
    super();
    this.#boundaries = { ...thisBrowser(), ...boundaries };
  }

  /**
   * What the person said, as far as the browser tells.
   * @param {Space} space
   * @returns {Promise<PermissionState>} unknown in browsers that tell pages nothing, and where no page may ask
   */
  async state(space) {
    const status = (await this.#status(space)) ?? (await this.#status(OLD_NAME));
    return status?.state ?? "unknown";
  }

  /**
   * Whether this page needs the permission for a host.
   * @param {string} url
   */
  need(url) {
    const { pageAddress } = this.#boundaries;
    if (pageAddress === undefined || !url.startsWith("http")) return "no";
    const media = new URL(url);
    if (this.#free.has(media.origin)) return "no";
    return needsPermission(new URL(pageAddress), media);
  }

  /**
   * What keeps a host from being asked before the person has been: a diagnosis, or null.
   * @param {string} url
   * @returns {Promise<Diagnosis | null> | null} null at once where no permission is needed
   */
  bar(url) {
    return this.need(url) === "no" ? null : this.#findBar(new URL(url));
  }

  /**
   * Lets the browser ask the person, by one request that is not read. Call it from a press of theirs.
   * @param {string} origin
   * @returns {Promise<PermissionState>} what they said; still "prompt" where nobody had to be asked
   */
  async ask(origin) {
    try {
      await this.#boundaries.fetch(`${origin}/`, { ...PLAIN, cache: "no-store" });
    } catch {
      // What the permission says now tells more.
    }
    const state = await this.state(spaceOf(new URL(origin)));
    if (state === "prompt") this.#free.add(origin);
    return state;
  }

  /** @param {URL} media */
  async #findBar(media) {
    const state = await this.state(spaceOf(media));
    if (state === "denied" && this.need(media.href) === "yes") return verdict("local-network-denied", { origin: media.origin });
    if (state !== "prompt" || (await this.#isPublic(media))) return null;
    return verdict("local-network-prompt", { origin: media.origin });
  }

  /**
   * Whether a name is one of the internet: a request that says so reaches no other host, and nobody is asked (Chromium 156).
   * @param {URL} media
   */
  async #isPublic(media) {
    const { takesSpaces, fetch } = this.#boundaries;
    if (this.need(media.href) === "yes" || !takesSpaces) return false;
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), LOOK_S * 1000);
    try {
      await fetch(`${media.origin}/`, /** @type {RequestInit} */ ({ ...PLAIN, method: "HEAD", targetAddressSpace: "public", signal: limit.signal }));
      this.#free.add(media.origin);
      return true;
    } catch {
      return false;
    } finally {
      clearTimeout(timer);
    }
  }

  /** @param {string} name */
  #status(name) {
    const known = this.#statuses.get(name);
    if (known) return known;
    const asked = this.#boundaries.query(name).then(
      (status) => {
        status.addEventListener("change", () => this.dispatchEvent(new Event("change")));
        return status;
      },
      () => null,
    );
    this.#statuses.set(name, asked);
    return asked;
  }
}

/** @type {RequestInit} */
const PLAIN = { mode: "no-cors", credentials: "omit", referrerPolicy: "no-referrer" };

/** @returns {LocalNetworkBoundaries} */
function thisBrowser() {
  return {
    pageAddress: globalThis.location?.href,
    query: async (name) => navigator.permissions.query({ name: /** @type {PermissionName} */ (name) }),
    fetch: (...asked) => globalThis.fetch(...asked),
    takesSpaces: typeof Request !== "undefined" && "targetAddressSpace" in Request.prototype,
  };
}

/** The page's one. */
export const localNetwork = new LocalNetwork();
/** Both spaces that a browser may ask about. */
export { SPACES };
