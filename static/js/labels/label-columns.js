/**
 * What is said about pictures, as columns: numbers stay in typed arrays, and an object is made only of the shape that
 * somebody asks about. Coordinates are pixels of the picture; (0, 0) is the outer corner of its first pixel.
 */

/** The words of a shape's `kind`, in the order of its numbers. */
export const KINDS = /** @type {const} */ (["box", "line", "polygon", "keypoints", "cuboid", "category", "multicategory", "mask"]);
/** @typedef {typeof KINDS[number]} Kind */

export const BOX = 0;
export const LINE = 1;
export const POLYGON = 2;
export const KEYPOINTS = 3;
export const MULTICATEGORY = 6;
export const MASK = 7;

/** Numbers of a kind from this one on have no outline in the picture. */
const FIRST_WITHOUT_PLACE = 4;

/** The words of a review, in the order of its numbers. */
export const REVIEWS = /** @type {const} */ ([null, "accepted", "rejected"]);
/** @typedef {typeof REVIEWS[number]} Review */

/** Who says it: `id` is null for people (ground truth), and that of a model's run otherwise. */
/** @typedef {{id: string | null, name: string, model?: string}} Source */
/** Left, top, right and bottom. */
/** @typedef {[number, number, number, number]} Bounds */
/** As it was stored: `{vertices}`, `{keypoints, names, skeleton}`, `{labels}`, …; see the docs of the wire. */
/** @typedef {Record<string, any>} Geometry */

/**
 * As the server sends it.
 * @typedef {object} SentColumns
 * @property {number} version of the dataset
 * @property {Source[]} sources
 * @property {string[]} labels
 * @property {string[]} tracks
 * @property {number} first
 * @property {number[]} counts
 * @property {number[]} kind
 * @property {number[]} label
 * @property {number[]} source
 * @property {number[] | null} track
 * @property {(number | null)[] | null} confidence
 * @property {number[] | null} review
 * @property {number[]} box
 * @property {Record<string, Geometry>} more
 */

/**
 * The shapes of one picture or of several that follow each other.
 * @typedef {object} LabelColumns
 * @property {number} version of the dataset
 * @property {Source[]} sources
 * @property {string[]} labels names of classes
 * @property {string[]} tracks their reference ids
 * @property {number} first index of the first picture
 * @property {Int32Array} starts where the shapes of each picture start, and where the last one's end
 * @property {Uint8Array} kind
 * @property {Int32Array} label index in labels, -1 for what has several
 * @property {Uint16Array} source
 * @property {Int32Array | null} track index in tracks, -1 for none
 * @property {Float64Array | null} confidence NaN for none
 * @property {Uint8Array | null} review
 * @property {Float64Array} box four numbers a shape, zeros for what has no place
 * @property {Map<number, Geometry>} more by place in the columns
 * @property {Map<number, Float64Array>} points those of `more` that were asked for, as x, y, x, y, …
 */

/**
 * @param {SentColumns} sent
 * @returns {LabelColumns}
 */
export function decodeColumns(sent) {
  const starts = startsOf(sent.counts);
  const length = starts[starts.length - 1];
  const columns = {
    version: sent.version,
    sources: sent.sources,
    labels: sent.labels,
    tracks: sent.tracks,
    first: sent.first,
    starts,
    kind: new Uint8Array(sent.kind),
    label: new Int32Array(sent.label),
    source: new Uint16Array(sent.source),
    track: sent.track && new Int32Array(sent.track),
    confidence: sent.confidence && numbersOrNaN(sent.confidence),
    review: sent.review && new Uint8Array(sent.review),
    box: new Float64Array(sent.box),
    more: moreOf(sent.more),
    points: new Map(),
  };
  for (const column of [columns.kind, columns.label, columns.source, columns.track, columns.confidence, columns.review]) {
    if (column && column.length !== length) throw new Error("The labels came incomplete.");
  }
  if (columns.box.length !== 4 * length) throw new Error("The labels came incomplete.");
  return columns;
}

/**
 * Where the shapes of a picture are in the columns.
 * @param {LabelColumns} columns
 * @param {number} picture index of it among all, as `first` counts
 * @returns {{from: number, to: number}} the second is not included; both are 0 for a picture that is not here
 */
export function shapesOf(columns, picture) {
  const at = picture - columns.first;
  if (!(at >= 0 && at < columns.starts.length - 1)) return { from: 0, to: 0 };
  return { from: columns.starts[at], to: columns.starts[at + 1] };
}

/** What is said about one picture: a view of the columns, whose shapes are numbered from 0. */
export class LabelSet {
  /**
   * @param {LabelColumns} columns
   * @param {number} [picture] the only one, or the first, otherwise
   */
  constructor(columns, picture = columns.first) {
    const { from, to } = shapesOf(columns, picture);
    /** For those who go over thousands of shapes: shape `i` is in them at `from + i`. */
    this.columns = columns;
    this.from = from;
    this.length = to - from;
  }

  get sources() {
    return this.columns.sources;
  }

  /** @param {number} i @returns {Kind} */
  kind(i) {
    return KINDS[this.columns.kind[this.from + i]];
  }

  /**
   * Whether a shape lies somewhere in the picture.
   * @param {number} i
   */
  hasPlace(i) {
    return this.columns.kind[this.from + i] < FIRST_WITHOUT_PLACE;
  }

  /**
   * The name of its class, or of its classes.
   * @param {number} i
   */
  label(i) {
    return this.labelsOf(i).join(", ");
  }

  /**
   * The names of its classes: one, but for what has several.
   * @param {number} i
   * @returns {string[]}
   */
  labelsOf(i) {
    const { label, labels } = this.columns;
    const at = label[this.from + i];
    return at >= 0 ? [labels[at]] : severalLabels(this.geometry(i));
  }

  /** @param {number} i @returns {number} index in `sources` */
  source(i) {
    return this.columns.source[this.from + i];
  }

  /** @param {number} i @returns {string | null} the reference id of its track */
  track(i) {
    const at = this.columns.track?.[this.from + i] ?? -1;
    return at >= 0 ? this.columns.tracks[at] : null;
  }

  /** @param {number} i @returns {number | null} */
  confidence(i) {
    const confidence = this.columns.confidence?.[this.from + i] ?? NaN;
    return Number.isNaN(confidence) ? null : confidence;
  }

  /** @param {number} i @returns {Review} */
  review(i) {
    return REVIEWS[this.columns.review?.[this.from + i] ?? 0];
  }

  /**
   * Takes note of what was decided here; to tell the server is somebody else's.
   * @param {number} i
   * @param {Review} review
   */
  setReview(i, review) {
    this.columns.review ??= new Uint8Array(this.columns.kind.length);
    this.columns.review[this.from + i] = REVIEWS.indexOf(review);
  }

  /** @param {number} i @returns {Bounds} */
  box(i) {
    const at = 4 * (this.from + i);
    const { box } = this.columns;
    return [box[at], box[at + 1], box[at + 2], box[at + 3]];
  }

  /**
   * As it was stored; a box's is made from its bounds.
   * @param {number} i
   * @returns {Geometry}
   */
  geometry(i) {
    const stored = this.columns.more.get(this.from + i);
    if (stored || this.kind(i) !== "box") return stored ?? {};
    const [left, top, right, bottom] = this.box(i);
    return { x: left, y: top, width: tidied(right - left), height: tidied(bottom - top) };
  }

  /**
   * The points of a line, a polygon or a pose as x, y, x, y, …: NaN for those that are not to be seen.
   * @param {number} i
   */
  points(i) {
    const { more, points } = this.columns;
    let found = points.get(this.from + i);
    if (!found) {
      found = pointsOf(more.get(this.from + i) ?? {});
      points.set(this.from + i, found);
    }
    return found;
  }
}

/** @param {number[]} counts */
function startsOf(counts) {
  const starts = new Int32Array(counts.length + 1);
  for (let i = 0; i < counts.length; i += 1) starts[i + 1] = starts[i] + counts[i];
  return starts;
}

/** @param {(number | null)[]} sent */
function numbersOrNaN(sent) {
  const numbers = new Float64Array(sent.length);
  for (let i = 0; i < sent.length; i += 1) numbers[i] = sent[i] ?? NaN;
  return numbers;
}

/** @param {Record<string, Geometry>} sent */
function moreOf(sent) {
  /** @type {Map<number, Geometry>} */
  const more = new Map();
  for (const place in sent) more.set(Number(place), sent[place]);
  return more;
}

/**
 * @param {Geometry} geometry of a multicategory, or of a mask
 * @returns {string[]}
 */
function severalLabels(geometry) {
  if (geometry.labels) return geometry.labels;
  const parts = /** @type {{label: string}[]} */ (geometry.annotations ?? []);
  return [...new Set(parts.map((part) => part.label))];
}

/** @param {Geometry} geometry */
function pointsOf(geometry) {
  /** @type {{x: number | null, y: number | null, visible?: boolean}[]} */
  const stored = geometry.vertices ?? geometry.keypoints ?? [];
  const points = new Float64Array(2 * stored.length).fill(NaN);
  stored.forEach(({ x, y, visible = true }, i) => {
    if (!visible || x === null || y === null) return;
    points[2 * i] = x;
    points[2 * i + 1] = y;
  });
  return points;
}

/**
 * A difference without the noise of its rounding.
 * @param {number} difference
 */
function tidied(difference) {
  return Number(difference.toFixed(9));
}
