/** The grid's place, size and selection as the address has them: the link to a view is the view. */

import { throttle } from "../lib/throttle.js";

/**
 * @typedef {object} GridView
 * @property {string | null} from the id of the first visible row; null at the beginning
 * @property {number} position its position, counted from 0, when it was last known
 * @property {string} size of the cells: small, medium or large
 * @property {SelectedInAddress} selected
 *
 * @typedef {{isAll: boolean, ids: string[], but: string[], count: number}} SelectedInAddress `isAll` but for `but`; `ids`
 *   may be fewer than `count`
 */

/** Ids that an address can hold; of more than that it tells the number alone. */
const MOST_IDS = 100;
const ALL_BUT = "all-but.";
const ID = /^[a-z]{2,4}_[A-Za-z0-9]+$/;
/** A link that claims more is not believed. */
const FARTHEST = 100_000_000;
const PLAIN_SIZE = "medium";
/** Safari refuses more than 100 changes of the address in 30 s. */
const PAUSE_S = 0.4;

/**
 * Reads an address.
 * @param {string} search as `location.search`
 * @returns {GridView}
 */
export function readView(search) {
  const asked = new URLSearchParams(search);
  const from = asked.get("from") ?? "";
  const position = Number(asked.get("position"));
  return {
    from: ID.test(from) ? from : null,
    position: Number.isSafeInteger(position) && position > 0 ? Math.min(position, FARTHEST) : 0,
    size: asked.get("size") || PLAIN_SIZE,
    selected: readSelected(asked.get("select") ?? ""),
  };
}

/**
 * @param {string} text
 * @returns {SelectedInAddress} of more ids than an address holds, their number alone
 */
function readSelected(text) {
  const selected = { isAll: false, ids: [], but: [], count: 0 };
  if (text === "all") return { ...selected, isAll: true };
  if (text.startsWith(ALL_BUT)) return allBut(text.slice(ALL_BUT.length).split(".")) ?? selected;
  const number = /^n(\d{1,12})$/.exec(text)?.[1];
  if (number !== undefined) return { ...selected, count: Number(number) };
  const ids = text.split(".").filter((id) => ID.test(id));
  return { ...selected, ids: ids.slice(0, MOST_IDS), count: Math.min(ids.length, MOST_IDS) };
}

/**
 * @param {string[]} but
 * @returns {SelectedInAddress | null} null where one of them means nothing: what was left out is not to be selected
 */
function allBut(but) {
  return but.length <= MOST_IDS && but.every((id) => ID.test(id)) ? { isAll: true, ids: [], but, count: 0 } : null;
}

/**
 * Writes a view into an address, and leaves what else it says.
 * @param {string} href
 * @param {GridView} view
 */
export function withView(href, { from, position, size, selected }) {
  const address = new URL(href);
  const isPlaced = from !== null && position > 0;
  const values = {
    size: size === PLAIN_SIZE ? null : size,
    from: isPlaced ? from : null,
    position: isPlaced ? String(position) : null,
    select: selectedText(selected),
  };
  for (const [name, value] of Object.entries(values)) {
    if (value === null) address.searchParams.delete(name);
    else address.searchParams.set(name, value);
  }
  // Links of an older kind began after or before a row.
  for (const name of ["after", "before"]) address.searchParams.delete(name);
  return address.href;
}

/** @param {SelectedInAddress} selected */
function selectedText({ isAll, ids, but, count }) {
  if (isAll && but.length <= MOST_IDS) return but.length === 0 ? "all" : ALL_BUT + but.join(".");
  if (count > 0 && count === ids.length && count <= MOST_IDS) return ids.join(".");
  return count > 0 ? `n${count}` : null;
}

/** Keeps the address to the view. */
export class GridPlace {
  /** @type {GridView | null} */
  #view = null;
  #writeSoon;

  /**
   * @param {{read: () => string, replace: (href: string) => void}} address
   * @param {AbortSignal} signal
   * @param {number} [pause_s]
   */
  constructor(address, signal, pause_s = PAUSE_S) {
    this.address = address;
    this.#writeSoon = throttle(() => this.write(), pause_s, signal);
  }

  /** @param {GridView} view as it is now: what becomes of it later is not written */
  set(view) {
    this.#view = { ...view };
    this.#writeSoon();
  }

  /** Writes at once what is due: before the page is left. */
  write() {
    if (!this.#view) return;
    const before = this.address.read();
    const href = withView(before, this.#view);
    if (href !== before) this.address.replace(href);
  }
}
