/** Where the caret is in a query: what may be written there, and which part of the text that would take the place of. */

import { tokensOf } from "./tokens.js";

/**
 * @typedef {object} Place
 * @property {import("./tokens.js").Situation} situation
 * @property {number} from where the part begins that a suggestion replaces
 * @property {number} to where it ends
 * @property {string} prefix what of it stands before the caret, without a quote that opens it
 * @property {boolean} isQuoted whether it begins with a quote
 */

const WORDLIKE = new Set(["name", "string", "unclosed", "number", "date", "keyword", "bad"]);

/**
 * @param {string} text
 * @param {number} caret
 * @returns {Place}
 */
export function placeAt(text, caret) {
  const { tokens } = tokensOf(text);
  const touched = tokens.find((one) => one.start < caret && caret <= one.end);
  const isIn = touched !== undefined && WORDLIKE.has(touched.kind) && !(touched.kind === "string" && caret === touched.end);
  if (!isIn) {
    const { after } = tokensOf(text.slice(0, caret));
    const from = after.pathStart ?? caret;
    return { situation: after, from, to: caret, prefix: text.slice(from, caret), isQuoted: false };
  }
  const situation = touched.before;
  const isStep = situation.pathStart !== null && (situation.wants === "step" || situation.wants === "run");
  // What is never closed goes on to the end of the text, which a suggestion must not eat.
  const to = touched.kind === "unclosed" ? caret : touched.end;
  const from = isStep ? /** @type {number} */ (situation.pathStart) : touched.start;
  const isQuoted = !isStep && /^["'“”„]/u.test(touched.text);
  const prefix = text.slice(from + (isQuoted ? 1 : 0), caret);
  return { situation, from, to, prefix, isQuoted };
}

/**
 * Whether a text plainly goes on: what stands last needs something behind it.
 * @param {string} text
 */
export function isHalfWritten(text) {
  const { tokens, after } = tokensOf(text);
  const last = tokens.at(-1);
  if (!last) return false;
  // What brackets choose is a condition of its own.
  const isWhole = after.wants === "join" || (after.wants === "operator" && after.field === "[");
  return !isWhole || last.kind === "unclosed";
}
