/**
 * Which ink a shape is drawn in. A class has the same one everywhere and always: it hangs on its name alone. Inks are
 * numbers; the stylesheet says what they look like (css/tokens.css).
 */

/** @typedef {import("./label-columns.js").LabelSet} LabelSet */
/** @typedef {import("./label-matching.js").Match} Match */
/** What an ink tells. @typedef {"class" | "track" | "confidence" | "match"} ColorMode */
/** `color` is an index in INKS. @typedef {{color: number, dashed: boolean}} Stroke */

/** Hues for classes and tracks; with dashes they are twice as many. */
const HUES = 12;
const CONFIDENCE_STEPS = 5;

/** The tokens whose values are the inks, in the order of their numbers; the first twelve are the hues. */
export const INKS = [
  ...Array.from({ length: HUES }, (_, i) => `--label-${i}`),
  ...Array.from({ length: CONFIDENCE_STEPS }, (_, i) => `--confidence-${i}`),
  "--label-plain",
  "--match-matched",
  "--match-missed",
  "--match-false",
];
/** The token of the thin line round every stroke: the stage's own dark. */
export const HALO = "--label-halo";

/** Of what has nothing to say in a mode: no track, no confidence, no part in the comparison. */
const PLAIN = HUES + CONFIDENCE_STEPS;
const FIRST_MATCH = PLAIN + 1;

/** By a match's state: none, matched, missed, false. Dashes tell a false one where colors do not. @type {Stroke[]} */
const MATCH_STROKES = [
  { color: PLAIN, dashed: false },
  { color: FIRST_MATCH, dashed: false },
  { color: FIRST_MATCH + 1, dashed: false },
  { color: FIRST_MATCH + 2, dashed: true },
];

/** How the strokes of a set are numbered: the ink, and this more when it is dashed. */
export const DASHED = 32;

/** An odd factor that mixes a hash's bits; of many, one under which the commonest classes of streets and homes differ. */
const SPREAD = 0xd5d7cc35;

/**
 * The stroke of a class or a track.
 * @param {string} name
 * @returns {Stroke}
 */
export function strokeOfName(name) {
  const at = Math.floor(((Math.imul(fnv1a(name), SPREAD) >>> 0) / 2 ** 32) * 2 * HUES);
  return { color: at % HUES, dashed: at >= HUES };
}

/**
 * The stroke of a shape.
 * @param {LabelSet} set
 * @param {number} i
 * @param {ColorMode} mode
 * @param {Match | null} [match] of that set; for the mode "match"
 * @returns {Stroke}
 */
export function colorOf(set, i, mode, match = null) {
  if (mode === "match") return MATCH_STROKES[match?.state[i] ?? 0];
  if (mode === "confidence") return { color: confidenceInk(set.confidence(i)), dashed: false };
  const name = mode === "track" ? set.track(i) : set.labelsOf(i)[0];
  return name === null || name === undefined ? MATCH_STROKES[0] : strokeOfName(name);
}

/**
 * The strokes of all shapes of a set, as numbers: `ink`, or `ink + DASHED`.
 * @param {LabelSet} set
 * @param {ColorMode} mode
 * @param {Match | null} [match]
 * @returns {Uint8Array}
 */
export function strokesOf(set, mode, match = null) {
  const strokes = new Uint8Array(set.length);
  const { columns, from } = set;
  if (mode === "confidence" || mode === "match") {
    for (let i = 0; i < strokes.length; i += 1) strokes[i] = numbered(colorOf(set, i, mode, match));
    return strokes;
  }
  const names = mode === "track" ? columns.tracks : columns.labels;
  const places = mode === "track" ? columns.track : columns.label;
  const known = strokesOfNames(names);
  for (let i = 0; i < strokes.length; i += 1) {
    const place = places?.[from + i] ?? -1;
    strokes[i] = place >= 0 ? known[place] : numbered(colorOf(set, i, mode));
  }
  return strokes;
}

/** Strokes of lists of names: pictures of one scene share them. @type {WeakMap<string[], Uint8Array>} */
const strokesByNames = new WeakMap();

/** @param {string[]} names never changed once it was asked about */
function strokesOfNames(names) {
  let strokes = strokesByNames.get(names);
  if (!strokes) {
    strokes = Uint8Array.from(names, (name) => numbered(strokeOfName(name)));
    strokesByNames.set(names, strokes);
  }
  return strokes;
}

/**
 * The ink of a confidence: five steps of the same width.
 * @param {number | null} confidence
 */
export function confidenceInk(confidence) {
  if (confidence === null) return PLAIN;
  return HUES + Math.max(0, Math.min(CONFIDENCE_STEPS - 1, Math.floor(confidence * CONFIDENCE_STEPS)));
}

/** @param {Stroke} stroke */
function numbered({ color, dashed }) {
  return dashed ? color + DASHED : color;
}

const encoder = new TextEncoder();

/**
 * FNV-1a, 32 bits, of the text's UTF-8 bytes: short, and the same in every language that has to agree on a color.
 * @param {string} text
 */
export function fnv1a(text) {
  let hash = 0x811c9dc5;
  for (const byte of encoder.encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
