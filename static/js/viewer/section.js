/** The part of a scene between an in and an out mark. */

/** @typedef {{first: number, last: number}} Section inclusive frame indexes, first <= last */

/**
 * The section that begins here. It ends where it did, or with the scene where that lies before.
 * @param {Section | null} section
 * @param {number} index
 * @param {number} count frames in the scene
 * @returns {Section}
 */
export function beginAt(section, index, count) {
  return { first: index, last: section && section.last >= index ? section.last : count - 1 };
}

/**
 * The section that ends here. It begins where it did, or with the scene where that lies behind.
 * @param {Section | null} section
 * @param {number} index
 * @returns {Section}
 */
export function endAt(section, index) {
  return { first: section && section.first <= index ? section.first : 0, last: index };
}

/**
 * The section that an address names, put right: within the scene, and the earlier end first.
 * @param {string | null} first
 * @param {string | null} last
 * @param {import("./timeline.js").Timeline} timeline
 * @returns {Section | null} null where neither end is named
 */
export function sectionOf(first, last, timeline) {
  if (first === null && last === null) return null;
  const ends = [timeline.clamp(Number(first ?? 0)), timeline.clamp(Number(last ?? timeline.count - 1))];
  return { first: Math.min(...ends), last: Math.max(...ends) };
}

/**
 * The nearest of some frames on one side of a frame.
 * @param {number[]} frames in any order
 * @param {number} index
 * @param {1 | -1} direction
 * @returns {number | null} null where there is none on that side
 */
export function nearestBeyond(frames, index, direction) {
  const beyond = frames.filter((frame) => (frame - index) * direction > 0);
  if (beyond.length === 0) return null;
  return direction > 0 ? Math.min(...beyond) : Math.max(...beyond);
}
