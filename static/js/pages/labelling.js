/** A labelling project: pictures of its tasks, and results chosen to be judged together. */

import "../elements/media-grid.js";
import { grouped } from "../lib/digits.js";
import { readIsland } from "../lib/island.js";
import { startFrame } from "./frame.js";

startFrame();

const island = /** @type {{items: import("../elements/cell-picture.js").PictureItem[]} | null} */ (readIsland(document));
const grid = /** @type {import("../elements/media-grid.js").MediaGrid | null} */ (document.querySelector("media-grid"));
if (island && grid) grid.fill(island.items);

const every = document.querySelector("input[data-chooses]");
if (every instanceof HTMLInputElement && every.form) choose(every, every.form);

/**
 * Lets one tick choose all, and says how many are chosen.
 * @param {HTMLInputElement} every
 * @param {HTMLFormElement} form
 */
function choose(every, form) {
  const ticks = [...form.querySelectorAll(`input[name="${every.dataset.chooses}"]`)].filter((tick) => tick instanceof HTMLInputElement);
  const says = form.querySelector(`[data-counts="${every.dataset.chooses}"]`);
  const tell = () => {
    const count = ticks.filter((tick) => tick.checked).length;
    every.checked = count > 0 && count === ticks.length;
    every.indeterminate = count > 0 && count < ticks.length;
    if (says instanceof HTMLElement) says.textContent = count ? `${grouped(count)} ${count === 1 ? "result" : "results"} chosen` : (says.dataset.none ?? "");
  };
  every.addEventListener("change", () => {
    for (const tick of ticks) tick.checked = every.checked;
    tell();
  });
  form.addEventListener("change", tell);
  // A page come back to has its ticks as they were.
  tell();
}
