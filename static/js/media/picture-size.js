/**
 * How large a picture is, read from its first bytes: what decoding it would take is known before it is decoded.
 * Each reader follows the format's own specification; sizes are as stored, before any orientation.
 */

/** @typedef {{width: number, height: number}} PictureSize pixels */

/**
 * The size that a file claims; null when the bytes are of another format, or do not reach that far.
 * @param {Uint8Array} bytes the file, or its beginning
 * @returns {PictureSize | null}
 */
export function pictureSize(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return jpegSize(view) ?? pngSize(view) ?? webpSize(view) ?? avifSize(view) ?? gifSize(view) ?? bmpSize(view);
  } catch (reason) {
    if (reason instanceof RangeError) return null;
    throw reason;
  }
}

/**
 * ITU T.81: segments until a start of frame, which is any of C0 to CF but C4, C8 and CC.
 * @param {DataView} view
 */
function jpegSize(view) {
  if (view.getUint16(0) !== 0xffd8) return null;
  let place = 2;
  while (true) {
    while (view.getUint8(place) !== 0xff) place += 1;
    while (view.getUint8(place) === 0xff) place += 1;
    const marker = view.getUint8(place);
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      return { width: view.getUint16(place + 6), height: view.getUint16(place + 4) };
    }
    place += 1 + view.getUint16(place + 1);
  }
}

/** @param {DataView} view */
function pngSize(view) {
  if (text(view, 1, 3) !== "PNG" || text(view, 12, 4) !== "IHDR") return null;
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

/**
 * RFC 9649: lossy, lossless and extended files keep their size in three ways.
 * @param {DataView} view
 */
function webpSize(view) {
  if (text(view, 0, 4) !== "RIFF" || text(view, 8, 4) !== "WEBP") return null;
  switch (text(view, 12, 4)) {
    case "VP8 ":
      return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
    case "VP8L": {
      const bits = view.getUint32(21, true);
      return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
    }
    case "VP8X":
      return { width: uint24(view, 24) + 1, height: uint24(view, 27) + 1 };
    default:
      return null;
  }
}

/**
 * ISO/IEC 23008-12: the largest of the image spatial extents, which include those of thumbnails and tiles.
 * @param {DataView} view
 */
function avifSize(view) {
  if (text(view, 4, 4) !== "ftyp") return null;
  /** @type {PictureSize | null} */
  let largest = null;
  for (let place = 8; place + 16 <= Math.min(view.byteLength, AVIF_HEADER_BYTES); place += 1) {
    if (view.getUint32(place) !== ISPE) continue;
    const size = { width: view.getUint32(place + 8), height: view.getUint32(place + 12) };
    if (!largest || size.width * size.height > largest.width * largest.height) largest = size;
  }
  return largest;
}

/** The four letters "ispe". */
const ISPE = 0x69737065;
/** The boxes before the picture's data are a few hundred bytes. */
const AVIF_HEADER_BYTES = 4096;

/** @param {DataView} view */
function gifSize(view) {
  if (text(view, 0, 4) !== "GIF8") return null;
  return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
}

/** @param {DataView} view */
function bmpSize(view) {
  if (text(view, 0, 2) !== "BM") return null;
  // Negative when the rows are stored from the top.
  return { width: Math.abs(view.getInt32(18, true)), height: Math.abs(view.getInt32(22, true)) };
}

/**
 * @param {DataView} view
 * @param {number} place
 */
function uint24(view, place) {
  return view.getUint16(place, true) | (view.getUint8(place + 2) << 16);
}

/**
 * @param {DataView} view
 * @param {number} place
 * @param {number} length
 */
function text(view, place, length) {
  let letters = "";
  for (let step = 0; step < length; step += 1) letters += String.fromCharCode(view.getUint8(place + step));
  return letters;
}
