/**
 * The rows of a result near the window: read by key from the outline's anchors, few at once, forgotten when far.
 *
 * Until the outline has come to where the window is, rows are those of a stretch: what the page came with, and what joins
 * it on either side. An address may claim where its stretch begins; it is pinned as soon as one of its rows is found in
 * the outline, and says by how much the claim was wrong.
 */

/**
 * @typedef {import("../elements/cell-picture.js").CellRow & {href: string, note?: string}} Row
 * @typedef {{rows: Row[], after: string | null, before: string | null, version: number}} RowsAnswer
 * @typedef {{from?: string, after?: string, before?: string, limit: number}} RowsPlace
 * @typedef {{start: number, end: number}} Positions `end` is not part of it
 */

const BLOCKS_HELD = 40;
const PARALLEL = 2;
/** Rows of the stretch that are held: what is far from the window goes first. */
const STRETCH_HELD = 4000;
/** Beyond the window on both sides: what a hand comes to next. */
const AHEAD = 120;
/** Rows of one answer (webapp/pages/result_feeds.py). */
const AT_ONCE = 500;

export class RowBlocks {
  #ask;
  #outline;
  #told;
  /** Least recently wanted first. @type {Map<number, Row[]>} */
  #blocks = new Map();
  /** What is on its way, by block or side. @type {Map<number | "after" | "before", AbortController>} */
  #loads = new Map();
  #stretch;
  #life = new AbortController();
  /** @type {Positions} */
  #wanted = { start: 0, end: 0 };
  /** After a failure, until `retry`. */
  #isStopped = false;

  /**
   * @param {(place: RowsPlace, signal: AbortSignal) => Promise<RowsAnswer>} ask
   * @param {import("./result-outline.js").ResultOutline} outline
   * @param {object} told
   * @param {(answer?: RowsAnswer) => void} told.changed rows have come
   * @param {(by: number) => void} told.moved the stretch, and what is seen of it, are really so many positions further on
   * @param {(reason: unknown) => void} told.failed an answer did not come; nothing is asked for until `retry`
   * @param {{rows: Row[], after: string | null, before: string | null}} stretch the rows there are
   * @param {number | null} claimed the position of its first row, as an address says; null where none is said
   */
  constructor(ask, outline, told, stretch, claimed) {
    this.#ask = ask;
    this.#outline = outline;
    this.#told = told;
    const isBeginning = stretch.before === null;
    const last = outline.isExact ? Math.max(0, outline.count - stretch.rows.length) : Infinity;
    const start = isBeginning ? 0 : Math.min(claimed ?? outline.step, last);
    this.#stretch = { ...stretch, rows: [...stretch.rows], start, isPinned: isBeginning };
    outline.saw(this.#end);
  }

  /** Where the rows that the page came with begin. */
  get start() {
    return this.#stretch.start;
  }

  /** Whether every position is certain: false while an address's claim is not proved. */
  get isPinned() {
    return this.#stretch.isPinned;
  }

  /** How many rows are held. */
  get size() {
    return [...this.#blocks.values()].reduce((sum, rows) => sum + rows.length, this.#stretch.rows.length);
  }

  /**
   * The row at a position; null while it is not there.
   * @param {number} position
   * @returns {Row | null}
   */
  row(position) {
    const { step } = this.#outline;
    return this.#stretch.rows[position - this.#stretch.start] ?? this.#blocks.get(Math.floor(position / step))?.[position % step] ?? null;
  }

  /**
   * Whether a position's row has been asked for and is not there: the dataset has changed.
   * @param {number} position
   */
  isMissing(position) {
    return this.#blocks.has(Math.floor(position / this.#outline.step)) && this.row(position) === null;
  }

  /**
   * Says what is to be seen: its rows are loaded, what is far is no longer.
   * @param {Positions} wanted
   */
  want(wanted) {
    this.#wanted = wanted;
    this.#pin();
    this.#trim();
    this.#load();
  }

  /** Asks again after a failure. */
  retry() {
    this.#isStopped = false;
    this.#load();
  }

  /**
   * All rows of a stretch of positions, those that are not held included.
   * @param {Positions} positions
   * @param {AbortSignal} signal
   * @returns {Promise<Row[]>} rejects as `ask` does, and with a RangeError where the outline has not come so far
   */
  async rows({ start, end }, signal) {
    const found = [];
    for (let position = start; position < end; ) {
      const row = this.row(position);
      const more = row ? [row] : await this.#rowsFrom(position, end, signal);
      found.push(...more);
      position += more.length;
    }
    return found;
  }

  dispose() {
    this.#life.abort();
    for (const load of this.#loads.values()) load.abort();
  }

  /** The position after the stretch's last row. */
  get #end() {
    return this.#stretch.start + this.#stretch.rows.length;
  }

  /**
   * @param {number} position
   * @param {number} end
   * @param {AbortSignal} signal
   */
  async #rowsFrom(position, end, signal) {
    const { step } = this.#outline;
    const block = Math.floor(position / step);
    const anchor = this.#outline.anchor(block);
    if (anchor === null) throw new RangeError("not found yet");
    const skipped = position - block * step;
    const { rows } = await this.#ask({ from: anchor, limit: Math.min(AT_ONCE, skipped + end - position) }, signal);
    const found = rows.slice(skipped, skipped + end - position);
    if (found.length === 0) throw new RangeError("not there any more");
    return found;
  }

  #load() {
    if (this.#isStopped || this.#life.signal.aborted) return;
    const needs = this.#needs();
    for (const [key, load] of this.#loads) {
      if (typeof key === "number" && !needs.some((need) => typeof need === "number" && Math.abs(need - key) <= 1)) {
        load.abort();
        this.#loads.delete(key);
      }
    }
    for (const need of needs) {
      if (this.#loads.size >= PARALLEL) return;
      if (!this.#loads.has(need)) void this.#run(need);
    }
  }

  /**
   * What is to be asked for, what is seen first.
   * @returns {(number | "after" | "before")[]}
   */
  #needs() {
    const { start, end } = this.#wanted;
    const seen = this.#missing({ start, end });
    const { isExact, count } = this.#outline;
    const near = this.#missing({ start: Math.max(0, start - AHEAD), end: isExact ? Math.min(end + AHEAD, count) : end + AHEAD });
    const proof = this.isPinned ? [] : this.#proof();
    return [...new Set([...seen, ...near, ...proof])];
  }

  /**
   * @param {Positions} positions
   * @returns {(number | "after" | "before")[]}
   */
  #missing({ start, end }) {
    const { step } = this.#outline;
    const { after, before, start: stretchStart } = this.#stretch;
    /** @type {Set<number | "after" | "before">} */
    const missing = new Set();
    for (let position = start; position < end; position = nextBlock(position, step)) {
      const block = Math.floor(position / step);
      const last = Math.min(end, nextBlock(position, step)) - 1;
      if (this.#blocks.has(block) || (this.row(position) && this.row(last))) this.#touch(block);
      else if (this.#outline.anchor(block) !== null) missing.add(block);
      else if (last >= this.#end && position <= this.#end + AT_ONCE && after !== null) missing.add("after");
      else if (position < stretchStart && last >= stretchStart - AT_ONCE && before !== null) missing.add("before");
    }
    return [...missing];
  }

  /**
   * What proves the claim of an address: the block it names; where that is another one's, the way to the next anchor.
   * @returns {(number | "after" | "before")[]}
   */
  #proof() {
    const { start, after } = this.#stretch;
    const block = Math.floor(start / this.#outline.step);
    if (this.#outline.anchor(block) !== null && !this.#blocks.has(block)) return [block];
    return this.#outline.isDone && after !== null ? ["after"] : [];
  }

  /** @param {number} block */
  #touch(block) {
    const rows = this.#blocks.get(block);
    if (!rows) return;
    this.#blocks.delete(block);
    this.#blocks.set(block, rows);
  }

  /** @param {number | "after" | "before"} need */
  async #run(need) {
    const load = new AbortController();
    this.#loads.set(need, load);
    try {
      const answer = await this.#ask(this.#placeOf(need), load.signal);
      if (load.signal.aborted) return;
      this.#take(need, answer);
      this.#loads.delete(need);
      this.#told.changed(answer);
      this.#load();
    } catch (reason) {
      if (load.signal.aborted) return;
      this.#loads.delete(need);
      if (!this.#isStopped) this.#told.failed(reason);
      this.#isStopped = true;
    }
  }

  /**
   * @param {number | "after" | "before"} need
   * @returns {RowsPlace}
   */
  #placeOf(need) {
    const limit = this.#outline.step;
    if (typeof need === "number") return { from: this.#outline.anchor(need) ?? "", limit };
    return need === "after" ? { after: this.#stretch.after ?? "", limit } : { before: this.#stretch.before ?? "", limit };
  }

  /**
   * @param {number | "after" | "before"} need
   * @param {RowsAnswer} answer
   */
  #take(need, { rows, after, before }) {
    const stretch = this.#stretch;
    if (typeof need === "number") this.#blocks.set(need, rows);
    else if (need === "after") {
      stretch.rows.push(...rows);
      stretch.after = rows.length > 0 ? after : null;
    } else {
      stretch.rows.unshift(...rows);
      stretch.start -= rows.length;
      stretch.before = rows.length > 0 ? before : null;
    }
    if (!stretch.isPinned) this.#pin();
    if (stretch.isPinned) this.#outline.saw(this.#end);
    for (const block of this.#blocks.keys()) {
      if (this.#blocks.size <= BLOCKS_HELD) break;
      this.#blocks.delete(block);
    }
  }

  /** Finds out where the stretch really is, if anything tells. */
  #pin() {
    if (this.#stretch.isPinned) return;
    const start = this.#provenStart();
    if (start === null) return;
    const by = start - this.#stretch.start;
    this.#stretch.start = start;
    this.#stretch.isPinned = true;
    this.#outline.saw(this.#end);
    if (by !== 0) this.#told.moved(by);
  }

  /** @returns {number | null} */
  #provenStart() {
    const { rows, before, after } = this.#stretch;
    const { step, isDone, count } = this.#outline;
    if (before === null) return 0;
    for (const [index, { id }] of rows.entries()) {
      const block = this.#outline.blockOf(id);
      if (block !== null) return block * step - index;
    }
    const places = new Map(rows.map(({ id }, index) => [id, index]));
    for (const [block, held] of this.#blocks) {
      for (const [offset, { id }] of held.entries()) {
        const index = places.get(id);
        if (index !== undefined) return block * step + offset - index;
      }
    }
    return isDone && after === null ? count - rows.length : null;
  }

  /** Forgets what of the stretch is far from the window. */
  #trim() {
    const stretch = this.#stretch;
    const excess = stretch.rows.length - STRETCH_HELD;
    if (excess <= 0 || !stretch.isPinned) return;
    const [first, last] = [/** @type {Row} */ (stretch.rows[excess]), /** @type {Row} */ (stretch.rows[STRETCH_HELD - 1])];
    if (this.#wanted.start > stretch.start + stretch.rows.length / 2) {
      stretch.rows.splice(0, excess);
      stretch.start += excess;
      stretch.before = first.id;
    } else {
      stretch.rows.splice(STRETCH_HELD);
      stretch.after = last.id;
    }
  }
}

/**
 * @param {number} position
 * @param {number} step
 */
function nextBlock(position, step) {
  return (Math.floor(position / step) + 1) * step;
}
