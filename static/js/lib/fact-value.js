/** A metadata value as a person types it, and as JSON text: no digit is lost on the way. */

/** @typedef {"text" | "number" | "flag" | "nothing" | "json"} ValueKind */

export class NotThatKind extends Error {
  /** @param {string} sentence fit to show */
  constructor(sentence) {
    super(sentence);
    this.sentence = sentence;
  }
}

/**
 * @param {unknown} value as JSON holds it; bigint for what a double would round
 * @returns {ValueKind}
 */
export function kindOf(value) {
  if (value === null || value === undefined) return "nothing";
  if (typeof value === "string") return "text";
  if (typeof value === "boolean") return "flag";
  return typeof value === "number" || typeof value === "bigint" ? "number" : "json";
}

/**
 * A value as JSON text, whole numbers of any length with it.
 * @param {unknown} value
 * @param {string} [indent] of this line, for lists and objects on many lines; none for one line
 * @returns {string}
 */
export function jsonText(value, indent) {
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const inner = indent === undefined ? undefined : `${indent}  `;
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const parts = Array.isArray(value)
    ? value.map((one) => jsonText(one, inner))
    : Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${jsonText(one, inner)}`);
  if (parts.length === 0) return `${open}${close}`;
  return inner === undefined ? `${open}${parts.join(", ")}${close}` : `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${indent}${close}`;
}

/**
 * What stands in the field while a value is edited.
 * @param {unknown} value
 */
export function typedText(value) {
  const kind = kindOf(value);
  if (kind === "text") return String(value);
  if (kind === "nothing") return "";
  return kind === "json" ? jsonText(value, "") : jsonText(value);
}

/**
 * What was typed, as JSON text.
 * @param {ValueKind} kind
 * @param {string} typed
 * @returns {string} throws NotThatKind
 */
export function jsonOf(kind, typed) {
  if (kind === "text") return JSON.stringify(typed);
  if (kind === "nothing") return "null";
  const text = typed.trim();
  if (kind === "flag") {
    if (text === "true" || text === "false") return text;
    throw new NotThatKind("Write true or false.");
  }
  if (kind === "number") {
    if (/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text) && Number.isFinite(Number(text))) return text;
    throw new NotThatKind("Write a number, as 12, -0.5 or 3e8.");
  }
  try {
    JSON.parse(text);
    return text;
  } catch {
    throw new NotThatKind("This is no JSON. Write a list as [1, 2], an object as {\"a\": 1}, a text in quotes.");
  }
}
