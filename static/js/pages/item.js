/** One item: its picture, and the keys that lead to its neighbors. */

import "../elements/media-stage.js";
import { EditDesk } from "../elements/edit-desk.js";
import { FactEditor } from "../elements/fact-editor.js";
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
 * @property {import("../elements/edit-desk.js").EditUrls | null} [edits] null for who may not edit
 * @property {Record<string, unknown>} [metadata] with `edits`
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
  if (island.edits) edit(island, island.edits);
  if (island.labels) labelItem(stage, island.item, island.labels, new AbortController().signal);
}

/**
 * Lets the metadata be edited where it stands.
 * @param {ItemIsland} island
 * @param {import("../elements/edit-desk.js").EditUrls} urls
 */
function edit({ item, metadata = {} }, urls) {
  const { signal } = new AbortController();
  const desk = new EditDesk(urls, signal);
  const place = document.querySelector("[data-facts-of]");
  if (place) new FactEditor(place, desk, "None was sent with this item.", signal).show(item.id, metadata);
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
