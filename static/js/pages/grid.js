/** A dataset's or a slice's grid: pictures, their place in the address, and slices made of what one chooses. */

import "../elements/facet-panel.js";
import "../elements/media-grid.js";
import "../elements/selection-bar.js";
import { ChosenPanels } from "../elements/chosen-panels.js";
import { EditDesk } from "../elements/edit-desk.js";
import { FacetChart } from "../elements/facet-chart.js";
import { LabelCells } from "../elements/label-cells.js";
import { GridPlace, readView } from "../grid/grid-place.js";
import { grouped } from "../lib/digits.js";
import { readIsland } from "../lib/island.js";
import { readAnew, renewParts } from "../lib/page-anew.js";
import { readWayBack, rememberWayBack, withinOf } from "../lib/way-back.js";
import { startFrame } from "./frame.js";
import { bindQueryBar } from "./query-keys.js";

/**
 * @typedef {import("../elements/media-grid.js").GridResult & {
 *   urls: {slices: string, add_to_slice: string},
 *   mode: string,
 *   says: {one: string, many: string} | null,
 *   matching: Record<string, string>,
 *   slices?: import("../elements/selection-bar.js").SliceChoice[],
 *   leaving?: import("../elements/selection-bar.js").Leaving,
 *   labels?: {url: string, run: string | null} | null,
 *   edits: import("../elements/edit-desk.js").EditUrls | null,
 * }} GridIsland `slices` are those that may be added to; `leaving` the slice whose grid this is, for those who may change it
 * @typedef {import("../elements/media-grid.js").MediaGrid} MediaGrid
 * @typedef {import("../elements/media-grid.js").GridChoice} GridChoice
 * @typedef {import("../elements/selection-bar.js").SelectionBar} SelectionBar
 */

startFrame();
bindQueryBar(document);

const island = /** @type {GridIsland | null} */ (readIsland(document));
const grid = /** @type {MediaGrid | null} */ (document.querySelector("media-grid"));
const bar = /** @type {SelectionBar | null} */ (document.querySelector("selection-bar"));
if (island && grid) open(grid, island);

/**
 * @param {MediaGrid} grid
 * @param {GridIsland} island
 */
function open(grid, island) {
  const life = new AbortController();
  const view = readView(location.search);
  // The grid scrolls to its place by itself: the browser's own memory is of another height.
  history.scrollRestoration = "manual";
  document.querySelector("media-grid ~ .pagination")?.remove();
  if (bar) offer(bar, grid, island);
  const desk = island.edits && new EditDesk(island.edits, life.signal);
  if (bar && desk) new ChosenPanels(bar, desk, life.signal);
  const writeAddress = keepAddress(grid, view, life.signal);
  grid.show(island, view);
  const tellAnew = tellCount(grid, island.says);
  renewAfterUndo(grid, writeAddress, life.signal, (page, { says }) => {
    bar?.forget();
    tellAnew(page, says);
  });
  if (island.labels) new LabelCells(grid, island.labels, life.signal);
  const way = readWayBack();
  if (way?.address === location.href && isComingFrom(way.within)) grid.returnTo(way);
}

/**
 * Says in the query bar how many match, as far as the grid knows, where the server left that open.
 * @param {MediaGrid} grid
 * @param {{one: string, many: string} | null} words
 * @returns {(page: Document, words: {one: string, many: string} | null) => void} takes what the server says by now
 */
function tellCount(grid, words) {
  const says = document.querySelector(".query__says");
  let isOpen = says?.textContent === "";
  grid.addEventListener("place-change", (event) => {
    if (!says || !isOpen || !words) return;
    const { count, isExact } = /** @type {CustomEvent<{count: number, isExact: boolean}>} */ (event).detail;
    const text = `${isExact ? "" : "At least "}${grouped(count)} ${count === 1 ? words.one : words.many}`;
    // It is read aloud when it changes.
    if (says.textContent !== text) says.textContent = text;
  });
  return (page, wordsNow) => {
    const text = page.querySelector(".query__says")?.textContent ?? "";
    isOpen = text === "";
    words = wordsNow;
    if (says && !isOpen) says.textContent = text;
  };
}

/**
 * After something was undone on this page, or done again, shows what there is by now: rows, head and counts. The place, the
 * focus and the selection stay.
 * @param {MediaGrid} grid
 * @param {() => void} writeAddress
 * @param {AbortSignal} signal
 * @param {(page: Document, island: GridIsland) => void} renewed
 */
function renewAfterUndo(grid, writeAddress, signal, renewed) {
  let reading = new AbortController();
  document.addEventListener("edit-taken-back", async () => {
    reading.abort();
    reading = new AbortController();
    const asked = reading.signal;
    writeAddress();
    const view = readView(location.search);
    const page = await readAnew(location.href, asked);
    if (asked.aborted || signal.aborted) return;
    const island = page && /** @type {GridIsland | null} */ (readIsland(page));
    // What is another page by now, as a slice that is empty or gone, is loaded.
    if (!island || !page.querySelector("media-grid")) return location.reload();
    renewParts(document, page);
    grid.renew(island, view);
    renewed(page, island);
    for (const chart of document.querySelectorAll("facet-chart")) if (chart instanceof FacetChart) chart.renew();
  }, { signal });
}

/**
 * @param {SelectionBar} bar
 * @param {MediaGrid} grid
 * @param {GridIsland} island
 */
function offer(bar, grid, island) {
  const { slices = [], leaving, matching, mode } = island;
  bar.offer(island.urls, { slices, leaving, matching, isOfObjects: mode === "objects" });
  bar.addEventListener("members-changed", (event) => {
    const { ids, gone } = /** @type {CustomEvent<{ids: string[], gone: boolean}>} */ (event).detail;
    grid.markGone(ids, gone);
  });
  bar.addEventListener("selection-clear", () => grid.clearSelection());
  bar.addEventListener("selection-all", () => grid.selectAll());
  grid.addEventListener("selection-change", (event) => {
    bar.choice = /** @type {CustomEvent<GridChoice>} */ (event).detail;
  });
}

/**
 * Keeps the address to what is seen, and remembers it for the way back.
 * @param {MediaGrid} grid
 * @param {import("../grid/grid-place.js").GridView} view
 * @param {AbortSignal} signal
 * @returns {() => void} writes at once what is due
 */
function keepAddress(grid, view, signal) {
  const replace = (/** @type {string} */ href) => history.replaceState(history.state, "", href);
  const place = new GridPlace({ read: () => location.href, replace }, signal);
  // Once a row's page is on its way, the address stays what the way back has, however late the cells move.
  let isLeaving = false;
  const change = (/** @type {Partial<typeof view>} */ part) => {
    Object.assign(view, part);
    if (!isLeaving) place.set(view);
  };
  grid.addEventListener("place-change", (event) => {
    const { from, position } = /** @type {CustomEvent<{from: string | null, position: number}>} */ (event).detail;
    if (from !== null && from !== view.from) change({ from, position });
  });
  grid.addEventListener("selection-change", (event) => {
    const { ids, isAll, but, count } = /** @type {CustomEvent<GridChoice>} */ (event).detail;
    change({ selected: { isAll, ids, but, count } });
  });
  offerSizes(grid, (size) => change({ size }));
  grid.addEventListener("click", (event) => {
    const link = /** @type {Element} */ (event.target).closest("a.media-cell");
    const position = link && grid.positionOf(link);
    if (event.defaultPrevented || position === null || !(link instanceof HTMLAnchorElement)) return;
    place.write();
    rememberWayBack({ address: location.href, id: link.dataset.itemId ?? "", position, within: withinOf(link.pathname) });
    isLeaving = true;
  });
  for (const type of ["pageshow", "pointerdown", "keydown", "wheel"]) {
    addEventListener(type, () => (isLeaving = false), { signal, capture: true, passive: true });
  }
  grid.addEventListener("renewal-wish", () => {
    place.write();
    location.reload();
  });
  addEventListener("pagehide", () => isLeaving || place.write(), { signal });
  return () => place.write();
}

/**
 * Lets the sizes be chosen without loading the page anew.
 * @param {MediaGrid} grid
 * @param {(size: string) => void} chosen
 */
function offerSizes(grid, chosen) {
  const links = [...document.querySelectorAll('.choice[aria-label^="Size"] > .choice__option')].filter((link) => link instanceof HTMLAnchorElement);
  const sizeOf = (/** @type {HTMLAnchorElement} */ link) => new URL(link.href).searchParams.get("size") ?? "medium";
  for (const link of links) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      for (const one of links) one.toggleAttribute("aria-current", false);
      link.setAttribute("aria-current", "true");
      grid.dataset.density = sizeOf(link);
      grid.resizeCells();
      chosen(sizeOf(link));
    });
  }
  takeSizeAlong(grid, links);
}

/**
 * Makes what leads to another view of this page, and was rendered before, keep the size.
 * @param {MediaGrid} grid
 * @param {HTMLAnchorElement[]} sizes links that say a size themselves
 */
function takeSizeAlong(grid, sizes) {
  const write = (/** @type {URLSearchParams | FormData} */ asked) => {
    const { density = "medium" } = grid.dataset;
    if (density === "medium") asked.delete("size");
    else asked.set("size", density);
  };
  /** @param {MouseEvent} event */
  const follow = (event) => {
    const link = /** @type {Element} */ (event.target).closest("a[href]");
    if (!(link instanceof HTMLAnchorElement) || link.pathname !== location.pathname || sizes.includes(link)) return;
    const address = new URL(link.href);
    write(address.searchParams);
    if (!address.hash) link.href = address.href;
  };
  document.addEventListener("click", follow, { capture: true });
  document.querySelector(".query__form")?.addEventListener("formdata", (event) => write(/** @type {FormDataEvent} */ (event).formData));
}

/**
 * Whether the page was come to by the way back, or from a row's page; not by loading it anew.
 * @param {string} within as the way back has it
 */
function isComingFrom(within) {
  const entry = /** @type {PerformanceNavigationTiming | undefined} */ (performance.getEntriesByType("navigation")[0]);
  const isLeft = entry?.type === "navigate" && URL.canParse(document.referrer) && new URL(document.referrer).pathname.startsWith(within);
  return entry?.type === "back_forward" || isLeft;
}
