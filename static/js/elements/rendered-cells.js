/** The pictures of cells that the server rendered and that stay: strips of datasets, the parts of a comparison. */

import { credentialChanges } from "../credentials/page-profiles.js";
import { outages } from "../hosts/outages.js";
import { Measurements } from "../lib/measurements.js";
import { LoadQueue } from "../media/loading.js";
import { CellPicture } from "./cell-picture.js";
import { outageSummary } from "./outage-summary.js";

/** How far outside of the window a cell counts as near: half a screen hides the wait of a normal scroll. */
const NEAR = "50% 0px";

/**
 * Shows pictures as their cells come into view.
 * @param {HTMLElement} owner of the cells
 * @param {import("./cell-picture.js").PictureItem[]} items those of other cells are passed over
 * @param {{measureUrl?: string | undefined, signal: AbortSignal}} where sizes that the browser finds are sent
 */
export function fillCells(owner, items, { measureUrl, signal }) {
  const queue = new LoadQueue();
  const measurements = measureUrl ? new Measurements(measureUrl, signal) : null;
  const known = new Map(items.map((item) => [item.id, item]));
  /** @type {Map<Element, CellPicture>} */
  const pictures = new Map();
  const observer = new IntersectionObserver(
    (entries) => {
      // The queue serves the newest wish first, so the first of a batch is asked for last.
      for (const { target, isIntersecting } of entries.reverse()) {
        const picture = pictures.get(target);
        if (isIntersecting) picture?.load();
        else picture?.rest();
      }
    },
    { rootMargin: NEAR },
  );
  for (const cell of owner.querySelectorAll("a.media-cell[data-item-id]")) {
    const item = known.get(/** @type {HTMLElement} */ (cell).dataset.itemId ?? "");
    if (!item) continue;
    pictures.set(cell, new CellPicture(/** @type {HTMLElement} */ (cell), item, { queue, measurements }));
    observer.observe(cell);
  }
  // The cells of a page stand in many places: what is the matter with their hosts is said once, above all of them.
  if (!document.querySelector("outage-summary")) document.querySelector("main")?.prepend(outageSummary());
  const isBack = (/** @type {Event} */ event) => {
    const { origin } = /** @type {CustomEvent<{origin: string}>} */ (event).detail;
    pictures.forEach((picture) => picture.retry((diagnosis) => diagnosis.origin === origin && diagnosis.mayHeal));
  };
  outages.addEventListener("back", isBack, { signal });
  // A browser that comes back online tries by itself what failed meanwhile.
  addEventListener("online", () => pictures.forEach((picture) => picture.retry()), { signal });
  credentialChanges.addEventListener("change", () => pictures.forEach((picture) => picture.retry()), { signal });
  signal.addEventListener("abort", () => {
    observer.disconnect();
    queue.dispose();
  });
}
