/** What this server says of a field, and asking it. */

import { InSight } from "../lib/in-sight.js";

/** @typedef {import("./narrowing.js").RangeField} RangeField */

/**
 * @typedef {object} FacetBar
 * @property {string} text
 * @property {number} count
 * @property {string | null} at what its address has behind `href`; null where it leads nowhere
 * @property {string} low the value, or where it begins
 * @property {string} [high] where it ends; empty for a single value
 * @property {{count: number, at: string | null}} [beside] the same of the run
 *
 * @typedef {object} Facet
 * @property {"numbers" | "values" | "times" | "text" | "nothing"} shape
 * @property {string} href
 * @property {string} says
 * @property {string} about stands before each estimated count
 * @property {string} note
 * @property {number} total
 * @property {[string, string][]} figures
 * @property {FacetBar[]} bars
 * @property {FacetBar} missing
 * @property {number} other
 * @property {string[]} ends
 * @property {RangeField} range
 * @property {string} [beside] the run whose counts stand beside each bar's
 *
 * @typedef {object} FacetMap
 * @property {"map" | "nothing"} shape
 * @property {string} href
 * @property {string} says
 * @property {string} about
 * @property {string} note
 * @property {number} total
 * @property {[string, string, number][]} cells south, west and how many
 * @property {string} height of a cell, in degrees
 * @property {string} width
 * @property {[number, number, number, number] | null} extent south, north, west, east
 * @property {string} latitude
 * @property {string} longitude
 * @property {boolean} is_many
 * @property {number} missing
 * @property {number} other
 *
 * @typedef {object} FoundValues
 * @property {string} href
 * @property {boolean} has_more
 * @property {FacetBar[]} bars
 */

/** First answers: of panels in sight, few at once. */
export const firstCounts = new InSight(3);
/** Exact ones, which take the database longer: in the background, one by one. */
export const exactCounts = new InSight(1);

/**
 * @template Answer
 * @param {string} url
 * @param {AbortSignal} signal
 * @returns {Promise<Answer | string>} a sentence where there is none
 */
export async function readFeed(url, signal) {
  try {
    const response = await fetch(url, { headers: { Accept: "application/json" }, redirect: "error", signal });
    const answer = await response.json();
    return response.ok ? answer : String(answer.error ?? `Transom's server refused (${response.status}).`);
  } catch {
    return "Transom's server did not count this. Check the connection; if you were signed out, reload the page.";
  }
}

/**
 * The same address asked something more.
 * @param {string} url
 * @param {Record<string, string>} more
 */
export function asking(url, more) {
  return `${url}${url.includes("?") ? "&" : "?"}${new URLSearchParams(more)}`;
}
