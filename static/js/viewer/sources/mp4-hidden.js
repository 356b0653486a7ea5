/** Packets of VP8 and VP9 that a decoder needs and never shows: their first bytes say so. */

/**
 * @param {string} codec as mediabunny names it
 * @param {Uint8Array} data a whole packet
 */
export function isShown(codec, data) {
  if (data.byteLength === 0) return false;
  if (codec === "vp8") return (/** @type {number} */ (data[0]) & VP8_SHOW_FRAME) !== 0;
  if (codec === "vp9") return isShownVp9(data);
  return true;
}

const VP8_SHOW_FRAME = 0b0001_0000;

/**
 * The header's first bits are: marker (2), profile (2, and 1 reserved in profile 3), show existing frame, frame type, show frame.
 * @param {Uint8Array} data
 */
function isShownVp9(data) {
  const [first, last] = [/** @type {number} */ (data[0]), /** @type {number} */ (data.at(-1))];
  // Several frames in one packet: one of them is always shown.
  if (last >> 5 === 0b110) return true;
  const isProfile3 = (first & 0b0011_0000) === 0b0011_0000;
  const flags = isProfile3 ? first : first >> 1;
  return (flags & 0b100) !== 0 || (flags & 0b001) !== 0;
}
