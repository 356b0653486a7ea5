/**
 * Profiles in the browser's database, for one person: for this device, or for as long as a tab is open. Texts lie there
 * sealed; S3 keys lie there as the browser's own, which no script reads. Nothing here ever rejects.
 */

import { removeDatabases, settled } from "../lib/databases.js";

/** @typedef {import("./profiles.js").Profile} Profile */
/** @typedef {import("./profiles.js").Keeping} Keeping */
/** @typedef {Omit<Profile, "text" | "isRemembered"> & {sealed: import("./seal.js").Sealed}} Record */

const PREFIX = "transom-credentials-";
const DEVICE = "device";
const TAB_LOCK = "transom-tab-";
/** A tab between two pages holds no lock for a moment; one that holds none for this long has been closed. */
const CLOSED_AFTER_S = 60;

/**
 * Removes what is kept for everybody, or for everybody else.
 * @param {string} [except]
 */
export async function forgetCredentials(except) {
  await removeDatabases(PREFIX, except);
}

/** @implements {Keeping} */
export class SealedKeeping {
  how = /** @type {const} */ ("sealed");
  #database;
  #seal;
  #tab;
  #isTabHeld = false;

  /**
   * @param {IDBDatabase} database
   * @param {import("./seal.js").Seal} seal
   * @param {string} tab what this tab is called, on all of its pages
   */
  constructor(database, seal, tab) {
    this.#database = database;
    this.#seal = seal;
    this.#tab = tab;
  }

  /**
   * @param {object} parts
   * @param {string} parts.owner what the page calls the person
   * @param {import("./seal.js").Seal} parts.seal
   * @param {string} parts.tab
   * @param {() => void} parts.gone the person signed out in another tab
   * @returns {Promise<SealedKeeping>} rejects where storage is forbidden or broken
   */
  static async open({ owner, seal, tab, gone }) {
    const opening = indexedDB.open(PREFIX + owner, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("profiles");
    const database = await settled(opening);
    database.onversionchange = () => {
      database.close();
      gone();
    };
    void forgetCredentials(owner);
    return new SealedKeeping(database, seal, tab);
  }

  /** @returns {Promise<Profile[]>} this tab's before the device's are of no avail: the tab's own come last and win */
  async all() {
    try {
      const found = [...(await this.#of(DEVICE)), ...(await this.#of(this.#tab))];
      return found.flatMap((profile) => (profile ? [profile] : []));
    } catch {
      return [];
    }
  }

  /**
   * @param {Profile} profile
   * @returns {Promise<boolean>}
   */
  async put({ text, isRemembered, ...rest }) {
    const [scope, other] = isRemembered ? [DEVICE, this.#tab] : [this.#tab, DEVICE];
    try {
      const sealed = await this.#seal.close(text, rest.origin);
      const profiles = this.#profiles("readwrite");
      profiles.delete([other, rest.origin]);
      await settled(profiles.put({ ...rest, sealed }, [scope, rest.origin]));
      if (!isRemembered) this.#hold();
      return true;
    } catch {
      return false;
    }
  }

  /** @param {string} origin */
  async remove(origin) {
    try {
      const profiles = this.#profiles("readwrite");
      profiles.delete([DEVICE, origin]);
      await settled(profiles.delete([this.#tab, origin]));
    } catch {
      // There is no storage: nothing is kept.
    }
  }

  /** Removes what was kept for tabs that have been closed since. */
  async sweep() {
    try {
      const before = await this.#closedTabs();
      if (before.size === 0) return;
      await new Promise((resolve) => setTimeout(resolve, CLOSED_AFTER_S * 1000));
      const after = await this.#closedTabs();
      const profiles = this.#profiles("readwrite");
      for (const tab of before) if (after.has(tab)) profiles.delete(rangeOf(tab));
    } catch {
      // The next page sweeps.
    }
  }

  async #closedTabs() {
    const keys = /** @type {[string, string][]} */ (await settled(this.#profiles("readonly").getAllKeys()));
    const { held = [] } = await navigator.locks.query();
    const open = new Set(held.map(({ name }) => name));
    return new Set(keys.map(([scope]) => scope).filter((scope) => scope !== DEVICE && scope !== this.#tab && !open.has(TAB_LOCK + scope)));
  }

  /** @param {string} scope */
  async #of(scope) {
    const records = await settled(/** @type {IDBRequest<Record[]>} */ (this.#profiles("readonly").getAll(rangeOf(scope))));
    if (scope !== DEVICE && records.length > 0) this.#hold();
    return Promise.all(
      records.map(async ({ sealed, ...rest }) => {
        const text = await this.#seal.open(sealed, rest.origin);
        return text === null ? null : { ...rest, text, isRemembered: scope === DEVICE };
      }),
    );
  }

  /** @param {IDBTransactionMode} mode */
  #profiles(mode) {
    return this.#database.transaction("profiles", mode).objectStore("profiles");
  }

  /** Shows other tabs that this one is open, for as long as the page lives; a tab's copy may hold it beside. */
  #hold() {
    if (this.#isTabHeld) return;
    this.#isTabHeld = true;
    navigator.locks.request(TAB_LOCK + this.#tab, { mode: "shared" }, () => new Promise(() => {})).catch(() => {});
  }
}

/** @param {string} scope */
function rangeOf(scope) {
  return IDBKeyRange.bound([scope], [scope, []]);
}
