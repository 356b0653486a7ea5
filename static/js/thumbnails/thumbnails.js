/**
 * The pictures of cells, as small as they are shown. Of a host that lets pages read its files (CORS) a thumbnail is made
 * here and kept on this computer, so that the next visit needs no network; of any other host the picture itself is
 * shown, by an image element as on any page. Whether a host allows it is learned once; see hosts/abilities.js.
 */

import { originOf } from "../credentials/access.js";
import { loadPicture } from "../credentials/load-picture.js";
import { loadImage } from "../media/image-load.js";
import { noteNaturalSize } from "../viewer/natural-size.js";
import { pictureKey } from "./picture-key.js";

/**
 * @typedef {object} Wish
 * @property {string} dataset public id
 * @property {string} item public id of what the cell shows
 * @property {string} url absolute
 * @property {string} [referenceId] of the item that the picture is, where that is known
 * @property {import("./size-classes.js").SizeClass} size
 * @property {import("./crop-view.js").Crop | null} crop null for the whole picture
 */
/**
 * @typedef {object} Shown
 * @property {HTMLImageElement} image loaded; naturalSizeOf tells the picture's own size
 * @property {number} width pixels of the picture itself
 * @property {number} height
 * @property {boolean} isThumbnail whether it is not the picture itself
 * @property {boolean} isCrop whether it is only the part that was wished for
 * @property {boolean} isOld whether its host should be asked again by now
 */
/** @typedef {import("./picture-store.js").Kept} Kept */

/** After this a picture that changed at its host, under the same address, is found out. */
const STANDS_S = 7 * 24 * 3600;
/** Nobody waits longer for another's trial of a host. */
const TRIAL_PATIENCE_MS = 3000;

export class Thumbnails {
  #abilities;
  #hosts;
  #files;
  #maker;
  #store;
  /** Origins that gave the page no file: whether they forbid it or are not there, the next picture shows. @type {Map<string, "asked" | "gone">} */
  #silent = new Map();

  /**
   * @param {object} parts
   * @param {import("../hosts/abilities.js").HostAbilities} parts.abilities
   * @param {import("../viewer/sources/host-trial.js").HostTrial} parts.hosts
   * @param {import("./source-files.js").SourceFiles} parts.files
   * @param {import("./thumbnail-maker.js").ThumbnailMaker} parts.maker
   * @param {Promise<import("./picture-store.js").PictureStore | null>} parts.store
   */
  constructor({ abilities, hosts, files, maker, store }) {
    this.#abilities = abilities;
    this.#hosts = hosts;
    this.#files = files;
    this.#maker = maker;
    this.#store = store;
  }

  /**
   * What is kept of a picture: no network is asked.
   * @param {Wish} wish
   * @param {AbortSignal} signal
   * @returns {Promise<Shown | null>}
   */
  async kept(wish, signal) {
    const store = await this.#store;
    const kept = await store?.take(keyOf(wish));
    signal.throwIfAborted();
    if (!kept) return null;
    try {
      return await shown(kept, wish, signal, kept.age_s > STANDS_S);
    } catch {
      signal.throwIfAborted();
      return null;
    }
  }

  /**
   * Loads a picture from its host.
   * @param {Wish} wish
   * @param {AbortSignal} signal
   * @returns {Promise<Shown>} rejects with ImageFailed or the signal's reason
   */
  async load(wish, signal) {
    const origin = originOf(wish.url);
    const made = await this.#make(wish, signal);
    if (made) {
      void this.#store.then((store) => store?.keep(keyOf(wish), made));
      return shown(made, wish, signal, false);
    }
    try {
      const image = await loadPicture(new Image(), wish.url, signal, { isReadable: this.#abilities.readable(origin), referenceId: wish.referenceId });
      this.#settle(origin);
      return { image, width: image.naturalWidth, height: image.naturalHeight, isThumbnail: false, isCrop: false, isOld: false };
    } catch (reason) {
      if (!signal.aborted && this.#silent.has(origin)) this.#silent.set(origin, "gone");
      throw reason;
    }
  }

  /**
   * A picture came from an origin that gave the page no file: it forbids that, or was not there before and is by now.
   * @param {string} origin
   */
  #settle(origin) {
    if (this.#silent.get(origin) === "asked") this.#abilities.learn(origin, { readable: false });
    this.#silent.delete(origin);
  }

  /**
   * Asks the host whether a picture is still what is kept of it.
   * @param {Wish} wish
   * @param {AbortSignal} signal
   * @returns {Promise<Shown | null>} the picture as it is now; null when it is the same, or nobody can tell
   */
  async renew(wish, signal) {
    const [store, key] = [await this.#store, keyOf(wish)];
    const kept = await store?.take(key);
    if (!store || !kept) return null;
    const found = await this.#files.again(wish.url, kept.mark, signal, { referenceId: wish.referenceId });
    if (found === "same") await store.confirm(key);
    if (!found || found === "same") return null;
    const made = await this.#maker.make({ file: found.file, address: wish.url, size: wish.size, crop: wish.crop }, signal);
    if (!made) return null;
    const next = { ...made, mark: found.mark };
    await store.keep(key, next);
    return shown(next, wish, signal, false);
  }

  /**
   * @param {Wish} wish
   * @param {AbortSignal} signal
   * @returns {Promise<Kept | null>} null when the picture itself is to be shown
   */
  async #make({ url, referenceId, size, crop }, signal) {
    const origin = originOf(url);
    const isReadable = this.#abilities.readable(origin);
    if (isReadable === false || this.#silent.has(origin)) return null;
    const source = await this.#source(url, signal, { isKept: crop !== null, referenceId }, isReadable === undefined);
    if (!source) return null;
    const made = await this.#maker.make({ file: source.file, address: url, size, crop }, signal);
    return made && { ...made, mark: source.mark };
  }

  /**
   * @param {string} url
   * @param {AbortSignal} signal
   * @param {{isKept: boolean, referenceId: string | undefined}} how
   * @param {boolean} isTrial whether nobody knows the host yet
   */
  async #source(url, signal, how, isTrial) {
    if (!isTrial) return this.#files.take(url, signal, how);
    const origin = originOf(url);
    const limit = this.#hosts.isTrying(origin) ? AbortSignal.any([signal, AbortSignal.timeout(TRIAL_PATIENCE_MS)]) : signal;
    try {
      const source = await this.#files.take(url, limit, how);
      if (!source && this.#abilities.readable(origin) === undefined) this.#silent.set(origin, "asked");
      return source;
    } catch (reason) {
      signal.throwIfAborted();
      if (limit.aborted) return null;
      throw reason;
    }
  }
}

/** @param {Wish} wish */
function keyOf({ dataset, item, url, size, crop }) {
  return pictureKey({ dataset, item, url, size: size.name, crop: crop && [...crop.box, crop.aspect, crop.foot] });
}

/**
 * A thumbnail as an image element.
 * @param {Kept} kept
 * @param {Wish} wish
 * @param {AbortSignal} signal
 * @param {boolean} isOld
 * @returns {Promise<Shown>}
 */
async function shown({ file, width, height }, { crop }, signal, isOld) {
  const url = URL.createObjectURL(file);
  try {
    const image = await loadImage(new Image(), url, signal);
    noteNaturalSize(image, { width, height });
    return { image, width, height, isThumbnail: true, isCrop: crop !== null, isOld };
  } finally {
    // The element holds what it loaded.
    URL.revokeObjectURL(url);
  }
}
