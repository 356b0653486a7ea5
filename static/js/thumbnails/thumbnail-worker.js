/** A worker that makes thumbnails of files it is handed: decodes, turns as the file says, makes smaller, encodes. It fetches nothing. */

import { boxOn, cropView } from "./crop-view.js";
import { thumbnailSize } from "./size-classes.js";

/**
 * @typedef {object} Order
 * @property {number} id
 * @property {string} address names the file among those that come again
 * @property {Blob} file
 * @property {import("../media/picture-size.js").PictureSize | null} stored the size that the file claims, before any turning
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
async function make({ address, file, stored, size, crop }) {
  if (crop) return makeCrop(await shared(address, file), size, crop);
  const picture = (stored && (await decodeSmall(file, stored, size))) || asPicture(await createImageBitmap(file));
  try {
    const { width, height, source } = picture;
    const small = thumbnailSize(picture, size);
    const made = await encoded(source, { left: 0, top: 0, width: picture.across, height: picture.down }, small);
    const isSame = small.width === width && file.size <= made.size;
    return { file: isSame ? file : made, width, height };
  } finally {
    picture.source.close();
  }
}

/**
 * @param {ImageBitmap} picture
 * @param {import("./size-classes.js").SizeClass} size
 * @param {import("./crop-view.js").Crop} crop
 */
async function makeCrop(picture, size, crop) {
  const { width, height } = picture;
  const view = cropView(boxOn(crop, picture), picture, crop);
  return { file: await encoded(picture, view, thumbnailSize(view, size)), width, height };
}

/**
 * @typedef {object} Decoded
 * @property {ImageBitmap | VideoFrame} source
 * @property {number} width pixels of the picture itself, upright
 * @property {number} height
 * @property {number} across what was decoded of it
 * @property {number} down
 */

/** @param {ImageBitmap} source @returns {Decoded} */
function asPicture(source) {
  const { width, height } = source;
  return { source, width, height, across: width, down: height };
}

/**
 * Decodes a JPEG smaller than it is, in eighths, as the format allows: of 4K in a quarter of the time and without its
 * 32 MiB (9 ms for 42, Chromium 156). The frame stands upright, as the file's orientation says.
 * @param {Blob} file
 * @param {import("../media/picture-size.js").PictureSize} stored
 * @param {import("./size-classes.js").SizeClass} size
 * @returns {Promise<Decoded | null>} null where the browser, or the file, is not made for it
 */
async function decodeSmall(file, stored, size) {
  const turned = { width: stored.height, height: stored.width };
  const scale = Math.max(thumbnailSize(stored, size).width / stored.width, thumbnailSize(turned, size).width / turned.width);
  const eighths = Math.ceil(8 * scale);
  if (eighths >= 8 || typeof ImageDecoder === "undefined" || !(await isJpeg(file))) return null;
  const desired = (/** @type {number} */ side) => Math.ceil((side * eighths) / 8);
  const decoder = new ImageDecoder({
    data: await file.arrayBuffer(),
    type: "image/jpeg",
    desiredWidth: desired(stored.width),
    desiredHeight: desired(stored.height),
  });
  try {
    const { image } = await decoder.decode();
    const { displayWidth: across, displayHeight: down } = image;
    const isTurned = across > down !== stored.width > stored.height;
    return { source: image, ...(isTurned ? turned : stored), across, down };
  } catch {
    return null;
  } finally {
    decoder.close();
  }
}

/** @param {Blob} file */
async function isJpeg(file) {
  const [first, second] = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  return first === 0xff && second === 0xd8;
}

/**
 * @param {ImageBitmap | VideoFrame} picture
 * @param {import("./crop-view.js").Rectangle} view
 * @param {{width: number, height: number}} small
 */
async function encoded(picture, { left, top, width, height }, small) {
  const canvas = new OffscreenCanvas(small.width, small.height);
  const pen = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  pen.imageSmoothingQuality = "medium";
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
