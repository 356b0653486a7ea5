/**
 * What this browser has to be let in by media hosts: one profile for an origin, made of what the person typed. Kept for
 * the tab or, where they chose so, for this device; never sent to anybody but the host it is for.
 */

import { signingKeys } from "./sigv4.js";

/** @typedef {import("../hosts/page-hosts.js").AccessKind} AccessKind */

/**
 * @typedef {object} Profile
 * @property {string} origin
 * @property {AccessKind} access
 * @property {boolean} isRemembered whether for this device instead of this tab
 * @property {string} accessKeyId of S3
 * @property {string} region of S3
 * @property {string} text what goes into a header or an address: a token, a shared access signature; empty for none
 * @property {import("./sigv4.js").SigningKeys | null} keys of S3
 * @property {number | null} ends_s when it is of no use any more, as far as it says
 */

/**
 * Where profiles outlive the page.
 * @typedef {object} Keeping
 * @property {"sealed" | "plain" | "page"} how `sealed` for tab or device; `plain` for the tab, in clear; `page` not at all
 * @property {() => Promise<Profile[]>} all
 * @property {(profile: Profile) => Promise<boolean>} put whether it could; in place of what was there for its origin
 * @property {(origin: string) => Promise<void>} remove
 */

/** @typedef {import("./entries.js").Entry} Entry */

/** An S3 key kept for a tab, or for this device, is typed again after so many days. */
const TAB_DAYS = 7;
const DEVICE_DAYS = 30;

/** Dispatches `change` with the origin as detail; null when anything may have changed. */
export class Profiles extends EventTarget {
  #keeping;
  #now_s;
  /** @type {Map<string, Profile>} */
  #known = new Map();

  /**
   * @param {Keeping} keeping
   * @param {() => number} [now_s]
   */
  constructor(keeping, now_s = () => Date.now() / 1000) {
    super();
    this.#keeping = keeping;
    this.#now_s = now_s;
  }

  /** How profiles are kept here. */
  get how() {
    return this.#keeping.how;
  }

  /** Reads what is kept, in place of what is known. */
  async load() {
    const kept = await this.#keeping.all();
    this.#known = new Map(kept.filter((one) => !this.#hasEnded(one)).map((one) => [one.origin, one]));
    this.#tell(null);
  }

  /**
   * @param {string} origin
   * @returns {Profile | null} null where there is none, or it has ended
   */
  of(origin) {
    const profile = this.#known.get(origin);
    return profile && !this.#hasEnded(profile) ? profile : null;
  }

  /**
   * Takes what the person typed for an origin, in place of what was there. Of an S3 secret, the keys of the next days
   * are kept, and not the secret.
   * @param {string} origin
   * @param {Entry} entry
   * @param {boolean} isRemembered
   * @returns {Promise<boolean>} whether it is kept beyond this page
   */
  async save(origin, { access, text, accessKeyId, secret, region, ends_s }, isRemembered) {
    const now_s = this.#now_s();
    const days = isRemembered ? DEVICE_DAYS : TAB_DAYS;
    const keys = access === "s3" ? await signingKeys(secret, region, { now_s, days }) : null;
    const ends = keys ? now_s + (days - 1) * 24 * 3600 : ends_s;
    const profile = { origin, access, isRemembered, accessKeyId, region, text, keys, ends_s: ends };
    this.#known.set(origin, profile);
    const isKept = await this.#keeping.put(profile);
    this.#tell(origin);
    return isKept;
  }

  /** @param {string} origin */
  async forget(origin) {
    this.#known.delete(origin);
    await this.#keeping.remove(origin);
    this.#tell(origin);
  }

  /** Lets go of what is in this page's memory: what was kept has gone. */
  drop() {
    this.#known.clear();
    this.#tell(null);
  }

  /** @param {Profile} profile */
  #hasEnded({ ends_s }) {
    return ends_s !== null && ends_s <= this.#now_s();
  }

  /** @param {string | null} origin */
  #tell(origin) {
    this.dispatchEvent(new CustomEvent("change", { detail: origin }));
  }
}
