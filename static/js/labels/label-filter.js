/**
 * Which shapes somebody wants to see. A filter never changes: every change makes another one, so that whoever holds it
 * can tell by `===` whether anything must be drawn again. The address bar is its saved form.
 */

import { KINDS, MULTICATEGORY } from "./label-columns.js";

/** @typedef {import("./label-columns.js").LabelSet} LabelSet */
/** @typedef {import("./label-columns.js").Kind} Kind */
/** @typedef {"matched" | "missed" | "false"} MatchWord */

/** The words of a comparison's states, in the order of their numbers (label-matching.js). */
const MATCH_WORDS = /** @type {const} */ ([null, "matched", "missed", "false"]);
/** Ground truth in an address: it has no id. No run's id is so short. */
const TRUTH = "truth";

/**
 * @typedef {object} Wishes
 * @property {ReadonlySet<string>} classes hidden ones, by name
 * @property {ReadonlySet<string>} kinds hidden ones
 * @property {ReadonlySet<string | null>} sources hidden ones, by id; null is ground truth
 * @property {ReadonlySet<string>} matches hidden states of a comparison
 * @property {number} confidence the least a prediction must have; one that says none is shown
 */

/** @type {Wishes} */
const EVERYTHING = { classes: new Set(), kinds: new Set(), sources: new Set(), matches: new Set(), confidence: 0 };

export class LabelFilter {
  #wishes;

  /** @param {Partial<Wishes>} [wishes] what is not said is shown */
  constructor(wishes = {}) {
    this.#wishes = { ...EVERYTHING, ...wishes };
  }

  /** The least confidence a prediction must have. */
  get confidence() {
    return this.#wishes.confidence;
  }

  /** Whether nothing is hidden. */
  get isEmpty() {
    const { classes, kinds, sources, matches, confidence } = this.#wishes;
    return classes.size + kinds.size + sources.size + matches.size === 0 && confidence === 0;
  }

  /** @param {string} name */
  hidesClass(name) {
    return this.#wishes.classes.has(name);
  }

  /** @param {Kind} kind */
  hidesKind(kind) {
    return this.#wishes.kinds.has(kind);
  }

  /** @param {string | null} id null for ground truth */
  hidesSource(id) {
    return this.#wishes.sources.has(id);
  }

  /** @param {MatchWord} state */
  hidesMatch(state) {
    return this.#wishes.matches.has(state);
  }

  /** @param {string} name @param {boolean} isShown @returns {LabelFilter} */
  withClass(name, isShown) {
    return this.#changed({ classes: toggled(this.#wishes.classes, name, isShown) });
  }

  /**
   * Shows one class alone.
   * @param {string} name
   * @param {Iterable<string>} all names of all classes
   * @returns {LabelFilter}
   */
  withClassAlone(name, all) {
    return this.#changed({ classes: new Set([...all].filter((one) => one !== name)) });
  }

  /** @returns {LabelFilter} */
  withAllClasses() {
    return this.#changed({ classes: new Set() });
  }

  /** @param {Kind} kind @param {boolean} isShown @returns {LabelFilter} */
  withKind(kind, isShown) {
    return this.#changed({ kinds: toggled(this.#wishes.kinds, kind, isShown) });
  }

  /** @param {string | null} id null for ground truth @param {boolean} isShown @returns {LabelFilter} */
  withSource(id, isShown) {
    return this.#changed({ sources: toggled(this.#wishes.sources, id, isShown) });
  }

  /** @param {MatchWord} state @param {boolean} isShown @returns {LabelFilter} */
  withMatch(state, isShown) {
    return this.#changed({ matches: toggled(this.#wishes.matches, state, isShown) });
  }

  /** @param {number} least 0 to 1 @returns {LabelFilter} */
  withConfidence(least) {
    return this.#changed({ confidence: withinUnit(least) });
  }

  /**
   * Which shapes of a picture are shown: 1 for each that is.
   * @param {LabelSet} set
   * @param {{state: Uint8Array} | null} [match] without it the choice among matched, missed and false ones is of no effect
   * @returns {Uint8Array}
   */
  visible(set, match = null) {
    const visible = this.visibleBeforeMatching(set);
    if (!match || this.#wishes.matches.size === 0) return visible;
    const hidden = MATCH_WORDS.map((word) => word !== null && this.#wishes.matches.has(word));
    for (let i = 0; i < visible.length; i += 1) if (hidden[match.state[i]]) visible[i] = 0;
    return visible;
  }

  /**
   * Which shapes of a picture take part in a comparison: what a filter by confidence hides, no model has said.
   * @param {LabelSet} set
   * @returns {Uint8Array}
   */
  visibleBeforeMatching(set) {
    const visible = new Uint8Array(set.length).fill(1);
    if (this.isEmpty) return visible;
    const { kind, label, source, confidence } = set.columns;
    const hides = this.#tables(set);
    const least = this.#wishes.confidence;
    for (let i = 0; i < visible.length; i += 1) {
      const at = set.from + i;
      const isHidden = hides.kind[kind[at]] || hides.source[source[at]] || (label[at] >= 0 ? hides.label[label[at]] : this.#hidesAll(set, i));
      const isTooUnsure = confidence !== null && hides.unsure[source[at]] && confidence[at] < least;
      if (isHidden || isTooUnsure) visible[i] = 0;
    }
    return visible;
  }

  /**
   * Writes the filter into an address; what is shown leaves no trace in it.
   * @param {URLSearchParams} params changed in place; what is not the filter's stays
   */
  writeTo(params) {
    const { classes, kinds, sources, matches, confidence } = this.#wishes;
    const ids = [...sources].map((id) => id ?? TRUTH);
    for (const [name, values] of /** @type {[string, Iterable<string>][]} */ ([["hide", classes], ["kinds", kinds], ["sources", ids], ["match", matches]])) {
      params.delete(name);
      for (const value of values) params.append(name, value);
    }
    if (confidence > 0) params.set("conf", String(Number(confidence.toFixed(3))));
    else params.delete("conf");
  }

  /**
   * @param {URLSearchParams} params what is no filter in them is passed over
   * @returns {LabelFilter}
   */
  static from(params) {
    return new LabelFilter({
      classes: new Set(params.getAll("hide")),
      kinds: new Set(params.getAll("kinds").filter((kind) => KINDS.includes(/** @type {Kind} */ (kind)))),
      sources: new Set(params.getAll("sources").map((id) => (id === TRUTH ? null : id))),
      matches: new Set(params.getAll("match").filter((word) => MATCH_WORDS.includes(/** @type {MatchWord} */ (word)))),
      confidence: withinUnit(Number(params.get("conf"))),
    });
  }

  /** @param {Partial<Wishes>} wishes */
  #changed(wishes) {
    return new LabelFilter({ ...this.#wishes, ...wishes });
  }

  /**
   * What is hidden, by number: names are compared once a picture and not once a shape.
   * @param {LabelSet} set
   */
  #tables({ columns }) {
    const { classes, kinds, sources } = this.#wishes;
    return {
      label: columns.labels.map((name) => classes.has(name)),
      kind: KINDS.map((kind) => kinds.has(kind)),
      source: columns.sources.map(({ id }) => sources.has(id)),
      unsure: columns.sources.map(({ id }) => id !== null),
    };
  }

  /**
   * Whether all classes are hidden of what has several; of what has none, nothing is.
   * @param {LabelSet} set
   * @param {number} i
   */
  #hidesAll(set, i) {
    if (this.#wishes.classes.size === 0 || set.columns.kind[set.from + i] < MULTICATEGORY) return false;
    const labels = set.labelsOf(i);
    return labels.length > 0 && labels.every((name) => this.#wishes.classes.has(name));
  }
}

/**
 * @template Value
 * @param {ReadonlySet<Value>} hidden
 * @param {Value} value
 * @param {boolean} isShown
 */
function toggled(hidden, value, isShown) {
  const changed = new Set(hidden);
  if (isShown) changed.delete(value);
  else changed.add(value);
  return changed;
}

/** @param {number} value */
function withinUnit(value) {
  return Math.max(0, Math.min(1, value || 0));
}
