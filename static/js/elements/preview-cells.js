/**
 * The pictures of a request, as its approver's browser loads them: images only, straight from their hosts. Nothing of
 * them is kept, measured or reported; where one does not come, its cell says why.
 */

import { loadPicture } from "../credentials/load-picture.js";
import { LoadQueue } from "../media/loading.js";
import { make, part } from "../lib/markup.js";
import { InSight } from "../lib/in-sight.js";
import { explainUnasked } from "./doctor.js";

/** @typedef {{id: string, url: string}} PreviewPicture */

/** As many as a browser asks one host for at once. */
const AT_ONCE = 6;

/**
 * Shows pictures as their cells come into sight.
 * @param {ParentNode} owner of the cells
 * @param {PreviewPicture[]} pictures
 */
export function showPreview(owner, pictures) {
  const queue = new LoadQueue();
  const inSight = new InSight(AT_ONCE);
  const known = new Map(pictures.map(({ id, url }) => [id, url]));
  for (const cell of owner.querySelectorAll(".media-cell[data-item-id]")) {
    const url = cell instanceof HTMLElement ? known.get(cell.dataset.itemId ?? "") : undefined;
    if (cell instanceof HTMLElement && url) inSight.add(cell, () => show(cell, url, queue));
  }
}

/**
 * @param {HTMLElement} cell
 * @param {string} url
 * @param {LoadQueue<HTMLImageElement>} queue
 */
async function show(cell, url, queue) {
  const stage = part(cell, "span", "media-cell__stage");
  // The cell's caption already says what the picture is.
  const image = make("img", { class: "media-cell__image", alt: "" });
  try {
    await queue.request((signal) => loadPicture(image, url, signal));
    stage.replaceChildren(image);
    cell.dataset.state = "ready";
  } catch (reason) {
    const { kind, sentence, remedy } = await explainUnasked(url, reason);
    stage.replaceChildren(make("span", { class: "media-cell__reason", "data-kind": kind, title: `${sentence} ${remedy}` }, sentence));
    cell.dataset.state = "error";
  }
}
