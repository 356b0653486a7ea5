/** Two slices side by side: each part of the comparison is a grid of its own. */

import "../elements/media-grid.js";
import { readIsland } from "../lib/island.js";
import { startFrame } from "./frame.js";

startFrame();

const island = /** @type {{items: import("../elements/cell-picture.js").PictureItem[], urls: {measure: string}} | null} */ (readIsland(document));

if (island) {
  // What is in one part is in no other, so each grid finds its own pictures among all of them.
  for (const grid of document.querySelectorAll("media-grid")) {
    /** @type {import("../elements/media-grid.js").MediaGrid} */ (grid).fill(island.items, { measureUrl: island.urls.measure });
  }
}
