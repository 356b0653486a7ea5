/** What a check found, put together: by host and cause, and when links end. */

import { expiresAt } from "../media/expiry.js";

/** @typedef {import("./check-run.js").Checked} Checked */
/** What a link leads to: a file of the sample, or a mask of a label. @typedef {Pick<import("./check-run.js").FileToCheck, "url" | "href" | "reference_id">} Linked */
/** @typedef {import("../media/verdicts.js").Diagnosis} Diagnosis */

const EXAMPLES = 5;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** More bars than these say no more. */
const MAX_BARS = 24;

/**
 * @typedef {object} Cause
 * @property {Diagnosis} diagnosis of the first such file
 * @property {number} count
 * @property {Checked[]} examples the first few
 */

/**
 * @typedef {object} HostHealth
 * @property {string} origin
 * @property {number} total
 * @property {number} came
 * @property {number} failed
 * @property {number} left not tried, for the host is down
 * @property {number | null} typical_ms how long half of those that came took at most; null where none came
 * @property {Cause[]} causes the most frequent first
 */

/**
 * The hosts, those with most failures first.
 * @param {readonly Checked[]} checked
 * @returns {HostHealth[]}
 */
export function healthByHost(checked) {
  const groups = grouped(checked, ({ origin }) => origin);
  const hosts = [...groups].map(([origin, files]) => {
    const came = files.filter(({ state }) => state === "came");
    return {
      origin,
      total: files.length,
      came: came.length,
      failed: files.filter(({ state }) => state === "failed").length,
      left: files.filter(({ state }) => state === "left").length,
      typical_ms: median(came.map(({ took_ms }) => took_ms)),
      causes: causesOf(files),
    };
  });
  return hosts.sort((one, other) => other.failed + other.left - one.failed - one.left || (one.origin < other.origin ? -1 : 1));
}

/**
 * @param {readonly Checked[]} files
 * @returns {Cause[]}
 */
function causesOf(files) {
  const failed = files.filter(({ diagnosis }) => diagnosis !== null);
  const groups = grouped(failed, ({ diagnosis }) => /** @type {Diagnosis} */ (diagnosis).kind);
  const causes = [...groups.values()].map((same) => ({
    diagnosis: /** @type {Diagnosis} */ (same[0]?.diagnosis),
    count: same.length,
    examples: same.slice(0, EXAMPLES),
  }));
  return causes.sort((one, other) => other.count - one.count);
}

/**
 * @typedef {object} Endings
 * @property {number} total links looked at
 * @property {number} ending how many of their links say when they end
 * @property {number} ended how many of those have ended
 * @property {{file: Linked, end_ms: number} | null} next the link that ends first of those that have not
 * @property {"hour" | "day"} unit of the bars
 * @property {{begin_ms: number, count: number}[]} bars links that end in each hour or day from now on, empty ones too
 * @property {number} later links that end after the last bar
 */

/**
 * When the links of a sample end.
 * @param {readonly Linked[]} files
 * @param {number} now_ms
 * @returns {Endings}
 */
export function endingsOf(files, now_ms) {
  const known = files.flatMap((file) => {
    const end_ms = expiresAt(file.url);
    return end_ms === null ? [] : [{ file, end_ms }];
  });
  const lasting = known.filter(({ end_ms }) => end_ms > now_ms).sort((one, other) => one.end_ms - other.end_ms);
  const last_ms = lasting.at(-1)?.end_ms ?? now_ms;
  const unit = last_ms - now_ms < 2 * DAY_MS ? "hour" : "day";
  const step_ms = unit === "hour" ? HOUR_MS : DAY_MS;
  const count = Math.min(MAX_BARS, Math.ceil((last_ms - now_ms) / step_ms));
  const bars = Array.from({ length: count }, (_, place) => ({ begin_ms: now_ms + place * step_ms, count: 0 }));
  let later = 0;
  for (const { end_ms } of lasting) {
    // A bar holds its own end: a link of one hour is in the first.
    const bar = bars[Math.max(0, Math.ceil((end_ms - now_ms) / step_ms) - 1)];
    if (bar) bar.count += 1;
    else later += 1;
  }
  return { total: files.length, ending: known.length, ended: known.length - lasting.length, next: lasting[0] ?? null, unit, bars, later };
}

/**
 * @template Value
 * @param {readonly Value[]} values
 * @param {(value: Value) => string} key
 * @returns {Map<string, Value[]>}
 */
function grouped(values, key) {
  /** @type {Map<string, Value[]>} */
  const groups = new Map();
  for (const value of values) {
    const same = groups.get(key(value));
    if (same) same.push(value);
    else groups.set(key(value), [value]);
  }
  return groups;
}

/** @param {number[]} values */
function median(values) {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}
