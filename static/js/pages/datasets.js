/** The list of datasets: a strip of pictures for each. */

import "../elements/media-grid.js";
import { readIsland } from "../lib/island.js";
import { startFrame } from "./frame.js";

startFrame();

const island = /** @type {{items: import("../elements/cell-picture.js").PictureItem[]} | null} */ (readIsland(document));
const grid = /** @type {import("../elements/media-grid.js").MediaGrid | null} */ (document.querySelector("media-grid"));

if (island && grid) grid.fill(island.items);
