/** Escape on the page of an item or a scene: back to the grid it was opened in, where nothing nearer is to be left. */

import { readWayBack } from "../lib/way-back.js";

/** What Escape closes, or leaves, first. */
const NEARER = 'dialog[open], details.menu[open], .label-list [aria-selected="true"], [data-full]';
const ENTERED = "input, textarea, select, [contenteditable]";

/** @param {AbortSignal} signal */
export function bindWayBack(signal) {
  /** @param {KeyboardEvent} press */
  const leave = (press) => {
    const isPlain = !(press.ctrlKey || press.metaKey || press.altKey || press.shiftKey || press.isComposing);
    if (press.key !== "Escape" || !isPlain || document.fullscreenElement || document.querySelector(NEARER)) return;
    if (press.target instanceof Element && press.target.closest(ENTERED)) return;
    const way = readWayBack();
    if (!way || !location.pathname.startsWith(way.within)) return;
    press.preventDefault();
    press.stopPropagation();
    // The grid is one step back, as it was; after a walk through its neighbors it is further.
    if (document.referrer === way.address) history.back();
    else location.assign(way.address);
  };
  // Before the labels hear it: they take every Escape for their own.
  document.addEventListener("keydown", leave, { capture: true, signal });
}
