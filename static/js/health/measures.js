/** What was measured and is not stored so: sizes of pictures, and what an mp4 holds. */

/** @typedef {import("./check-run.js").Checked} Checked */

/** Containers round the length, and count sound that goes on after the last picture. */
const SAME_DURATION_S = 0.1;
const DURATION = "video_duration_s";

/**
 * @typedef {object} Difference
 * @property {Checked} checked
 * @property {boolean} isMissing nothing is stored yet; false: something else is stored
 * @property {boolean} isTurned the size stored is that of the picture lying on its side
 * @property {string} stored in words; empty for nothing
 * @property {string} found in words
 */

/** @typedef {{id: string, seen: (number | null)[], found: number[]}} SizeToWrite */
/** @typedef {{id: string, seen: Record<string, number | null>, found: Record<string, number>}} VideoToWrite */

/**
 * What could be written down, those that contradict first.
 * @param {readonly Checked[]} checked
 * @returns {Difference[]}
 */
export function differencesOf(checked) {
  const found = checked.flatMap((one) => differenceOf(one) ?? []);
  return found.sort((one, other) => Number(one.isMissing) - Number(other.isMissing));
}

/**
 * @param {Checked} checked
 * @returns {Difference | null}
 */
function differenceOf(checked) {
  const { file, measured } = checked;
  const differing = Object.keys(measured).filter((key) => isDifferent(checked, key));
  if (differing.length === 0) return null;
  // A half of a size is no size.
  const isMissing = file.kind === "video" ? differing.every((key) => storedOf(checked, key) === null) : isUnknown(file.stored);
  const isTurned = file.stored.width === measured.height && file.stored.height === measured.width;
  if (file.kind !== "video") return { checked, isMissing, isTurned, stored: isMissing ? "" : sizeInWords(file.stored), found: sizeInWords(measured) };
  const known = Object.fromEntries(differing.flatMap((key) => storedOf(checked, key) === null ? [] : [[key, storedOf(checked, key)]]));
  const news = Object.fromEntries(differing.map((key) => [key, measured[key] ?? null]));
  return { checked, isMissing, isTurned: false, stored: videoInWords(known), found: videoInWords(news) };
}

/**
 * @param {Checked} checked
 * @param {string} key
 */
function isDifferent(checked, key) {
  const stored = storedOf(checked, key);
  if (checked.file.taken.includes(key)) return false;
  if (stored === null || key !== DURATION) return stored !== checked.measured[key];
  return Math.abs(stored - (checked.measured[key] ?? 0)) > SAME_DURATION_S;
}

/**
 * @param {Checked} checked
 * @param {string} key
 */
function storedOf({ file }, key) {
  return file.stored[key] ?? null;
}

/** @param {Record<string, number | null>} size */
function isUnknown({ width = null, height = null }) {
  return width === null || height === null;
}

/** @param {Record<string, number | null>} size */
function sizeInWords({ width, height }) {
  return `${width} × ${height}`;
}

/** @param {Record<string, number | null>} video some of the keys */
function videoInWords({ video_width, video_height, video_duration_s, video_frame_count }) {
  const isSize = video_width !== undefined && video_height !== undefined;
  const parts = [
    isSize ? `${video_width} × ${video_height}` : "",
    !isSize && video_width !== undefined ? `${video_width} wide` : "",
    !isSize && video_height !== undefined ? `${video_height} high` : "",
    video_duration_s === undefined ? "" : `${video_duration_s} s`,
    video_frame_count === undefined ? "" : `${video_frame_count} frames`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}

/**
 * What the server is sent: of each what the page was told, so that a row which changed meanwhile is not overwritten.
 * @param {readonly Difference[]} differences
 * @returns {{sizes: SizeToWrite[], videos: VideoToWrite[]}}
 */
export function toWrite(differences) {
  /** @type {{sizes: SizeToWrite[], videos: VideoToWrite[]}} */
  const body = { sizes: [], videos: [] };
  for (const { checked } of differences) {
    const { file, measured } = checked;
    if (file.kind !== "video") {
      const seen = [file.stored.width ?? null, file.stored.height ?? null];
      body.sizes.push({ id: file.id, seen, found: [measured.width ?? 0, measured.height ?? 0] });
      continue;
    }
    const keys = Object.keys(measured).filter((key) => isDifferent(checked, key));
    const seen = Object.fromEntries(keys.flatMap((key) => (key in file.stored ? [[key, file.stored[key] ?? null]] : [])));
    body.videos.push({ id: file.id, seen, found: Object.fromEntries(keys.map((key) => [key, measured[key] ?? 0])) });
  }
  return body;
}

/**
 * Mp4s with another number of frames than their scene lists.
 * @param {readonly Checked[]} checked
 */
export function uncountedFrames(checked) {
  return checked.filter(({ file, measured }) => {
    const count = measured.video_frame_count;
    return count !== undefined && file.frame_count > 0 && file.frame_count !== count;
  });
}
