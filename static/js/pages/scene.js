/** One scene: the viewer, the facts of the frame on screen, and the frame in the address bar. */

import "../elements/frame-viewer.js";
import { debounce } from "../lib/debounce.js";
import { grouped } from "../lib/digits.js";
import { factList } from "../lib/facts.js";
import { parseExactly, readIsland } from "../lib/island.js";
import { make } from "../lib/markup.js";
import { FrameList } from "../viewer/frame-list.js";
import { startFrame } from "./frame.js";

/** @typedef {import("../viewer/frame-list.js").FrameColumns} FrameColumns */
/** @typedef {{scene: import("../elements/frame-viewer.js").SceneOnPage, frames: {url: string} | null}} SceneIsland */

/** Browsers refuse more than about 100 changes of the address in 30 s. */
const ADDRESS_QUIET_S = 0.4;

startFrame();

const island = /** @type {SceneIsland | null} */ (readIsland(document));
const viewer = /** @type {import("../elements/frame-viewer.js").FrameViewer | null} */ (document.querySelector("frame-viewer"));

if (island && viewer) {
  const columns = await readFrames(island.frames);
  const frames = new FrameList(columns);
  const life = new AbortController();
  let shown = 0;
  const keepInAddress = debounce(() => writeAddress(shown), ADDRESS_QUIET_S, life.signal);
  const follow = (/** @type {Event} */ event) => {
    shown = /** @type {CustomEvent<{frame: number}>} */ (event).detail.frame;
    showFacts(frames, shown);
    keepInAddress();
  };
  viewer.addEventListener("frame-change", follow);
  viewer.addEventListener("frame-missing", follow);
  viewer.show({ scene: island.scene, frames: columns });
}

/**
 * @param {{url: string} | null} feed
 * @returns {Promise<FrameColumns>}
 */
async function readFrames(feed) {
  if (!feed) return { prefix: "", urls: [], ids: [], references: [], metadata: [] };
  return parseExactly(await (await fetch(feed.url)).text());
}

/** @param {number} frame */
function writeAddress(frame) {
  const address = new URL(location.href);
  address.searchParams.set("frame", String(frame));
  history.replaceState(history.state, "", address);
}

/**
 * Shows the facts of the frame that is painted, or whose reason is on screen; never of one that is only wanted.
 * @param {FrameList} frames
 * @param {number} frame
 */
function showFacts(frames, frame) {
  write("[data-frame-index]", grouped(frame));
  write("[data-frame-reference]", frames.reference(frame));
  const link = document.querySelector("a[data-frame-link]");
  if (link instanceof HTMLAnchorElement) link.href = link.href.replace(/[^/]*$/, frames.id(frame));
  const metadata = document.querySelector("[data-frame-metadata]");
  if (metadata) metadata.replaceChildren(...metadataNodes(frames.metadata(frame)));
}

/** @param {Record<string, unknown> | null} metadata */
function metadataNodes(metadata) {
  if (!metadata) return [];
  if (Object.keys(metadata).length > 0) return [factList(metadata)];
  return [make("p", { class: "quiet" }, "No metadata was sent with this frame.")];
}

/**
 * @param {string} selector
 * @param {string} text
 */
function write(selector, text) {
  const element = document.querySelector(selector);
  if (element) element.textContent = text;
}
