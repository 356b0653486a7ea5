/**
 * `<media-grid>`: a whole result of pictures under the hand. It takes over the cells that the server rendered as links,
 * and from then on only the cells near the window exist; the page's scrollbar is the whole result's.
 *
 * Dispatches `selection-change` with detail GridChoice, `place-change` with detail `{position, count, isExact, from}`, and
 * `cells-change` after cells came or went, and `renewal-wish` when somebody wants to see what changed. `data-state` is `ready` once every row in the window is known.
 */

import { credentialChanges } from "../credentials/page-profiles.js";
import { clamp } from "../grid/grid-layout.js";
import { GridSelection } from "../grid/grid-selection.js";
import { ResultOutline } from "../grid/result-outline.js";
import { RowBlocks } from "../grid/row-blocks.js";
import { GetRefused, getJson } from "../lib/get.js";
import { gridStep } from "../lib/grid-step.js";
import { bindKeys } from "../lib/keys.js";
import { Measurements } from "../lib/measurements.js";
import { LoadQueue } from "../media/loading.js";
import { GridCells } from "./grid-cells.js";
import { GridChooser } from "./grid-chooser.js";
import { summarizeFailures } from "./grid-failures.js";
import { GridWindow } from "./grid-window.js";
import { GridWords } from "./grid-words.js";
import { fillCells } from "./rendered-cells.js";

/** In a result of fewer windows than these the place is plain to see. */
const LONG_WINDOWS = 3;

/**
 * @typedef {object} GridResult the first rows of a result, and where the others are
 * @property {import("../grid/row-blocks.js").Row[]} items
 * @property {string | null} after
 * @property {string | null} before
 * @property {number | null} total all rows, where that is known without looking
 * @property {number} version of the dataset
 * @property {{rows: string, outline: string, measure?: string}} urls
 *
 * @typedef {object} GridChoice
 * @property {string[]} ids those selected; none while all are
 * @property {string[]} itemIds the items of `ids`
 * @property {boolean} isAll whether all that match are, but for `but`
 * @property {string[]} but
 * @property {number} count how many are selected
 * @property {number} total all that match
 * @property {boolean} isExact false while `total`, and with `isAll` also `count`, may still grow
 */

export class MediaGrid extends HTMLElement {
  /** @type {{result: GridResult, view: import("../grid/grid-place.js").GridView} | null} */
  #shown = null;
  #life = new AbortController();
  #selection = new GridSelection();
  #chooser = this.#chooserOf();
  /** The outline being read. */
  #reading = new AbortController();
  /** @type {Set<string>} */
  #gone = new Set();
  /** The cell in the tab order. */
  #active = 0;
  /** Whether an answer was of another state of the dataset: it is said once. */
  #isOutdated = false;
  /** The first visible position; null before any was shown. @type {number | null} */
  #first = null;
  /** @type {{cells: GridCells, window: GridWindow, words: GridWords, outline: ResultOutline, blocks: RowBlocks} | null} */
  #parts = null;

  connectedCallback() {
    this.#life = new AbortController();
    if (this.#shown) this.#start(this.#shown.result, this.#shown.view);
  }

  disconnectedCallback() {
    this.#life.abort();
    this.#chooser.stop();
    this.#reading.abort();
    this.#parts?.blocks.dispose();
    this.#parts?.cells.dispose();
    this.#parts?.words.dispose();
    this.#parts = null;
    this.#first = null;
    this.removeAttribute("data-state");
  }

  /**
   * Shows a result, beginning where the view says.
   * @param {GridResult} result
   * @param {import("../grid/grid-place.js").GridView} view
   */
  show(result, view) {
    this.#shown = { result, view };
    if (this.isConnected) this.#start(result, view);
  }

  /**
   * Shows the result as it is by now. The first visible row, the focus and what is selected stay.
   * @param {GridResult} result
   * @param {import("../grid/grid-place.js").GridView} view as the address had it that the result was asked with
   */
  renew(result, view) {
    const parts = this.#parts;
    if (!parts) return;
    const { cells, window: sight, words } = parts;
    const hasFocus = this.contains(document.activeElement);
    const active = cells.elementAt(this.#active)?.dataset.itemId ?? "";
    this.#shown = { result, view };
    this.#isOutdated = false;
    this.#chooser.stop();
    this.#gone.clear();
    parts.blocks.dispose();
    words.say(null);
    words.failed(null);
    const outline = this.#outlineOf(result, parts.outline.count);
    const blocks = this.#blocksOf(result, outline, view);
    this.#parts = { ...parts, outline, blocks };
    const by = blocks.start - view.position;
    const places = new Map(result.items.map(({ id }, index) => [id, blocks.start + index]));
    cells.follow(places, { start: blocks.start, end: blocks.start + result.items.length }, by);
    cells.total = outline.isExact ? outline.count : null;
    this.#setActive(clamp(places.get(active) ?? this.#active + by, 0, Math.max(0, outline.count - 1)));
    sight.renew({ by, count: outline.count });
    this.#selectionChanged();
    if (hasFocus && !this.contains(document.activeElement)) this.#focus(this.#active);
    void this.#readOutline();
  }

  /**
   * Shows the pictures of the cells that the server rendered, which stay the only ones.
   * @param {import("./cell-picture.js").PictureItem[]} items
   * @param {{measureUrl?: string}} where sizes that the browser finds are sent
   */
  fill(items, { measureUrl } = {}) {
    fillCells(this, items, { measureUrl, signal: this.#life.signal });
  }

  /** Takes another size of cells (`data-density`); the place stays. */
  resizeCells() {
    this.#parts?.window.arrange();
  }

  clearSelection() {
    this.#chooser.clear();
  }

  selectAll() {
    this.#chooser.all();
  }

  /**
   * Shows rows as taken out of the slice, or as back in it. They keep their places, so that nothing moves under the hand.
   * @param {string[]} ids
   * @param {boolean} isGone
   */
  markGone(ids, isGone) {
    for (const id of ids) {
      if (isGone) this.#gone.add(id);
      else this.#gone.delete(id);
    }
    this.#parts?.cells.mark();
  }

  /**
   * Goes to a position, and gives its cell the focus.
   * @param {number} position
   */
  goTo(position) {
    this.#parts?.window.goTo(position);
    this.#focus(position);
  }

  /**
   * Gives a row's cell the focus, where it was left.
   * @param {{id: string, position: number}} row
   */
  returnTo({ id, position }) {
    const { cells, window: sight } = this.#parts ?? {};
    const element = this.querySelector(`[data-item-id="${CSS.escape(id)}"]`);
    const found = cells?.positionOf(element) ?? position;
    sight?.reveal(found);
    this.#focus(found);
  }

  /** The position of an element's cell, counted from 0; null for another element. @param {Element} element */
  positionOf(element) {
    return this.#parts?.cells.positionOf(element) ?? null;
  }

  get #isSelecting() {
    return this.dataset.select === "multiple";
  }

  /**
   * @param {GridResult} result
   * @param {import("../grid/grid-place.js").GridView} view
   */
  #start(result, view) {
    const { signal } = this.#life;
    this.#isOutdated = false;
    const queue = new LoadQueue();
    signal.addEventListener("abort", () => queue.dispose());
    const measurements = result.urls.measure ? new Measurements(result.urls.measure, signal) : null;
    const about = { isSelecting: this.#isSelecting, isSelected: this.#selection.has.bind(this.#selection), isGone: this.#gone.has.bind(this.#gone) };
    const cells = new GridCells(this, { queue, measurements }, about);
    const words = new GridWords((position) => this.goTo(position));
    this.after(words.element);
    const outline = this.#outlineOf(result);
    const blocks = this.#blocksOf(result, outline, view);
    this.dataset.virtual = "";
    this.setAttribute("role", "listbox");
    if (!this.hasAttribute("aria-label")) this.setAttribute("aria-label", "Pictures");
    if (this.#isSelecting) this.setAttribute("aria-multiselectable", "true");
    const sight = new GridWindow(this, cells, (seen) => this.#show(seen), signal);
    this.#parts = { cells, window: sight, words, outline, blocks };
    // What stands above the cells may grow: they stay where they are.
    summarizeFailures(this, { cells, changed: () => sight.drawSoon(), signal });
    this.#listen(signal);
    cells.total = outline.isExact ? outline.count : null;
    sight.count = outline.count;
    const start = view.from === null ? view.position : blocks.start;
    if (start > 0) sight.goTo(start);
    this.#setActive(start);
    this.#chooser.restore(view.selected, this.dataset.mode === "objects" ? signal : null);
    void this.#readOutline();
  }

  #chooserOf() {
    const rows = {
      at: (/** @type {number} */ position) => this.#parts?.blocks.row(position) ?? null,
      between: async (/** @type {import("../grid/row-blocks.js").Positions} */ range, /** @type {AbortSignal} */ signal) =>
        (await this.#parts?.blocks.rows(range, signal)) ?? [],
      called: async (/** @type {string} */ id, /** @type {AbortSignal} */ signal) =>
        (await getJson(withParameters(this.#shown?.result.urls.rows ?? "", { from: id, limit: 1 }), signal)).rows[0],
    };
    const say = (/** @type {string} */ sentence) => this.#parts?.words.say(sentence);
    return new GridChooser(this.#selection, rows, { changed: () => this.#selectionChanged(), say });
  }

  /**
   * @param {GridResult} result
   * @param {number} [before] how many there were, which is believed until it is known better
   */
  #outlineOf({ urls, total, items, version }, before = 0) {
    const ask = (/** @type {string | null} */ token, /** @type {AbortSignal} */ signal) =>
      getJson(token === null ? urls.outline : withParameters(urls.outline, { continue: token }), signal);
    const changed = (/** @type {{version: number}} */ answer) => {
      this.#compare(answer.version, version);
      this.#countChanged();
    };
    return new ResultOutline(ask, { changed, total, shown: Math.max(items.length, before) });
  }

  /**
   * @param {GridResult} result
   * @param {ResultOutline} outline
   * @param {import("../grid/grid-place.js").GridView} view
   */
  #blocksOf({ urls, version, ...stretch }, outline, { from, position }) {
    const ask = (/** @type {import("../grid/row-blocks.js").RowsPlace} */ place, /** @type {AbortSignal} */ signal) =>
      getJson(withParameters(urls.rows, place), signal);
    const told = {
      changed: (/** @type {{version: number} | undefined} */ answer) => {
        if (answer) this.#compare(answer.version, version);
        this.#parts?.words.failed(null);
        this.#countChanged();
      },
      moved: (/** @type {number} */ by) => this.#renumber(by),
      failed: (/** @type {unknown} */ reason) => this.#failed(reason),
    };
    const { items: rows, after, before } = stretch;
    return new RowBlocks(ask, outline, told, { rows, after, before }, from === null ? null : position);
  }

  async #readOutline() {
    this.#reading.abort();
    this.#reading = new AbortController();
    const { signal } = this.#reading;
    try {
      await this.#parts?.outline.read(signal);
    } catch (reason) {
      if (!signal.aborted) this.#failed(reason);
    }
  }

  /** @param {AbortSignal} signal */
  #listen(signal) {
    const on = { signal };
    this.addEventListener("keydown", this.#onKey, on);
    this.addEventListener("focusin", (event) => this.#setActive(this.#positionOfTarget(event) ?? this.#active), on);
    if (this.#isSelecting) this.addEventListener("click", this.#onClick, on);
    bindKeys(document, { Escape: () => this.clearSelection(), g: () => this.#parts?.words.ask() }, signal);
    document.addEventListener("keydown", this.#onEntry, on);
    if (this.#isSelecting) document.addEventListener("keydown", this.#onSelectAll, on);
    // A browser that comes back online tries by itself what failed meanwhile.
    addEventListener("online", () => this.#retry(), on);
    credentialChanges.addEventListener("change", () => this.#retry(), on);
  }

  /** @param {import("./grid-window.js").Sight} sight */
  #show({ near, seen, first, share, isBlurred, isLoading }) {
    const parts = this.#parts;
    if (!parts) return;
    const { cells, words, outline, blocks } = parts;
    if (!isBlurred) blocks.want(near);
    const kept = this.contains(document.activeElement) ? this.#active : null;
    const rowAt = (/** @type {number} */ position) => (isBlurred ? null : blocks.row(position));
    const isChanged = cells.draw({ near, seen, kept, rowAt, isLoading });
    if (kept === null && (this.#active < seen.start || this.#active >= seen.end)) this.#setActive(seen.start);
    this.dataset.state = this.#isKnown(seen) ? "ready" : "loading";
    words.place = { position: first, count: outline.count, isExact: outline.isExact, share };
    const isLong = outline.count > LONG_WINDOWS * (seen.end - seen.start);
    if (isLong && this.#first !== null && this.#first !== first) words.showPlace();
    this.#first = first;
    this.#tellPlace(first);
    if (isChanged) this.dispatchEvent(new CustomEvent("cells-change"));
  }

  /** @param {import("../grid/row-blocks.js").Positions} seen */
  #isKnown({ start, end }) {
    for (let position = start; position < end; position += 1) {
      if (!this.#parts?.blocks.row(position)) return false;
    }
    return true;
  }

  /** @param {number} first */
  #tellPlace(first) {
    const { blocks, outline } = this.#parts ?? {};
    if (!blocks?.isPinned || !outline) return;
    const from = blocks.row(first)?.id ?? null;
    const detail = { position: first, count: outline.count, isExact: outline.isExact, from };
    this.dispatchEvent(new CustomEvent("place-change", { detail }));
  }

  #countChanged() {
    const { window: sight, outline, cells } = this.#parts ?? {};
    if (!sight || !outline || !cells) return;
    cells.total = outline.isExact ? outline.count : null;
    sight.count = outline.count;
    sight.drawSoon();
    if (this.#selection.count(outline.count) > 0) this.#tellSelection();
  }

  /** @param {number} by */
  #renumber(by) {
    this.#active += by;
    const { window: sight, outline } = this.#parts ?? {};
    if (!sight || !outline) return;
    sight.renumber(by);
  }

  /**
   * @param {number} now
   * @param {number} before
   */
  #compare(now, before) {
    if (now === before || this.#isOutdated) return;
    this.#isOutdated = true;
    const act = () => void this.dispatchEvent(new CustomEvent("renewal-wish"));
    this.#parts?.words.say("The dataset changed.", { text: "Show the new state", act });
  }

  /** @param {unknown} reason */
  #failed(reason) {
    const sentence = reason instanceof GetRefused ? reason.sentence : "The rows did not come.";
    this.#parts?.words.failed(sentence, () => this.#retry());
  }

  #retry() {
    const { words, blocks, cells } = this.#parts ?? {};
    words?.failed(null);
    blocks?.retry();
    cells?.retry();
    void this.#readOutline();
  }

  /** @param {MouseEvent} event */
  #onClick = (event) => {
    const target = /** @type {Element} */ (event.target);
    const position = this.#positionOfTarget(event);
    if (position === null || event.ctrlKey || event.metaKey) return;
    if (event.shiftKey) void this.#chooser.extendTo(position);
    else if (target.closest(".media-cell__tick")) this.#chooser.toggle(position);
    else return;
    event.preventDefault();
    this.#focus(position);
  };

  /** Everywhere on the page but where text is. @param {KeyboardEvent} event */
  #onSelectAll = (event) => {
    if (event.key !== "a" || !(event.ctrlKey || event.metaKey) || event.altKey || event.defaultPrevented) return;
    if (event.target !== document.body && this.#positionOfTarget(event) === null) return;
    event.preventDefault();
    this.selectAll();
  };

  /** Left and right lead from nowhere into the page's first grid; up and down scroll the page. @param {KeyboardEvent} event */
  #onEntry = (event) => {
    const isArrow = event.key === "ArrowRight" || event.key === "ArrowLeft";
    const isHeld = event.shiftKey || event.ctrlKey || event.metaKey || event.altKey;
    if (!isArrow || isHeld || event.defaultPrevented || event.target !== document.body) return;
    if (!this.#parts || document.querySelector("media-grid") !== this) return;
    event.preventDefault();
    this.#focus(this.#active);
  };

  /** @param {KeyboardEvent} event */
  #onKey = (event) => {
    const { window: sight, outline } = this.#parts ?? {};
    const index = this.#positionOfTarget(event);
    if (index === null || event.altKey || !sight || !outline) return;
    const next = gridStep(event.key, { index, columns: sight.columns, count: outline.count, rows: sight.rows });
    if (event.ctrlKey || event.metaKey) return;
    if (event.key === " " && this.#isSelecting) {
      if (event.shiftKey) void this.#chooser.extendTo(index);
      else this.#chooser.toggle(index);
    } else if (next !== null) this.#move(index, next, event.shiftKey && this.#isSelecting);
    else return;
    event.preventDefault();
  };

  /**
   * @param {number} from
   * @param {number} to
   * @param {boolean} isExtending
   */
  #move(from, to, isExtending) {
    this.#parts?.window.reveal(to);
    this.#focus(to);
    if (!isExtending) return;
    if (this.#selection.anchor === null) this.#chooser.toggle(from);
    void this.#chooser.extendTo(to);
  }

  /** @param {number} position */
  #focus(position) {
    this.#setActive(position);
    this.#parts?.cells.elementAt(position)?.focus({ preventScroll: true });
  }

  /** @param {number} position */
  #setActive(position) {
    this.#active = position;
    this.#parts?.cells.setCurrent(position);
  }

  /** @param {Event} event */
  #positionOfTarget(event) {
    return this.#parts?.cells.positionOf(/** @type {Element} */ (event.target)) ?? null;
  }

  #selectionChanged() {
    this.#parts?.cells.mark();
    this.#tellSelection();
  }

  #tellSelection() {
    const { outline } = this.#parts ?? {};
    if (!outline) return;
    const { ids, itemIds, isAll, but } = this.#selection;
    const { count: total, isExact } = outline;
    const count = this.#selection.count(total);
    this.toggleAttribute("data-selecting", count > 0);
    /** @type {GridChoice} */
    const detail = { ids, itemIds, isAll, but, count, total, isExact };
    this.dispatchEvent(new CustomEvent("selection-change", { detail }));
  }
}

/**
 * @param {string} url
 * @param {Record<string, string | number>} values
 */
function withParameters(url, values) {
  const address = new URL(url, location.href);
  for (const [name, value] of Object.entries(values)) address.searchParams.set(name, String(value));
  return address.pathname + address.search;
}

customElements.define("media-grid", MediaGrid);
