/** What may be written at a place of a query, best first. Pure: the names and values are the server's. */

/**
 * @typedef {object} Known
 * @property {[path: string, type: string][]} fields
 * @property {string[]} runs
 * @property {string[]} slices
 * @property {string[]} live
 */

/**
 * What a field has, as the feed says it.
 * @typedef {object} Values
 * @property {[text: string, count: number | null][]} values
 * @property {number | null} low
 * @property {number | null} high
 * @property {boolean} is_exact
 */

/**
 * `text` is what is shown, `insert` what is written, `note` is said beside it; `goesOn` whether more must follow.
 * @typedef {{text: string, insert: string, note: string, kind: "field" | "operator" | "value" | "word" | "run", goesOn: boolean}} Suggestion
 */

const MOST = 60;
const BARE = /^[\p{L}\p{Nl}\p{No}_][\p{L}\p{N}_]*$/u;
const NOT_BARE = new Set(["and", "or", "not", "in", "between", "contains", "starts", "with", "exists", "is", "missing", "true", "false", "null"]);
// What annotations[...] knows; metadata besides. Of what else has brackets, all that stands behind it.
const OF_OBJECT = new Set([
  ...["label", "labels", "type", "annotation_id", "task_id", "track", "taxonomy", "area", "confidence"],
  ...["position", "dimensions"].flatMap((name) => [`${name}.x`, `${name}.y`, `${name}.z`]),
]);
const ORDER = ["=", "!=", ">", ">=", "<", "<="];
const THERE = ["EXISTS", "IS MISSING"];
/** @type {Record<string, string[]>} */
const OPERATORS = {
  number: [...ORDER, "BETWEEN", "IN (", ...THERE],
  class: [">", ">=", "=", "!=", "<", "<=", "EXISTS"],
  string: ["=", "!=", "IN (", "CONTAINS", "STARTS WITH", ...THERE],
  date: [">=", "<=", ">", "<", "BETWEEN", "STARTS WITH", ...THERE],
  boolean: ["=", "!=", ...THERE],
  list: ["CONTAINS", "NOT CONTAINS", ...THERE],
  object: THERE,
  slice: ["=", "!=", "IN ("],
  objects: [">", ">=", "=", "!=", "AND", "OR"],
};
const ANY = [...ORDER, "IN (", "NOT IN (", "CONTAINS", "STARTS WITH", "BETWEEN", ...THERE];

/**
 * A text as a query writes it.
 * @param {string} text
 * @param {boolean} [always] with quotes also where none are needed
 */
export function quoted(text, always = false) {
  if (!always && BARE.test(text) && !NOT_BARE.has(text.toLowerCase())) return text;
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

/**
 * The field whose values are wanted at a place, as the server is asked for it; null where none are.
 * @param {import("./place.js").Place} place
 * @param {Known} known
 */
export function fieldWanted(place, known) {
  const { wants, field } = place.situation;
  if (wants !== "operand" || !field || field === "[") return null;
  const full = fullPath(place.situation);
  const type = typeOf(full, known);
  return type === "slice" || type === "boolean" || type === "class" ? null : full;
}

/**
 * @param {import("./tokens.js").Situation} situation
 * @returns {string} the path from the dataset, also where it stands in annotations[...]
 */
function fullPath({ field, inside }) {
  return inside ? `${inside}.${field}` : field;
}

/**
 * @param {string} path
 * @param {Known} known
 * @returns {string} "" for what is not known
 */
function typeOf(path, known) {
  if (path === "[") return "objects";
  if (path === "slice_id") return "slice";
  const plain = path.replace(/^predictions@(?:"[^"]*"|[^.]*)/u, "predictions");
  return known.fields.find(([name]) => name === plain)?.[1] ?? "";
}

/**
 * @param {import("./place.js").Place} place
 * @param {Known} known
 * @param {Values | null} values of `fieldWanted`; null while they are on their way
 * @returns {Suggestion[]}
 */
export function suggestionsAt(place, known, values) {
  const { situation, prefix } = place;
  const { wants } = situation;
  const isPath = situation.pathStart !== null && prefix !== "";
  if (wants === "run") return runs(place, known);
  if (wants === "condition" || wants === "step" || (isPath && wants === "operator")) return [...fields(place, known), ...(wants === "condition" ? words(["NOT"], prefix) : [])];
  if (wants === "operand") return operands(place, known, values);
  if (wants === "operator") return words(OPERATORS[typeOf(fullPathOrBrackets(situation), known)] ?? ANY, prefix);
  if (wants === "join") return words(["AND", "OR", ...closing(situation)], prefix);
  const next = { between: ["AND"], with: ["WITH"], missing: ["MISSING", "NOT MISSING"], negated: ["IN (", "CONTAINS", "STARTS WITH", "BETWEEN"], list: ["("], more: [",", ")"] };
  return words(next[wants], prefix);
}

/** @param {import("./tokens.js").Situation} situation */
function fullPathOrBrackets(situation) {
  return situation.field === "[" ? "[" : fullPath(situation);
}

/** @param {import("./tokens.js").Situation} situation */
function closing({ open }) {
  return open === "(" ? [")"] : open === "[" ? ["]"] : [];
}

/**
 * @param {string[]} texts
 * @param {string} prefix
 * @returns {Suggestion[]}
 */
function words(texts, prefix) {
  const fitting = texts.filter((text) => text.startsWith(prefix.toUpperCase()) && text !== prefix);
  const ends = new Set(["EXISTS", "IS MISSING", "MISSING", "NOT MISSING", ")", "]"]);
  return fitting.map((text) => ({ text, insert: text, note: "", kind: /^[A-Z]/.test(text) ? "word" : "operator", goesOn: !ends.has(text) }));
}

/**
 * Fields by how well their names fit: those that begin so, those of which a step does, those that have it anywhere.
 * @param {import("./place.js").Place} place
 * @param {Known} known
 * @returns {Suggestion[]}
 */
function fields({ situation, prefix }, known) {
  const { inside } = situation;
  const run = /^predictions@(?:"[^"]*"?|[^.]*)/u.exec(prefix)?.[0];
  const wanted = (run ? prefix.replace(run, "predictions") : prefix).replaceAll('"', "").toLowerCase();
  /** @type {[number, string, string][]} */
  const ranked = [];
  for (const [path, type] of known.fields) {
    const shown = inside ? withinBrackets(path, inside.replace(/@.*/u, "")) : path;
    if (shown === null) continue;
    const rank = rankOf(shown.replaceAll('"', "").toLowerCase(), wanted);
    if (rank !== null) ranked.push([rank, run ? shown.replace("predictions", run) : shown, type]);
  }
  // Sorting keeps the order of those that fit alike.
  ranked.sort((one, other) => one[0] - other[0]);
  const found = ranked.slice(0, MOST).map(([, path, type]) => field(path, type));
  return found.length === 1 && found[0]?.text === prefix ? [] : found;
}

/**
 * @param {string} path
 * @param {string} type
 * @returns {Suggestion}
 */
function field(path, type) {
  return { text: path, insert: type === "object" ? `${path}.` : path, note: type === "any" ? "" : type, kind: "field", goesOn: type !== "object" };
}

/**
 * @param {string} path
 * @param {string} root
 */
function withinBrackets(path, root) {
  if (!path.startsWith(`${root}.`)) return null;
  const rest = path.slice(root.length + 1);
  return root === "scale_metadata" || OF_OBJECT.has(rest) || rest.startsWith("metadata.") ? rest : null;
}

/**
 * @param {string} name
 * @param {string} wanted
 * @returns {number | null} null where it does not fit; less is better
 */
function rankOf(name, wanted) {
  if (!wanted || name.startsWith(wanted)) return 0;
  const at = name.indexOf(wanted);
  if (at < 0) return null;
  return /[._ ]/.test(name[at - 1] ?? "") ? 1 : 2;
}

/**
 * @param {import("./place.js").Place} place
 * @param {Known} known
 * @returns {Suggestion[]}
 */
function runs({ prefix }, known) {
  const typed = prefix.slice(prefix.indexOf("@") + 1).replaceAll('"', "").toLowerCase();
  const fitting = known.runs.filter((name) => name.toLowerCase().includes(typed)).slice(0, MOST);
  return fitting.map((name) => ({ text: name, insert: `predictions@${quoted(name)}.`, note: "run", kind: "run", goesOn: false }));
}

/**
 * @param {import("./place.js").Place} place
 * @param {Known} known
 * @param {Values | null} values
 * @returns {Suggestion[]}
 */
function operands(place, known, values) {
  const { situation, prefix, isQuoted } = place;
  const type = typeOf(fullPathOrBrackets(situation), known);
  if (type === "slice") return slices(place, known);
  if (type === "boolean") return ["true", "false"].filter((one) => one.startsWith(prefix.toLowerCase())).map((text) => value(text, text, ""));
  const typed = prefix.toLowerCase();
  const texts = (values?.values ?? []).filter(([text]) => text.toLowerCase().startsWith(typed) && !(text === prefix && !isQuoted));
  const found = texts.slice(0, MOST).map(([text, count]) => value(text, quoted(text, isQuoted), countOf(count, values?.is_exact ?? true)));
  if (values && !typed && values.low !== null && values.high !== null) found.push(...ends(values.low, values.high, values.is_exact));
  const mayBeField = (type === "number" || type === "class") && !isQuoted && typed;
  return mayBeField ? [...found, ...fields(place, known).filter(({ note }) => note === "number" || note === "class")] : found;
}

/**
 * @param {number} low
 * @param {number} high
 * @param {boolean} isExact
 */
function ends(low, high, isExact) {
  const about = isExact ? "" : "about ";
  const both = [value(String(low), String(low), `${about}lowest`), value(String(high), String(high), `${about}highest`)];
  return low === high ? both.slice(0, 1) : both;
}

/**
 * @param {number | null} count
 * @param {boolean} isExact
 */
function countOf(count, isExact) {
  return count === null ? "" : `${isExact ? "" : "≈ "}${count.toLocaleString("en-US").replaceAll(",", "\u2009")}`;
}

/**
 * @param {import("./place.js").Place} place
 * @param {Known} known
 */
function slices({ prefix, isQuoted }, known) {
  const frozen = new Set(known.slices);
  /** @type {[string, string][]} */
  const named = [...known.slices.map((name) => /** @type {[string, string]} */ ([name, ""])), ...known.live.filter((name) => !frozen.has(name)).map((name) => /** @type {[string, string]} */ ([name, "live"]))];
  const fitting = named.filter(([name]) => name.toLowerCase().includes(prefix.toLowerCase()) && name !== prefix);
  return fitting.slice(0, MOST).map(([name, note]) => value(name, quoted(name, isQuoted), note));
}

/**
 * @param {string} text
 * @param {string} insert
 * @param {string} note
 * @returns {Suggestion}
 */
function value(text, insert, note) {
  return { text, insert, note, kind: "value", goesOn: true };
}

/**
 * The text with a suggestion accepted, and where the caret is then.
 * @param {string} text
 * @param {import("./place.js").Place} place
 * @param {Suggestion} suggestion
 * @returns {{text: string, caret: number}}
 */
export function accepted(text, place, suggestion) {
  const head = text.slice(0, place.from);
  const tail = text.slice(place.to);
  const isInList = place.situation.open === "in" && suggestion.kind === "value";
  const opens = suggestion.insert.endsWith("(");
  const wantsSpace = (suggestion.goesOn && !isInList && !opens) || suggestion.kind === "word";
  const before = head && !/[\s([.,@]$/u.test(head) && !/^[),.]/.test(suggestion.insert) && suggestion.insert !== "]" ? " " : "";
  const space = opens ? "" : wantsSpace && !/^\s/.test(tail) ? " " : "";
  const made = `${head}${before}${suggestion.insert}${space}`;
  // The space that is there already is stepped over.
  const stepped = wantsSpace && !space && /^\s/.test(tail) ? 1 : 0;
  return { text: made + tail, caret: made.length + stepped };
}
