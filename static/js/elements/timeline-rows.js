/** Where the rows of a timeline lie, from top to bottom, in CSS pixels. All of it stands on a 4 px grid. */

/**
 * @typedef {object} Row
 * @property {number} top
 * @property {number} height
 */

/**
 * @typedef {object} TimelineRows
 * @property {Row} overview the whole scene, drawn while a part of it is in view
 * @property {Row} flags
 * @property {Row} numerals
 * @property {Row} ticks
 * @property {Row} track what is held, the section
 * @property {Row} times
 * @property {number} height of all
 */

/** What is left free at either end, for numerals that stand over the ends. */
export const INSET_PX = 20;

/** @type {TimelineRows} */
export const ROWS = laidOut({ overview: 12, flags: 8, numerals: 16, ticks: 8, track: 12, times: 20 });

/** For fingers: a strip and a track one can hit. */
/** @type {TimelineRows} */
export const WIDE_ROWS = laidOut({ overview: 24, flags: 12, numerals: 16, ticks: 8, track: 24, times: 20 });

/** @param {Record<"overview" | "flags" | "numerals" | "ticks" | "track" | "times", number>} heights */
function laidOut(heights) {
  let top = 0;
  const row = (/** @type {number} */ height) => ({ top: (top += height) - height, height });
  return {
    overview: row(heights.overview),
    flags: row(heights.flags),
    numerals: row(heights.numerals),
    ticks: row(heights.ticks),
    track: row(heights.track),
    times: row(heights.times),
    height: top,
  };
}
