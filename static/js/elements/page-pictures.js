/** The one store of thumbnails of this page's person. */

import { openPictureStore } from "../thumbnails/picture-store.js";

/** @type {Promise<import("../thumbnails/picture-store.js").PictureStore | null> | null} */
let opened = null;

/** The store; null where nobody is signed in or storage is forbidden. Opened when first asked for. */
export function pagePictures() {
  const owner = keptFor();
  return (opened ??= owner ? openPictureStore(owner) : Promise.resolve(null));
}

/**
 * Whom pictures are kept for, as the page says.
 * @returns {string | null} empty where nobody is signed in, null where the page does not say
 */
export function keptFor() {
  return document.querySelector('meta[name="pictures-kept-for"]')?.getAttribute("content") ?? null;
}
