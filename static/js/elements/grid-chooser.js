/** Choosing in a grid: one row, a range whose rows need not be there, all that match, and what an address names. */

import { LONGEST_RANGE, rangeBetween } from "../grid/grid-selection.js";
import { grouped } from "../lib/digits.js";
import { GetRefused } from "../lib/get.js";

/** @typedef {import("../grid/grid-selection.js").Chosen} Chosen */

export class GridChooser {
  #selection;
  #rows;
  #told;
  /** The range being fetched. */
  #range = new AbortController();

  /**
   * @param {import("../grid/grid-selection.js").GridSelection} selection
   * @param {object} rows
   * @param {(position: number) => Chosen | null} rows.at the row at a position; null while it is not there
   * @param {(range: {start: number, end: number}, signal: AbortSignal) => Promise<Chosen[]>} rows.between rejects with a
   *   RangeError where they are not found yet
   * @param {(id: string, signal: AbortSignal) => Promise<Chosen | undefined>} rows.called rejects where there is none
   * @param {{changed: () => void, say: (sentence: string) => void}} told
   */
  constructor(selection, rows, told) {
    this.#selection = selection;
    this.#rows = rows;
    this.#told = told;
  }

  /** Waits for no range any more. */
  stop() {
    this.#range.abort();
  }

  clear() {
    this.stop();
    this.#selection.clear();
    this.#told.changed();
  }

  all() {
    this.stop();
    this.#selection.selectAll();
    this.#told.changed();
  }

  /** @param {number} position */
  toggle(position) {
    const row = this.#rows.at(position);
    if (!row) return;
    this.stop();
    this.#selection.toggle(row, position);
    this.#told.changed();
  }

  /** Chooses from the row touched last to this one. @param {number} position */
  async extendTo(position) {
    const { anchor } = this.#selection;
    if (anchor === null) return this.toggle(position);
    this.stop();
    this.#range = new AbortController();
    const { signal } = this.#range;
    const range = rangeBetween(anchor, position);
    if (range.end - range.start > LONGEST_RANGE) {
      return this.#told.say(`A range takes ${grouped(LONGEST_RANGE)} at most, and this one has ${grouped(range.end - range.start)}. Select all that match, or narrow the query.`);
    }
    try {
      const rows = await this.#rows.between(range, signal);
      if (signal.aborted) return;
      this.#selection.selectRange(rows);
      this.#told.changed();
    } catch (reason) {
      if (signal.aborted) return;
      if (reason instanceof RangeError) this.#told.say("The rows between are not found yet. Try again in a moment.");
      else this.#told.say(`The range was not selected. ${reason instanceof GetRefused ? reason.sentence : ""}`);
    }
  }

  /**
   * Chooses what an address names.
   * @param {import("../grid/grid-place.js").SelectedInAddress} selected
   * @param {AbortSignal | null} learning to find out which items the rows are on, where they are objects
   */
  restore({ isAll, ids, but, count }, learning) {
    if (isAll) this.#selection.restoreAllBut(but);
    else this.#selection.restore(ids);
    this.#told.changed();
    if (learning) void this.#learnItems(ids, learning);
    if (count > ids.length) {
      this.#told.say(`${grouped(count)} were selected where this link was made. A link carries a hundred at most.`);
    }
  }

  /**
   * @param {string[]} ids
   * @param {AbortSignal} signal
   */
  async #learnItems(ids, signal) {
    for (const id of ids) {
      try {
        this.#selection.learn(await this.#rows.called(id, signal));
      } catch {
        // One that is gone is in no slice.
        if (signal.aborted) return;
        this.#selection.forget(id);
      }
    }
    if (ids.length > 0) this.#told.changed();
  }
}
