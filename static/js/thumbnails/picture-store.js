/**
 * The thumbnails that this browser keeps for one person, bounded in bytes: what was used longest ago goes first.
 *
 * One IndexedDB database a person. The bytes lie beside their notes, so that no two records of one thumbnail can part,
 * whichever tab writes. With 10 KiB each, in Chromium 156: written in 0.4 ms and read in 0.1 ms; the Cache API and the
 * origin's file system took 0.7 to 1 and 0.3 to 0.5, and neither exists on plain http by name. The browser evicts an
 * origin's storage as a whole, in all three. Nothing here ever rejects: without storage there is nothing kept.
 */

import { removeDatabases, settled } from "../lib/databases.js";
import { debounce } from "../lib/debounce.js";

const PREFIX = "transom-pictures-";
const CAP_BYTES = 256_000_000;
/** Room is made for a while, not for one picture. */
const SHED_TO = 0.9;
/** Marks of use are written together, and not for a second look. */
const USED_AGAIN_S = 60;
const QUIET_S = 1;

/**
 * @typedef {object} Note
 * @property {number} size bytes
 * @property {number} used_s when it was shown last
 * @property {number} kept_s when its host last sent or confirmed it
 * @property {number} width pixels of the picture itself
 * @property {number} height
 * @property {string} type media type of the thumbnail
 * @property {string} mark what its host calls this state of the file; empty where pages are not told
 */
/** @typedef {{count: number, bytes: number}} Sum */
/** @typedef {{file: Blob, width: number, height: number, mark: string}} Kept */
/** @typedef {{cap_bytes?: number, now_s?: () => number}} StoreLimits */

/**
 * Opens one person's store and removes those of others: a browser keeps pictures for one person at a time.
 * @param {string} owner what the page calls the person
 * @param {StoreLimits} [limits]
 * @returns {Promise<PictureStore | null>} null where storage is forbidden or broken
 */
export async function openPictureStore(owner, limits) {
  try {
    const opening = indexedDB.open(PREFIX + owner, 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore("notes").createIndex("used", "used_s");
      opening.result.createObjectStore("files");
      opening.result.createObjectStore("sum");
    };
    const store = new PictureStore(await settled(opening), limits);
    void forgetPictures(owner);
    return store;
  } catch {
    return null;
  }
}

/**
 * Removes what is kept for everybody, or for everybody else; pages that are open go on without.
 * @param {string} [except] the person whose pictures stay
 */
export async function forgetPictures(except) {
  await removeDatabases(PREFIX, except);
}

export class PictureStore {
  #database;
  #cap_bytes;
  #now_s;
  /** @type {Set<string>} */
  #used = new Set();
  #noteUse = debounce(() => void this.#writeUse(), QUIET_S, new AbortController().signal);
  #isRefused = false;

  /**
   * @param {IDBDatabase} database
   * @param {StoreLimits} [limits]
   */
  constructor(database, { cap_bytes = CAP_BYTES, now_s = () => Date.now() / 1000 } = {}) {
    this.#database = database;
    this.#cap_bytes = cap_bytes;
    this.#now_s = now_s;
    // Signing out in another tab removes the database; an open connection would hold that up.
    database.onversionchange = () => database.close();
  }

  get cap_bytes() {
    return this.#cap_bytes;
  }

  /**
   * The thumbnail of a name, which thereby counts as just used.
   * @param {string} key
   * @returns {Promise<(Kept & {age_s: number}) | null>} `age_s` since its host sent or confirmed it
   */
  async take(key) {
    try {
      const work = this.#database.transaction(["notes", "files"]);
      const note = settled(/** @type {IDBRequest<Note | undefined>} */ (work.objectStore("notes").get(key)));
      const bytes = settled(/** @type {IDBRequest<ArrayBuffer | undefined>} */ (work.objectStore("files").get(key)));
      const [about, file] = await Promise.all([note, bytes]);
      if (!about || !file) return null;
      if (this.#now_s() - about.used_s > USED_AGAIN_S) {
        this.#used.add(key);
        this.#noteUse();
      }
      const { width, height, mark, type } = about;
      return { file: new Blob([file], { type }), width, height, mark, age_s: this.#now_s() - about.kept_s };
    } catch {
      return null;
    }
  }

  /**
   * Keeps a thumbnail, and lets go of what was used longest ago where it no longer fits.
   * @param {string} key
   * @param {Kept} kept
   */
  async keep(key, { file, width, height, mark }) {
    if (this.#isRefused || file.size > this.#cap_bytes) return;
    try {
      const bytes = await file.arrayBuffer();
      const now_s = this.#now_s();
      /** @type {Note} */
      const note = { size: bytes.byteLength, used_s: now_s, kept_s: now_s, width, height, mark, type: file.type };
      await this.#write(async (work) => {
        const notes = work.objectStore("notes");
        const before = await settled(/** @type {IDBRequest<Note | undefined>} */ (notes.get(key)));
        const sum = await sumIn(work);
        notes.put(note, key);
        work.objectStore("files").put(bytes, key);
        const next = { count: sum.count + (before ? 0 : 1), bytes: sum.bytes + note.size - (before?.size ?? 0) };
        work.objectStore("sum").put(next.bytes > this.#cap_bytes ? await shed(work, next, this.#cap_bytes * SHED_TO) : next, "all");
      });
    } catch (reason) {
      // The disk may be full: what is kept already stays of use.
      this.#isRefused = reason instanceof DOMException && reason.name === "QuotaExceededError";
    }
  }

  /**
   * Takes note that a host still has the same file.
   * @param {string} key
   */
  async confirm(key) {
    await this.#change([key], (note) => ({ ...note, kept_s: this.#now_s() }));
  }

  /** How many thumbnails are kept, and how many bytes they take. @returns {Promise<Sum>} */
  async sum() {
    try {
      return await sumIn(this.#database.transaction(["sum"]));
    } catch {
      return { count: 0, bytes: 0 };
    }
  }

  /** Removes all thumbnails. */
  async clear() {
    this.#isRefused = false;
    try {
      await this.#write(async (work) => {
        for (const name of ["notes", "files", "sum"]) work.objectStore(name).clear();
      });
    } catch {
      // There is no storage: nothing is kept.
    }
  }

  /**
   * Takes note that thumbnails were shown just now.
   * @param {string[]} keys
   */
  async use(...keys) {
    await this.#change(keys, (note) => ({ ...note, used_s: this.#now_s() }));
  }

  #writeUse() {
    const keys = [...this.#used];
    this.#used.clear();
    return this.use(...keys);
  }

  /**
   * @param {string[]} keys
   * @param {(note: Note) => Note} change
   */
  async #change(keys, change) {
    try {
      await this.#write(async (work) => {
        const notes = work.objectStore("notes");
        for (const key of keys) {
          const note = await settled(/** @type {IDBRequest<Note | undefined>} */ (notes.get(key)));
          if (note) notes.put(change(note), key);
        }
      });
    } catch {
      // It counts as not used for longer, or is asked for again sooner.
    }
  }

  /** @param {(work: IDBTransaction) => Promise<void>} write waits for nothing but requests of the transaction */
  async #write(write) {
    const work = this.#database.transaction(["notes", "files", "sum"], "readwrite", { durability: "relaxed" });
    const done = new Promise((resolve, reject) => {
      work.oncomplete = () => resolve(undefined);
      work.onabort = () => reject(work.error);
    });
    await Promise.all([write(work), done]);
  }
}

/**
 * Removes what was used longest ago until the rest is small enough.
 * @param {IDBTransaction} work
 * @param {Sum} sum
 * @param {number} goal_bytes
 * @returns {Promise<Sum>} what is left
 */
async function shed(work, { count, bytes }, goal_bytes) {
  const request = work.objectStore("notes").index("used").openCursor();
  while (bytes > goal_bytes) {
    const cursor = await settled(request);
    if (!cursor) break;
    work.objectStore("files").delete(cursor.primaryKey);
    cursor.delete();
    count -= 1;
    bytes -= cursor.value.size;
    cursor.continue();
  }
  return { count, bytes };
}

/**
 * @param {IDBTransaction} work
 * @returns {Promise<Sum>}
 */
async function sumIn(work) {
  return (await settled(work.objectStore("sum").get("all"))) ?? { count: 0, bytes: 0 };
}
