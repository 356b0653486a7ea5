/** What a query asks for when a range is drawn over a chart, or a part of a map. Pure. */

/**
 * How a condition on a field is written: `path` with what stands around it, so that one object meets it as a whole.
 * @typedef {object} RangeField
 * @property {string} before
 * @property {string} path
 * @property {string} after
 * @property {boolean} is_many whether a query asks it of many rows at once, and one comparison is about one of them
 *
 * @typedef {object} Binned
 * @property {string} low the value, or where it begins
 * @property {string} [high] where it ends; empty for a single value
 *
 * @typedef {object} PlaceFields
 * @property {string} latitude
 * @property {string} longitude
 * @property {boolean} is_many
 *
 * @typedef {{south: string, west: string, north: string, east: string}} Part a part of a map, in degrees
 */

/**
 * The bars between two places of the axis, in whole bars: what is touched is meant.
 * @param {number} from in bars from the left
 * @param {number} to
 * @param {number} count how many bars there are
 * @returns {[number, number]} the first and the last
 */
export function barsBetween(from, to, count) {
  const [low, high] = from <= to ? [from, to] : [to, from];
  const first = Math.min(count - 1, Math.max(0, Math.floor(low)));
  return [first, Math.min(count - 1, Math.max(first, Math.ceil(high) - 1))];
}

/**
 * The condition that finds what bars of numbers count together. The last bin of all has its end in it.
 * @param {RangeField} field
 * @param {Binned[]} bars all of them
 * @param {number} first
 * @param {number} last
 */
export function numbersBetween(field, bars, first, last) {
  const low = /** @type {Binned} */ (bars[first]).low;
  const end = /** @type {Binned} */ (bars[last]);
  const high = end.high || end.low;
  const isClosed = !end.high || last === bars.length - 1;
  return around(field, isClosed || field.is_many ? between(field.path, low, high) : `${field.path} >= ${low} AND ${field.path} < ${high}`);
}

/**
 * The same of times, whose bars are named by how their texts begin.
 * @param {RangeField} field
 * @param {Binned[]} bars
 * @param {number} first
 * @param {number} last
 */
export function timesBetween(field, bars, first, last) {
  const low = quoted(/** @type {Binned} */ (bars[first]).low);
  // Any text that begins with a time comes before the same with a sign that is in no time.
  const high = quoted(`${/** @type {Binned} */ (bars[last]).low}~`);
  return around(field, between(field.path, low, high));
}

/**
 * Where the bars from the first to the last lead together; null where there is nothing, or nothing can ask for it.
 * @param {{shape: string, href: string, range: RangeField, bars: (Binned & {count: number, at: string | null})[]}} facet
 * @param {number} first
 * @param {number} last
 */
export function hrefOf({ shape, href, range, bars }, first, last) {
  const among = bars.slice(first, last + 1);
  if (!among.some((bar) => bar.count > 0)) return null;
  if (first === last) return among[0]?.at == null ? null : href + among[0].at;
  return href + encodeURIComponent((shape === "times" ? timesBetween : numbersBetween)(range, bars, first, last));
}

/**
 * The condition that finds what lies in a part of a map: with its southern and western edges, without the others.
 * @param {PlaceFields} fields
 * @param {Part} part
 */
export function placesIn({ latitude, longitude, is_many }, { south, west, north, east }) {
  if (is_many) return `${between(latitude, south, north)} AND ${between(longitude, west, east)}`;
  return `${latitude} >= ${south} AND ${latitude} < ${north} AND ${longitude} >= ${west} AND ${longitude} < ${east}`;
}

/**
 * Where a cell ends, written as exactly as where it begins.
 * @param {string} start
 * @param {string} size
 */
export function edgeAfter(start, size) {
  const digits = Math.max(digitsOf(start), digitsOf(size));
  return plain((Number(start) + Number(size)).toFixed(digits));
}

/**
 * A number of degrees as a query writes it, no finer than one can point at.
 * @param {number} degrees
 * @param {number} span how many degrees all of the map shows
 */
export function pointedAt(degrees, span) {
  const digits = Math.min(8, Math.max(0, 3 - Math.floor(Math.log10(span))));
  return plain(degrees.toFixed(digits));
}

/** @param {string} text */
function plain(text) {
  const short = text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  return short === "-0" ? "0" : short;
}

/** @param {string} text */
function digitsOf(text) {
  return text.split(".")[1]?.length ?? 0;
}

/**
 * @param {RangeField} field
 * @param {string} condition
 */
function around({ before, after }, condition) {
  return before + condition + after;
}

/**
 * @param {string} path
 * @param {string} low
 * @param {string} high
 */
function between(path, low, high) {
  return low === high ? `${path} = ${low}` : `${path} BETWEEN ${low} AND ${high}`;
}

/** @param {string} text */
function quoted(text) {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
