/** A worker that makes thumbnails of files it is handed: decodes, turns as the file says, makes smaller, encodes. It fetches nothing. */

import { boxOn, cropView } from "./crop-view.js";
import { thumbnailSize } from "./size-classes.js";

/**
 * @typedef {object} Order
 * @property {number} id
 * @property {string} address names the file among those that come again
 * @property {Blob} file
 * @property {import("./size-classes.js").SizeClass} size
 * @property {import("./crop-view.js").Crop | null} crop null for the whole picture
 */
/** @typedef {{id: number, made: {file: Blob, width: number, height: number} | null}} Answer `width` and `height` of the picture itself */

/** At this quality a thumbnail takes 10 KiB, and looks as its picture does. */
const QUALITY = 0.8;
/** Decoded pictures that wait for further crops of them: two of 4K. */
const WAITING_BYTES = 72 * 1024 * 1024;
const WAITING_MS = 2000;

/** Least recently used first. @type {Map<string, ImageBitmap>} */
const held = new Map();
/** @type {Map<string, Promise<ImageBitmap>>} */
const decoding = new Map();
let held_bytes = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let end;

addEventListener("message", async (/** @type {MessageEvent<Order>} */ { data }) => {
  /** @type {Answer} */
  let answer;
  try {
    answer = { id: data.id, made: await make(data) };
  } catch {
    answer = { id: data.id, made: null };
  }
  postMessage(answer);
});

/** @param {Order} order */
async function make({ address, file, size, crop }) {
  const picture = await (crop ? shared(address, file) : createImageBitmap(file));
  try {
    const { width, height } = picture;
    const view = crop ? cropView(boxOn(crop, picture), picture, crop) : { left: 0, top: 0, width, height };
    const small = thumbnailSize(view, size);
    const made = await encoded(picture, view, small);
    const isSame = !crop && small.width === width && file.size <= made.size;
    return { file: isSame ? file : made, width, height };
  } finally {
    if (!crop) picture.close();
  }
}

/**
 * @param {ImageBitmap} picture
 * @param {import("./crop-view.js").Rectangle} view
 * @param {{width: number, height: number}} small
 */
async function encoded(picture, { left, top, width, height }, small) {
  const canvas = new OffscreenCanvas(small.width, small.height);
  const pen = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.imageSmoothingQuality = "high";
  pen.drawImage(picture, left, top, width, height, 0, 0, small.width, small.height);
  const made = await canvas.convertToBlob({ type: "image/webp", quality: QUALITY });
  // Safari 18 writes no webp, and PNG in its stead.
  return made.type === "image/webp" ? made : canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
}

/**
 * The decoded picture of a file, which the next crop of it finds decoded. Closed when others need the room, and when
 * nobody came for a while.
 * @param {string} address
 * @param {Blob} file
 * @returns {Promise<ImageBitmap>}
 */
async function shared(address, file) {
  const there = held.get(address);
  if (there) {
    hold(address, there);
    return there;
  }
  const underway = decoding.get(address) ?? decode(address, file);
  decoding.set(address, underway);
  return underway;
}

/**
 * @param {string} address
 * @param {Blob} file
 */
async function decode(address, file) {
  try {
    const picture = await createImageBitmap(file);
    hold(address, picture);
    return picture;
  } finally {
    decoding.delete(address);
  }
}

/**
 * @param {string} address
 * @param {ImageBitmap} picture
 */
function hold(address, picture) {
  if (!held.delete(address)) held_bytes += bytesOf(picture);
  held.set(address, picture);
  for (const oldest of held.keys()) {
    if (held_bytes <= WAITING_BYTES || oldest === address) break;
    drop(oldest);
  }
  clearTimeout(end);
  end = setTimeout(() => [...held.keys()].forEach(drop), WAITING_MS);
}

/** @param {string} address */
function drop(address) {
  const picture = /** @type {ImageBitmap} */ (held.get(address));
  held.delete(address);
  held_bytes -= bytesOf(picture);
  // Not at once: who was just handed it draws it first.
  setTimeout(() => picture.close(), 0);
}

/** @param {ImageBitmap} picture */
function bytesOf({ width, height }) {
  return 4 * width * height;
}
