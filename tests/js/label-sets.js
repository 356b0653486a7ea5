/** Columns of labels as the server sends them, written as one object a shape. */

import { KINDS, LabelSet, decodeColumns } from "../../static/js/labels/label-columns.js";

/**
 * @typedef {object} Shape
 * @property {import("../../static/js/labels/label-columns.js").Kind} [kind]
 * @property {string} [label] "" for what has several
 * @property {number} [source]
 * @property {string} [track]
 * @property {number} [confidence]
 * @property {number} [review]
 * @property {number[]} [box]
 * @property {Record<string, unknown>} [more]
 */

export const SOURCES = [{ id: null, name: "Ground truth" }, { id: "run_1", name: "Night", model: "Detector" }];

/**
 * @param {Shape[][]} pictures
 * @param {{first?: number}} [place]
 * @returns {import("../../static/js/labels/label-columns.js").SentColumns}
 */
export function sent(pictures, { first = 0 } = {}) {
  const shapes = pictures.flat();
  const labels = [...new Set(shapes.map(({ label = "car" }) => label))].filter((label) => label !== "");
  const tracks = [...new Set(shapes.flatMap(({ track }) => track ?? []))];
  const has = (/** @type {keyof Shape} */ name) => shapes.some((shape) => shape[name] !== undefined);
  return {
    version: 17,
    sources: SOURCES,
    labels,
    tracks,
    first,
    counts: pictures.map((picture) => picture.length),
    kind: shapes.map(({ kind = "box" }) => KINDS.indexOf(kind)),
    label: shapes.map(({ label = "car" }) => labels.indexOf(label)),
    source: shapes.map(({ source = 0 }) => source),
    track: has("track") ? shapes.map(({ track }) => (track === undefined ? -1 : tracks.indexOf(track))) : null,
    confidence: has("confidence") ? shapes.map(({ confidence = null }) => confidence) : null,
    review: has("review") ? shapes.map(({ review = 0 }) => review) : null,
    box: shapes.flatMap(({ box = [0, 0, 0, 0] }) => box),
    more: Object.fromEntries(shapes.flatMap(({ more }, place) => (more ? [[String(place), more]] : []))),
  };
}

/** @param {Shape[]} shapes of one picture */
export function labelSet(shapes) {
  return new LabelSet(decodeColumns(sent([shapes])));
}

/**
 * A polygon with the bounds that the server would send.
 * @param {number[]} points x, y, x, y, …
 * @param {Shape} [rest]
 * @returns {Shape}
 */
export function polygon(points, rest = {}) {
  return { kind: "polygon", ...placed(points), ...rest };
}

/**
 * @param {number[]} points x, y, x, y, …
 * @param {Shape} [rest]
 * @returns {Shape}
 */
export function line(points, rest = {}) {
  return { kind: "line", ...placed(points), ...rest };
}

/** @param {number[]} points */
function placed(points) {
  const vertices = [];
  for (let i = 0; i < points.length; i += 2) vertices.push({ x: points[i], y: points[i + 1] });
  const xs = vertices.map(({ x }) => x);
  const ys = vertices.map(({ y }) => y);
  return { box: [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)], more: { vertices } };
}

/** Numbers from 0 to 1 that are the same in every run. */
export function randomNumbers(seed = 1) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}
