/** The page on which a promotion is decided: its pictures, and how far copying is once it is approved. */

import { showPreview } from "../elements/preview-cells.js";
import { grouped } from "../lib/digits.js";
import { GetRefused, getJson } from "../lib/get.js";
import { readIsland } from "../lib/island.js";
import { startFrame } from "./frame.js";

const ASK_EVERY_S = 2;

/** @typedef {{state: string, stored: number, attention: number, going: number, gone: number, is_live: boolean}} Progress */

startFrame();

const island = /** @type {{pictures: import("../elements/preview-cells.js").PreviewPicture[], progress: string} | null} */ (
  readIsland(document)
);
const decided = document.querySelector(".decided[data-live]");

if (island) showPreview(document, island.pictures);
if (island && decided) void follow(decided, island.progress);

/**
 * Shows how far the courier is, until it is done; then the page is loaded again, for it says more.
 * @param {Element} decided
 * @param {string} url
 */
async function follow(decided, url) {
  const life = new AbortController();
  addEventListener("pagehide", () => life.abort());
  while (!life.signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_S * 1000));
    const progress = await ask(url, life.signal);
    if (!progress) continue;
    show(decided, progress);
    if (progress.is_live) continue;
    location.reload();
    return;
  }
}

/**
 * @param {string} url
 * @param {AbortSignal} signal
 * @returns {Promise<Progress | null>} null while the server does not say
 */
async function ask(url, signal) {
  try {
    return await getJson(url, signal);
  } catch (reason) {
    if (reason instanceof GetRefused || signal.aborted) return null;
    throw reason;
  }
}

/**
 * @param {Element} decided
 * @param {Progress} progress
 */
function show(decided, { state, stored, attention, gone }) {
  const numbers = { stored: grouped(stored), attention: grouped(attention), gone: grouped(gone) };
  for (const [name, words] of Object.entries({ state, ...numbers })) {
    const place = decided.querySelector(`[data-said="${name}"]`);
    if (place) place.textContent = words;
  }
  const bar = decided.querySelector("progress");
  bar?.setAttribute("value", String(bar.dataset.bar === "gone" ? gone : stored));
  decided.querySelector("[data-attention]")?.toggleAttribute("hidden", attention === 0);
}
