/**
 * What all parts of a page know about its labels: which picture is on screen and what is said about it, who says it,
 * what is shown of it, what is selected and pointed at. Parts change it here and hear of every change.
 */

import { colorOf } from "../labels/label-colors.js";
import { LabelFilter } from "../labels/label-filter.js";
import { match } from "../labels/label-matching.js";
import { labelPalette } from "./label-palette.js";

/** @typedef {import("../labels/label-columns.js").LabelSet} LabelSet */
/** @typedef {import("../labels/label-columns.js").Source} Source */
/** @typedef {{width: number, height: number}} Size */
/** @typedef {import("../labels/label-colors.js").ColorMode} ColorMode */
/** @typedef {"picture" | "look" | "place"} Change what changed: the picture or its labels, how they look, what is selected or pointed at */

/**
 * @typedef {object} LabelledPicture
 * @property {string} key tells pictures apart
 * @property {number} index of the frame; 0 where there is only one picture
 * @property {Size} size of the picture itself, in the pixels that labels are given in
 * @property {LabelSet | null} set null while it is on its way
 */

/** @typedef {{run: string, threshold: number, classAware: boolean}} Comparison `run` is its id */

export class LabelDesk {
  /** @type {LabelledPicture | null} */
  #picture = null;
  #filter;
  /** @type {ColorMode} */
  #mode = "class";
  #isShown = true;
  #hasTags = true;
  #opacity = 0.5;
  /** @type {Comparison | null} */
  #comparison = null;
  #selected = -1;
  #hovered = -1;
  /** The track selected, which stays when the picture changes. @type {{track: string, source: string | null} | null} */
  #selectedTrack = null;
  /** @type {Set<(change: Change) => void>} */
  #watchers = new Set();
  /** @type {import("../labels/label-matching.js").Match | null} */
  #matching = null;
  /** @type {Uint8Array} */
  #visible = new Uint8Array(0);
  /** Those a filter leaves, in order. */
  #shown = new Int32Array(0);

  /** @param {LabelFilter} filter */
  constructor(filter) {
    this.#filter = filter;
  }

  /**
   * @param {(change: Change) => void} changed
   * @param {AbortSignal} signal
   */
  watch(changed, signal) {
    this.#watchers.add(changed);
    signal.addEventListener("abort", () => this.#watchers.delete(changed));
  }

  get picture() {
    return this.#picture;
  }

  /** What is said about the picture; null while that is not known. */
  get set() {
    return this.#picture?.set ?? null;
  }

  /** @type {readonly Source[]} */
  get sources() {
    return this.set?.sources ?? [];
  }

  /** By place in the set: whether a filter leaves the shape. */
  get visible() {
    return this.#visible;
  }

  /** The places that a filter leaves. */
  get shown() {
    return this.#shown;
  }

  get matching() {
    return this.#matching;
  }

  get selected() {
    return this.#selected;
  }

  get hovered() {
    return this.#hovered;
  }

  get selectedTrack() {
    return this.#selectedTrack;
  }

  get filter() {
    return this.#filter;
  }

  set filter(filter) {
    this.#filter = filter;
    this.#see();
    this.#tell("look");
  }

  get mode() {
    return this.#mode;
  }

  set mode(mode) {
    this.#mode = mode;
    this.#tell("look");
  }

  get isShown() {
    return this.#isShown;
  }

  set isShown(isShown) {
    this.#isShown = isShown;
    this.#tell("look");
  }

  get hasTags() {
    return this.#hasTags;
  }

  set hasTags(hasTags) {
    this.#hasTags = hasTags;
    this.#tell("look");
  }

  /** Of masks, from 0 to 1. */
  get opacity() {
    return this.#opacity;
  }

  set opacity(opacity) {
    this.#opacity = opacity;
    this.#tell("look");
  }

  get comparison() {
    return this.#comparison;
  }

  set comparison(comparison) {
    const isNew = !this.#comparison && comparison;
    this.#comparison = comparison;
    if (isNew) this.#mode = "match";
    if (!comparison && this.#mode === "match") this.#mode = "class";
    this.#see();
    this.#tell("look");
  }

  /**
   * Another picture is on screen, or what is said about it has come.
   * @param {LabelledPicture | null} picture null while none is
   */
  show(picture) {
    const isSame = this.#picture !== null && this.#picture.key === picture?.key && this.#picture.set === picture.set;
    this.#picture = picture;
    if (!isSame) this.#turnTo();
    this.#tell("picture");
  }

  /** The shapes themselves have changed: a review was kept. */
  refresh() {
    this.#see();
    this.#tell("look");
  }

  /** @param {number} index place in the set; -1 for none */
  select(index) {
    const { set } = this;
    this.#selected = set && index >= 0 && index < set.length ? index : -1;
    const track = this.#selected >= 0 ? (set?.track(this.#selected) ?? null) : null;
    this.#selectedTrack = track === null ? null : { track, source: this.#sourceId(this.#selected) };
    this.#tell("place");
  }

  /** @param {{track: string, source: string | null} | null} selected */
  selectTrack(selected) {
    this.#selectedTrack = selected;
    this.#selected = this.#placeOfTrack();
    this.#tell("place");
  }

  /** Selects the next of those shown, or the one before. @param {1 | -1} direction */
  selectNext(direction) {
    if (this.#shown.length === 0) return;
    const at = this.#shown.indexOf(this.#selected);
    const next = at < 0 ? (direction > 0 ? 0 : -1) : at + direction;
    this.select(this.#shown.at(next % this.#shown.length) ?? -1);
  }

  /** @param {number} index place in the set; -1 for none */
  point(index) {
    if (index === this.#hovered) return;
    this.#hovered = index;
    this.#tell("place");
  }

  /** The id of who says it: null for people. @param {number} index */
  #sourceId(index) {
    const { set } = this;
    return set ? (set.sources[set.source(index)]?.id ?? null) : null;
  }

  /** How a shape is drawn. @param {number} index @returns {{color: string, dashed: boolean}} */
  lookOf(index) {
    const { set } = this;
    if (!set) return { color: labelPalette().plain, dashed: false };
    const { color, dashed } = colorOf(set, index, this.#mode, this.#matching);
    return { color: labelPalette().inks[color] ?? "", dashed };
  }

  #turnTo() {
    this.#hovered = -1;
    this.#see();
    this.#selected = this.#placeOfTrack();
  }

  /** Works out anew what is matched and what is left to see. */
  #see() {
    const { set } = this;
    this.#matching = set ? this.#match(set) : null;
    this.#visible = set ? this.#filter.visible(set, this.#matching) : new Uint8Array(0);
    this.#shown = placesOf(this.#visible);
  }

  /** @param {LabelSet} set */
  #match(set) {
    if (!this.#comparison) return null;
    const run = set.sources.findIndex(({ id }) => id === this.#comparison?.run);
    const truth = set.sources.findIndex(({ id }) => id === null);
    if (run < 0 || truth < 0) return null;
    const { threshold, classAware } = this.#comparison;
    return match(set, { truth, run, threshold, classAware, visible: this.#filter.visibleBeforeMatching(set) });
  }

  #placeOfTrack() {
    const { set } = this;
    const selected = this.#selectedTrack;
    if (!set || !selected) return -1;
    for (let index = 0; index < set.length; index += 1) {
      if (set.track(index) === selected.track && this.#sourceId(index) === selected.source) return index;
    }
    return -1;
  }

  /** @param {Change} change */
  #tell(change) {
    for (const hear of this.#watchers) hear(change);
  }
}

/** @param {Uint8Array} visible */
function placesOf(visible) {
  let count = 0;
  for (let index = 0; index < visible.length; index += 1) count += visible[index] ?? 0;
  const places = new Int32Array(count);
  for (let index = 0, at = 0; index < visible.length; index += 1) if (visible[index]) places[at++] = index;
  return places;
}
