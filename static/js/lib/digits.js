/** Numbers as the pages write them: thin spaces between thousands, times with milliseconds. */

const NARROW_NO_BREAK_SPACE = "\u202f";

/**
 * Writes a whole number with its thousands apart.
 * @param {number | bigint} number
 */
export function grouped(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, NARROW_NO_BREAK_SPACE);
}

/**
 * Writes a width and a height in pixels.
 * @param {{width: number, height: number}} size
 */
export function pixelSize({ width, height }) {
  return `${grouped(width)} × ${grouped(height)} px`;
}

/**
 * Writes a time in a video as minutes, seconds and milliseconds; hours only when there are some.
 * @param {number} time_s seconds, not negative
 */
export function clockTime(time_s) {
  const total_ms = Math.round(time_s * 1000);
  const pad = (/** @type {number} */ number, /** @type {number} */ width) => String(number).padStart(width, "0");
  const hours = Math.floor(total_ms / 3_600_000);
  const minutes = pad(Math.floor(total_ms / 60_000) % 60, 2);
  const seconds = pad(Math.floor(total_ms / 1000) % 60, 2);
  return `${hours ? `${hours}:` : ""}${minutes}:${seconds}.${pad(total_ms % 1000, 3)}`;
}

/**
 * Writes how long something took: "0.4 s", "12 s", "3 min 20 s", "2 h 5 min".
 * @param {number} seconds
 */
export function lasted(seconds) {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.trunc(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.trunc(whole / 60);
  return whole < 3600 ? `${minutes} min ${whole % 60} s` : `${Math.trunc(minutes / 60)} h ${minutes % 60} min`;
}
