/** One scene: the viewer, the facts of the frame on screen, and the view in the address bar. */

import "../elements/frame-viewer.js";
import { EditDesk } from "../elements/edit-desk.js";
import { FactEditor } from "../elements/fact-editor.js";
import { labelScene } from "../elements/label-scene.js";
import { debounce } from "../lib/debounce.js";
import { clockTime, grouped } from "../lib/digits.js";
import { factList } from "../lib/facts.js";
import { parseExactly, readIsland } from "../lib/island.js";
import { make } from "../lib/markup.js";
import { throttle } from "../lib/throttle.js";
import { copyText } from "./copying.js";
import { startFrame } from "./frame.js";
import { bindWayBack } from "./leaving-row.js";

/** @typedef {import("../viewer/scene-media.js").Shown & {labels?: import("../elements/label-scene.js").SceneIslandLabels | null, edits?: import("../elements/edit-desk.js").EditUrls | null, metadata?: Record<string, unknown>}} SceneIsland `edits` is null for who may not edit */
/** @typedef {import("../elements/frame-viewer.js").FrameViewer} FrameViewer */

/** Safari refuses more than 100 changes of the address in 30 s, Chromium more than 200 in 10 s. */
const ADDRESS_PAUSE_S = 0.5;
/** How wide "frame " and " / " are, in digits. */
const FRAME_WORDS_CH = 7;
/** A hand that moves on does not need the metadata of every frame it passes, where each is asked for alone. */
const METADATA_QUIET_S = 0.15;

const NO_METADATA = "No metadata was sent with this frame.";

startFrame();

const island = /** @type {SceneIsland | null} */ (readIsland(document));
const viewer = /** @type {FrameViewer | null} */ (document.querySelector("frame-viewer"));
/** The metadata of the frame on screen, for who may edit it. @type {FactEditor | null} */
let frameFacts = null;
if (island?.edits) edit(island, island.edits);
if (island && viewer) follow(viewer, island);

/**
 * Lets the metadata of the scene and of its frames be edited where it stands.
 * @param {SceneIsland} island
 * @param {import("../elements/edit-desk.js").EditUrls} urls
 */
function edit(island, urls) {
  const { signal } = new AbortController();
  const desk = new EditDesk(urls, signal);
  const ofScene = document.querySelector("[data-facts-of]");
  if (ofScene) new FactEditor(ofScene, desk, "None was sent with this scene.", signal).show(island.scene.id, island.metadata ?? {});
  const ofFrame = document.querySelector("[data-frame-metadata]");
  if (ofFrame) frameFacts = new FactEditor(ofFrame, desk, NO_METADATA, signal);
  if (island.frames) frameFacts?.show(island.frames.first.id, island.frames.first.metadata ?? {});
}
bindWayBack(new AbortController().signal);

/**
 * Starts the viewer, and keeps the page to what it shows.
 * @param {FrameViewer} viewer
 * @param {SceneIsland} island
 */
function follow(viewer, island) {
  const life = new AbortController();
  let shown = 0;
  let ticket = 0;
  const keepInAddress = throttle(() => writeAddress(viewer, shown), ADDRESS_PAUSE_S, life.signal);
  const askMetadata = debounce(() => void fetchMetadata(viewer, island, shown), METADATA_QUIET_S, life.signal);
  const showFacts = () => {
    ticket = 0;
    if (!viewer.frames) return showPlace(viewer, shown);
    showPlace(viewer, shown);
    showFrame(viewer.frames, shown);
    if (viewer.frames.isComplete && viewer.frames.metadata(shown) === null) askMetadata();
  };
  // Once per frame of the display: a fast hand paints more frames than anybody reads.
  const showFactsSoon = () => (ticket ||= requestAnimationFrame(showFacts));
  const take = (/** @type {Event} */ event) => {
    shown = /** @type {CustomEvent<{frame: number}>} */ (event).detail.frame;
    showFactsSoon();
    keepInAddress();
  };
  viewer.addEventListener("frame-change", take);
  viewer.addEventListener("frame-missing", take);
  viewer.addEventListener("frames-listed", showFactsSoon);
  viewer.addEventListener("view-change", keepInAddress);
  viewer.addEventListener("source-change", (event) => {
    write("[data-head-source]", /** @type {CustomEvent<{says: string}>} */ (event).detail.says);
  });
  viewer.addEventListener("viewer-action", (event) => act(/** @type {CustomEvent<{action: string}>} */ (event).detail.action));
  document.querySelector("aside [data-action=copyReference]")?.addEventListener("click", () => act("copyReference"));
  const asked = new URLSearchParams(location.search);
  const frame = island.frames?.first.index ?? Math.trunc(Number(asked.get("frame")) || 0);
  viewer.show(island, { frame, first: asked.get("in"), last: asked.get("out"), isLooping: asked.has("loop") });
  const { frames, labels, scene } = island;
  if (labels) labelScene(viewer, labels, { frameCount: scene.frame_count, frameUrl: frames?.first.url ?? null, frameReference: frames?.first.reference, signal: life.signal });
}

/** @param {string} action one that is the page's to do */
function act(action) {
  const link = document.querySelector("a[data-frame-link]");
  if (action === "openItem" && link instanceof HTMLElement) link.click();
  const button = document.querySelector("aside [data-action=copyReference]");
  const reference = document.querySelector("[data-frame-reference]");
  if (action === "copyReference" && button && reference) void copyText(reference, button);
}

/**
 * Writes the view into the address, so that a reload, a bookmark and the way back come to the same frame.
 * @param {FrameViewer} viewer
 * @param {number} frame
 */
function writeAddress(viewer, frame) {
  const address = new URL(location.href);
  const { section, isLooping } = viewer;
  const view = { frame, in: section?.first, out: section?.last, loop: isLooping ? 1 : undefined };
  for (const [name, value] of Object.entries(view)) {
    if (value === undefined) address.searchParams.delete(name);
    else address.searchParams.set(name, String(value));
  }
  if (address.href !== location.href) history.replaceState(history.state, "", address);
}

/**
 * Shows the place of the frame that is painted, or whose reason is on screen; never of one that is only wanted.
 * @param {FrameViewer} viewer
 * @param {number} frame
 */
function showPlace(viewer, frame) {
  const last = grouped(Math.max(0, viewer.count - 1));
  const head = document.querySelector("[data-head-frame]");
  // Room for the longest number, so that what follows stands still.
  if (head instanceof HTMLElement) head.style.minInlineSize = `${FRAME_WORDS_CH + 2 * last.length}ch`;
  write("[data-head-frame]", `frame ${grouped(frame)} / ${last}`);
  if (viewer.timeline) write("[data-head-time]", clockTime(viewer.timeline.start_s(frame)));
}

/**
 * Shows the facts of a frame.
 * @param {import("../viewer/frame-list.js").FrameList} frames
 * @param {number} frame
 */
function showFrame(frames, frame) {
  write("[data-frame-index]", grouped(frame));
  write("[data-frame-reference]", frames.reference(frame) ?? "…");
  const link = document.querySelector("a[data-frame-link]");
  const id = frames.id(frame);
  if (link instanceof HTMLAnchorElement && id !== null) link.href = link.href.replace(/[^/]*$/, id);
  showMetadata(frames.metadata(frame), id);
}

/**
 * @param {Record<string, unknown> | null} metadata null while it is on its way
 * @param {string | null} id the frame's
 */
function showMetadata(metadata, id) {
  const place = document.querySelector("[data-frame-metadata]");
  if (!place) return;
  place.toggleAttribute("aria-busy", metadata === null);
  if (metadata && frameFacts && id !== null) frameFacts.show(id, metadata);
  else if (metadata) place.replaceChildren(...metadataNodes(metadata));
}

/** @param {Record<string, unknown>} metadata */
function metadataNodes(metadata) {
  if (Object.keys(metadata).length > 0) return [factList(metadata)];
  return [make("p", { class: "quiet" }, NO_METADATA)];
}

/**
 * Asks for one frame's metadata, where the list came without: there is too much of it.
 * @param {FrameViewer} viewer
 * @param {SceneIsland} island
 * @param {number} frame
 */
async function fetchMetadata(viewer, island, frame) {
  try {
    const response = await fetch(`${island.frames?.url}/${frame}`, { headers: { Accept: "application/json" } });
    const { metadata, id } = parseExactly(await response.text());
    if (Number(viewer.dataset.frame) === frame) showMetadata(metadata, id);
  } catch {
    // The next frame asks again; what stands there is marked as not of this frame.
  }
}

/**
 * @param {string} selector
 * @param {string} text
 */
function write(selector, text) {
  const element = document.querySelector(selector);
  if (element && element.textContent !== text) element.textContent = text;
}
