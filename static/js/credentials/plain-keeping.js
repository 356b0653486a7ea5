/**
 * Profiles where the browser has no WebCrypto (a page over http from another computer): in the tab's own storage, in clear,
 * and never longer than the tab; and where it has no storage at all.
 */

import { TabMemory } from "../lib/tab-memory.js";

/** @typedef {import("./profiles.js").Profile} Profile */
/** @typedef {import("./profiles.js").Keeping} Keeping */

const ALL = "all";

/** @implements {Keeping} */
export class PlainKeeping {
  how = /** @type {const} */ ("plain");
  #owner;
  #memory;

  /**
   * @param {string} owner what the page calls the person
   * @param {TabMemory} [memory]
   */
  constructor(owner, memory = new TabMemory("credentials")) {
    this.#owner = owner;
    this.#memory = memory;
  }

  /** Takes back what was kept for anybody. @param {TabMemory} [memory] */
  static forget(memory = new TabMemory("credentials")) {
    memory.write(ALL, undefined);
  }

  async all() {
    const note = /** @type {{owner: string, profiles: Profile[]} | undefined} */ (this.#memory.read(ALL));
    if (note?.owner === this.#owner) return note.profiles;
    this.#memory.write(ALL, undefined);
    return [];
  }

  /** @param {Profile} profile */
  async put(profile) {
    if (profile.keys) return false;
    this.#write([...(await this.#others(profile.origin)), { ...profile, isRemembered: false }]);
    return true;
  }

  /** @param {string} origin */
  async remove(origin) {
    this.#write(await this.#others(origin));
  }

  /** @param {string} origin */
  async #others(origin) {
    return (await this.all()).filter((one) => one.origin !== origin);
  }

  /** @param {Profile[]} profiles */
  #write(profiles) {
    this.#memory.write(ALL, profiles.length > 0 ? { owner: this.#owner, profiles } : undefined);
  }
}

/** Nothing outlives the page. @implements {Keeping} */
export class NoKeeping {
  how = /** @type {const} */ ("page");

  async all() {
    return [];
  }

  async put() {
    return false;
  }

  async remove() {}
}
