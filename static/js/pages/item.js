/** One item: its picture, and the keys that lead to its neighbors. */

import "../elements/media-stage.js";
import { labelItem } from "../elements/label-item.js";
import { pixelSize } from "../lib/digits.js";
import { readIsland } from "../lib/island.js";
import { bindKeys } from "../lib/keys.js";
import { startFrame } from "./frame.js";
import { bindWayBack } from "./leaving-row.js";

/**
 * @typedef {object} ItemIsland
 * @property {import("../elements/media-stage.js").PictureItem} item
 * @property {{measure?: string}} [urls]
 * @property {import("../elements/label-item.js").ItemLabels} [labels]
 */

startFrame();

const island = /** @type {ItemIsland | null} */ (readIsland(document));
const stage = /** @type {import("../elements/media-stage.js").MediaStage | null} */ (document.querySelector("media-stage"));

if (island && stage) {
  const isMeasured = Boolean(island.item.width && island.item.height);
  stage.addEventListener("picture-ready", (event) => {
    const fact = document.querySelector('[data-fact="size"]');
    if (fact && !isMeasured) fact.textContent = pixelSize(/** @type {CustomEvent<{width: number, height: number}>} */ (event).detail);
  });
  stage.show(island.item, { measureUrl: island.urls?.measure });
  if (island.labels) labelItem(stage, island.item, island.labels, new AbortController().signal);
}

/** @param {"prev" | "next"} direction */
function follow(direction) {
  const link = document.querySelector(`a[rel=${direction}]`);
  if (link instanceof HTMLElement) link.click();
}

const previous = () => follow("prev");
const next = () => follow("next");
const { signal } = new AbortController();
bindKeys(document, { ArrowLeft: previous, k: previous, ArrowRight: next, j: next }, signal);
bindWayBack(signal);
