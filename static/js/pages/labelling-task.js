/** One labelling task: its picture, what is said of it, and the keys that lead to its neighbors and back to the list. */

import "../elements/media-stage.js";
import { labelItem } from "../elements/label-item.js";
import { pixelSize } from "../lib/digits.js";
import { readIsland } from "../lib/island.js";
import { bindKeys } from "../lib/keys.js";
import { startFrame } from "./frame.js";

/**
 * @typedef {object} TaskIsland
 * @property {import("../elements/media-stage.js").PictureItem | null} item null where the picture cannot be shown
 * @property {{measure?: string}} [urls]
 * @property {import("../elements/label-item.js").ItemLabels} [labels] for members only
 */

startFrame();

const { signal } = new AbortController();
const island = /** @type {TaskIsland | null} */ (readIsland(document));
const stage = /** @type {import("../elements/media-stage.js").MediaStage | null} */ (document.querySelector("media-stage"));

if (island?.item && stage) {
  const isMeasured = Boolean(island.item.width && island.item.height);
  stage.addEventListener("picture-ready", (event) => {
    const fact = document.querySelector('[data-fact="size"]');
    if (fact && !isMeasured) fact.textContent = pixelSize(/** @type {CustomEvent<{width: number, height: number}>} */ (event).detail);
  });
  stage.show(island.item, { measureUrl: island.urls?.measure });
  if (island.labels) labelItem(stage, island.item, island.labels, signal);
}

/** @param {"prev" | "next" | "up"} direction */
function follow(direction) {
  const link = document.querySelector(`a[rel=${direction}]`);
  if (link instanceof HTMLElement) link.click();
}

const previous = () => follow("prev");
const next = () => follow("next");
bindKeys(document, { ArrowLeft: previous, k: previous, ArrowRight: next, j: next, Escape: () => follow("up") }, signal);
