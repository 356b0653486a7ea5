/** Metadata as pairs of a name and a value, as the server writes them in webapp/pages/facts.py. */

import { grouped } from "./digits.js";
import { make } from "./markup.js";

/** @typedef {{name: string, value: string, kind: "text" | "number" | "flag" | "nothing" | "json"}} Fact */

/** Shorter numbers, years and codes among them, read better ungrouped. */
const GROUPED_FROM = 10_000;

/**
 * Makes the list of an item's metadata.
 * @param {Record<string, unknown>} metadata
 */
export function factList(metadata) {
  const rows = factsOf(metadata).flatMap(({ name, value, kind }) => [make("dt", {}, name), make("dd", { "data-kind": kind }, value)]);
  return make("dl", { class: "facts", "data-kind": "metadata" }, ...rows);
}

/**
 * The metadata by key, in the alphabet's order.
 * @param {Record<string, unknown>} metadata
 * @returns {Fact[]}
 */
export function factsOf(metadata) {
  return Object.keys(metadata)
    .sort()
    .map((name) => ({ name, ...valueOf(metadata[name]) }));
}

/**
 * @param {unknown} value
 * @returns {Omit<Fact, "name">}
 */
function valueOf(value) {
  if (value === null || value === undefined) return { value: "null", kind: "nothing" };
  if (typeof value === "boolean") return { value: String(value), kind: "flag" };
  if (typeof value === "string") return { value, kind: "text" };
  if (typeof value === "bigint") return { value: grouped(value), kind: "number" };
  if (typeof value !== "number") return { value: jsonText(value), kind: "json" };
  const isLongWhole = Number.isInteger(value) && Math.abs(value) >= GROUPED_FROM;
  return { value: isLongWhole ? grouped(value) : String(value), kind: "number" };
}

/** @param {unknown} value */
function jsonText(value) {
  return JSON.stringify(value, (_, part) => (typeof part === "bigint" ? String(part) : part), 2);
}
