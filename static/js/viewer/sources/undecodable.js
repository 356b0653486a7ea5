/** Why a file that came is no picture: one sentence, told from its first bytes. */

const HTML = /^\s*(<!doctype html|<html|<head|<body|<script|<title)/i;
const TEXT_BYTES = 256;

/**
 * Says what a file is that the browser could not decode.
 * @param {Uint8Array} bytes the file
 * @param {string} host where it came from
 */
export function whyUndecodable(bytes, host) {
  if (bytes.length === 0) return `${host} sent an empty file for this frame.`;
  const beginning = String.fromCharCode(...bytes.subarray(0, TEXT_BYTES));
  if (HTML.test(beginning)) return `${host} answered with a web page instead of a picture: a sign-in page, perhaps.`;
  if (/^(II\*\0|MM\0\*)/.test(beginning)) return `The picture from ${host} is a TIFF file, which browsers do not show.`;
  if (/^....ftyphe[iv]/s.test(beginning)) return `The picture from ${host} is a HEIC file, which most browsers do not show.`;
  return `The picture from ${host} is broken, or of a kind that this browser does not decode.`;
}
