/** A dataset's or a slice's grid: pictures, and slices made of what one chooses. */

import "../elements/media-grid.js";
import "../elements/selection-bar.js";
import { LabelCells } from "../elements/label-cells.js";
import { readIsland } from "../lib/island.js";
import { startFrame } from "./frame.js";
import { bindQueryBar } from "./query-keys.js";

/**
 * @typedef {object} GridIsland
 * @property {import("../elements/media-grid.js").PictureItem[]} items
 * @property {{measure: string, slices: string, add_to_slice: string}} urls
 * @property {import("../elements/selection-bar.js").SliceChoice[]} [slices] slices that may be added to
 * @property {import("../elements/selection-bar.js").Leaving} [leaving] the slice whose grid this is, for those who may change it
 * @property {{url: string, run: string | null} | null} [labels]
 */

startFrame();
bindQueryBar(document);

const island = /** @type {GridIsland | null} */ (readIsland(document));
const grid = /** @type {import("../elements/media-grid.js").MediaGrid | null} */ (document.querySelector("media-grid"));
const bar = /** @type {import("../elements/selection-bar.js").SelectionBar | null} */ (document.querySelector("selection-bar"));

if (island && grid) {
  grid.show(island.items, { measureUrl: island.urls.measure });
  if (island.labels) new LabelCells(grid, island.labels, new AbortController().signal);
  if (bar) {
    bar.offer(island.urls, island.slices ?? [], island.leaving);
    bar.addEventListener("members-changed", (event) => {
      const { ids, gone } = /** @type {CustomEvent<{ids: string[], gone: boolean}>} */ (event).detail;
      // They keep their places until the page is loaded again, so that nothing moves under the hand.
      for (const id of ids) grid.querySelector(`[data-item-id="${id}"]`)?.toggleAttribute("data-gone", gone);
    });
    bar.addEventListener("selection-clear", () => grid.clearSelection());
    grid.addEventListener("selection-change", (event) => {
      bar.ids = /** @type {CustomEvent<{ids: string[]}>} */ (event).detail.ids;
    });
  }
}
