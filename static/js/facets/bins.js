/** The axis below bars: which of their edges are written, and how. Pure. */

import { grouped } from "../lib/digits.js";

/** @typedef {import("./narrowing.js").Binned} Binned */

/**
 * The edges to name, by their place counted in bars, at least so many bars apart.
 * @param {number} count how many bars there are
 * @param {number} most how many names fit
 */
export function namedEdges(count, most) {
  const least = count / Math.max(1, most);
  const step = [1, 2, 3, 4, 5, 6, 7, 10, 12, 14, 20, 24, 30, 40, 50, 60].find((one) => one >= least) ?? Math.ceil(least);
  return Array.from({ length: Math.floor(count / step) + 1 }, (_, place) => place * step);
}

/**
 * What an edge is called.
 * @param {Binned[]} bars
 * @param {number} place
 * @returns {string} empty beyond the last bar of single values
 */
export function edgeText(bars, place) {
  const bar = bars[place];
  if (bar) return shortNumber(bar.low);
  const end = place === bars.length ? bars[place - 1]?.high : "";
  return end ? shortNumber(end) : "";
}

/**
 * A time in as few letters as tell it from those before it: years and days only where they change.
 * @param {string} time how the texts of a bar begin
 * @param {string} [before] the one that is named before it
 */
export function timeText(time, before) {
  const [year, month, day, clock] = [time.slice(0, 4), time.slice(5, 7), time.slice(8, 10), time.slice(11)];
  if (!month) return year;
  const named = `${MONTHS[Number(month) - 1] ?? month}`;
  if (!day) return before?.slice(0, 4) === year ? named : `${named} ${year}`;
  const isSameYear = before?.slice(0, 4) === year;
  const date = `${Number(day)} ${named}`;
  if (!clock) return isSameYear ? date : `${date} ${year}`;
  const hour = clock.length === 2 ? `${clock}:00` : clock;
  return before?.slice(0, 10) === time.slice(0, 10) ? hour : `${date} ${hour}`;
}

/**
 * A time in full.
 * @param {string} time
 */
export function fullTime(time) {
  return time.replace(/^(\d{4}-\d\d-\d\d).(\d\d)$/, "$1 $2 h").replace(/^(\d{4}-\d\d-\d\d).(\d\d:\d\d)$/, "$1 $2");
}

/**
 * What bars stand for together, and how much it is: "20 to 30: 1 204 · 12 %".
 * @param {{shape: string, about: string, total: number, bars: (Binned & {text: string, count: number})[]}} facet
 * @param {number} first
 * @param {number} last
 */
export function wordsOf({ shape, about, total, bars }, first, last) {
  const among = bars.slice(first, last + 1);
  const [start, end] = [among[0], among.at(-1)];
  if (!start || !end) return "";
  const count = among.reduce((sum, bar) => sum + bar.count, 0);
  const [from, to] = shape === "times" ? [fullTime(start.low), fullTime(end.low)] : [start.low, end.high || end.low];
  const name = from === to || (first === last && shape === "times") ? from : `${from} to ${to}`;
  return `${name}: ${about}${grouped(count)} · ${percent(count, total)}`;
}

/**
 * A number that fits below an axis.
 * @param {string} text
 */
export function shortNumber(text) {
  if (text.length <= 7) return text;
  const number = Number(text);
  return Number.isInteger(number) && Math.abs(number) < 1e7 ? text : String(Number(number.toPrecision(4)));
}

/**
 * A part in percent: "12 %", "0.4 %", "<0.1 %".
 * @param {number} part
 * @param {number} whole
 */
export function percent(part, whole) {
  if (whole <= 0) return "";
  const share = (100 * part) / whole;
  if (share > 0 && share < 0.1) return "<0.1 %";
  return `${share < 10 ? Number(share.toFixed(1)) : Math.round(share)} %`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
