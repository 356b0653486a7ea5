/**
 * A check as a file to hand on. It names origins, reference ids and causes; no address, no path and no query of media is
 * in it, whatever was given as a reference id.
 */

import { expiresAt } from "../media/expiry.js";
import { healthByHost } from "./summary.js";

/** @typedef {import("./check-run.js").Checked} Checked */

/**
 * @typedef {object} About
 * @property {string} dataset its name
 * @property {string} dataset_id
 * @property {number} seed of the sample: with the same seed the same files are drawn
 * @property {number} size files of each host that were wanted
 * @property {number} looked_at
 * @property {number} total
 * @property {boolean} isWhole whether all files of the sample were tried
 * @property {number} at_ms
 */

const COLUMNS = [
  "reference_id", "id", "kind", "origin", "result", "cause", "sentence", "took_ms", "checked_at", "link_ends_at",
  "stored_width", "stored_height", "stored_duration_s", "stored_frame_count",
  "measured_width", "measured_height", "measured_duration_s", "measured_frame_count",
];

/**
 * The report as JSON text.
 * @param {readonly Checked[]} checked
 * @param {About} about
 */
export function reportAsJson(checked, about) {
  const hosts = healthByHost(checked).map(({ causes, ...host }) => ({
    ...host,
    causes: causes.map(({ diagnosis, count }) => ({
      cause: diagnosis.kind,
      count,
      sentence: withoutAddresses(diagnosis.sentence),
      remedy: withoutAddresses(diagnosis.remedy),
      who: diagnosis.who,
      is_sure: diagnosis.isSure,
      maybe: diagnosis.maybe.map(withoutAddresses),
    })),
  }));
  const { isWhole, at_ms, dataset, ...rest } = about;
  const head = { dataset: withoutAddresses(dataset), ...rest, is_whole: isWhole, checked_at: new Date(at_ms).toISOString() };
  return `${JSON.stringify({ ...head, hosts, files: checked.map(rowOf) }, null, 1)}\n`;
}

/**
 * The report's files as CSV.
 * @param {readonly Checked[]} checked
 */
export function reportAsCsv(checked) {
  const rows = checked.map((one) => {
    const row = /** @type {Record<string, unknown>} */ (rowOf(one));
    return COLUMNS.map((name) => cell(row[name]));
  });
  return [COLUMNS, ...rows].map((row) => `${row.join(",")}\r\n`).join("");
}

/** @param {Checked} checked */
function rowOf({ file, origin, state, diagnosis, measured, took_ms, at_ms }) {
  const end_ms = expiresAt(file.url);
  const [stored, found] = [named(file.stored), named(measured)];
  return {
    reference_id: withoutAddresses(file.reference_id),
    id: file.id,
    kind: file.kind,
    origin,
    result: state === "left" ? "not tried: its host is down" : state,
    cause: diagnosis?.kind ?? null,
    sentence: diagnosis ? withoutAddresses(diagnosis.sentence) : null,
    took_ms: Math.round(took_ms),
    checked_at: new Date(at_ms).toISOString(),
    link_ends_at: end_ms === null ? null : new Date(end_ms).toISOString(),
    ...Object.fromEntries(Object.entries(stored).map(([name, value]) => [`stored_${name}`, value])),
    ...Object.fromEntries(Object.entries(found).map(([name, value]) => [`measured_${name}`, value])),
  };
}

/** @param {Record<string, number | null>} values */
function named(values) {
  const of = (/** @type {string} */ name) => values[name] ?? values[`video_${name}`] ?? null;
  return { width: of("width"), height: of("height"), duration_s: of("duration_s"), frame_count: of("frame_count") };
}

/**
 * A text with origins in place of the addresses in it, and without anything that looks like a query.
 * @param {string} text
 */
export function withoutAddresses(text) {
  const plain = decoded(text);
  // An address may be written so that it can stand inside another.
  return bare(plain) === plain ? bare(text) : bare(plain);
}

/** @param {string} text */
function bare(text) {
  const origins = text.replace(/([a-z][a-z0-9+.-]*:\/\/)([^\s"'<>/?#\\]*)([^\s"'<>]*)/gi, (_, scheme, authority, rest) => {
    return `${scheme}${authority.split("@").at(-1)}${rest.length > 1 ? "/…" : ""}`;
  });
  return origins.replace(/[?&][^\s"'<>]*=[^\s"'<>]*/g, "?…");
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * A value of a table that programs for tables open: quoted where it must be, and never a formula.
 * @param {unknown} value
 */
function cell(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = String(value);
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
