/** Where the lives of tracks lie along a timeline, and where they begin and end. Pure numbers; who draws is elsewhere. */

/**
 * One thing that is followed through the frames of a scene.
 * @typedef {object} Track
 * @property {string} reference
 * @property {string} label
 * @property {number} source index among the sources that came with it
 * @property {number[]} spans the frames where it is: first, last, first, last, …, both included, in order
 * @property {number} count
 */

/**
 * Which frames are in view, and where each begins: a TimelineView is one.
 * @typedef {object} LaneView
 * @property {{first: number, last: number}} visible
 * @property {(index: number) => number} xOf CSS pixels
 */

/** `spans` are left and right ends one after the other, in CSS pixels. @typedef {{spans: Float64Array}} Lane */

/** Spans nearer to each other than this are drawn as one: the gap would not be seen. */
const NARROWEST_GAP_PX = 1;
/** How full a part of a scene is, besides empty. */
const LEVELS = 5;

/**
 * @param {Track[]} tracks
 * @param {LaneView} view
 * @returns {Lane[]} one for each track, in their order; of what is not in view, nothing
 */
export function layOutLanes(tracks, view) {
  const { first, last } = view.visible;
  const start_px = view.xOf(first);
  const frame_px = view.xOf(first + 1) - start_px;
  return tracks.map(({ spans }) => {
    /** @type {number[]} */
    const ends = [];
    for (let at = firstSpanTo(spans, first); at < spans.length && spans[at] <= last; at += 2) {
      const left = start_px + (spans[at] - first) * frame_px;
      const right = start_px + (spans[at + 1] + 1 - first) * frame_px;
      if (ends.length > 0 && left - ends[ends.length - 1] < NARROWEST_GAP_PX) ends[ends.length - 1] = right;
      else ends.push(left, right);
    }
    return { spans: Float64Array.from(ends) };
  });
}

/**
 * The next frame at which a track begins or ends, or is interrupted.
 * @param {Track} track
 * @param {number} frame
 * @param {1 | -1} direction
 * @returns {number | null} null where there is none
 */
export function nextKey({ spans }, frame, direction) {
  const later = firstAbove(spans, direction > 0 ? frame : frame - 1);
  return spans[direction > 0 ? later : later - 1] ?? null;
}

/**
 * How full a part of a scene is: 0 for empty, and up to 5. Few against many are still told from none.
 * @param {number} count
 * @param {number} most of any part
 */
export function heatLevel(count, most) {
  return count > 0 ? Math.max(1, Math.min(LEVELS, Math.ceil(LEVELS * Math.sqrt(count / most)))) : 0;
}

/**
 * The place of the first span that does not end before a frame.
 * @param {number[]} spans
 * @param {number} frame
 */
function firstSpanTo(spans, frame) {
  return firstAbove(spans, frame - 1) & ~1;
}

/**
 * The place of the first number above a limit; the ends of spans are in order, and one may be twice.
 * @param {number[]} sorted
 * @param {number} limit
 */
function firstAbove(sorted, limit) {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * How all of these names begin, up to a slash: what need not be read in each of them.
 * @param {string[]} names
 */
export function sharedFolder(names) {
  const first = names[0] ?? "";
  let end = first.lastIndexOf("/") + 1;
  for (const name of names) {
    while (end > 0 && !name.startsWith(first.slice(0, end))) end = end < 2 ? 0 : first.lastIndexOf("/", end - 2) + 1;
  }
  return names.length > 1 ? first.slice(0, end) : "";
}
