/** What each action of the viewer's table does: keys, buttons and menus all end here. */

import { beginAt, endAt, nearestBeyond } from "../viewer/section.js";
import { nextSpeed, shuttled } from "../viewer/speeds.js";

/** @typedef {import("../viewer/shortcuts.js").ActionName} ActionName */
/** @typedef {import("./frame-viewer.js").FrameViewer} FrameViewer */

const LARGE_STEP = 10;

/**
 * The verbs of a viewer by their action's name. What the page knows and the viewer does not (copying a reference,
 * opening an item) is left to who listens for `viewer-action`.
 * @param {FrameViewer} viewer
 * @returns {Record<ActionName, (value: number) => void>}
 */
export function viewerActions(viewer) {
  const { parts } = viewer;
  const step = (/** @type {number} */ frames) => viewer.goTo(viewer.wanted + frames);
  const tell = (/** @type {ActionName} */ action) =>
    void viewer.dispatchEvent(new CustomEvent("viewer-action", { detail: { action }, bubbles: true }));
  return {
    first: () => viewer.goTo(0),
    last: () => viewer.goTo(Infinity),
    previous: () => step(-1),
    next: () => step(1),
    back10: () => step(-LARGE_STEP),
    ahead10: () => step(LARGE_STEP),
    goTo: (index) => viewer.goTo(index),
    enterPlace: () => parts.transport.enterPlace(),
    ...playing(viewer),
    ...marking(viewer),
    ...labelling(tell),
    zoomIn: () => parts.view.zoomIn(),
    zoomOut: () => parts.view.zoomOut(),
    fit: () => parts.view.fit(),
    actual: () => parts.view.actual(),
    tune: () => parts.tuning.toggle(),
    fullScreen: () => void parts.fullScreen.toggle(),
    zoomTimelineIn: () => parts.timelineBar.zoomIn(),
    zoomTimelineOut: () => parts.timelineBar.zoomOut(),
    zoomTimelineReset: () => parts.timelineBar.zoomAll(),
    source: () => parts.source.toggle(),
    sheet: () => parts.sheet.toggle(),
    copyReference: () => tell("copyReference"),
    openItem: () => tell("openItem"),
  };
}

/** @param {FrameViewer} viewer */
function playing(viewer) {
  const shuttle = (/** @type {1 | -1} */ direction) => viewer.play(shuttled(viewer.playingSpeed, direction));
  const change = (/** @type {1 | -1} */ faster) => (viewer.speed = nextSpeed(viewer.speed, faster));
  return {
    play: () => (viewer.playingSpeed ? viewer.pause() : viewer.play(viewer.speed)),
    pause: () => viewer.pause(),
    playForwards: () => shuttle(1),
    playBackwards: () => shuttle(-1),
    slower: () => void change(-1),
    faster: () => void change(1),
    setSpeed: (/** @type {number} */ speed) => void (viewer.speed = speed),
    loop: () => void (viewer.isLooping = !viewer.isLooping),
  };
}

/** @param {FrameViewer} viewer */
function marking(viewer) {
  const places = () => [...viewer.marks, ...(viewer.section ? [viewer.section.first, viewer.section.last] : [])];
  const jump = (/** @type {1 | -1} */ direction) => {
    const place = nearestBeyond(places(), viewer.wanted, direction);
    if (place !== null) viewer.goTo(place);
  };
  return {
    toggleMark: () => viewer.toggleMark(viewer.wanted),
    previousMark: () => jump(-1),
    nextMark: () => jump(1),
    markIn: () => void (viewer.section = beginAt(viewer.section, viewer.wanted, viewer.count)),
    markOut: () => void (viewer.section = endAt(viewer.section, viewer.wanted)),
    clearSection: () => void (viewer.section = null),
  };
}

/** What the page's labels do. @param {(action: ActionName) => void} tell */
function labelling(tell) {
  return {
    showLabels: () => tell("showLabels"),
    showTags: () => tell("showTags"),
    nextLabel: () => tell("nextLabel"),
    previousLabel: () => tell("previousLabel"),
    unselect: () => tell("unselect"),
    nextKey: () => tell("nextKey"),
    previousKey: () => tell("previousKey"),
    accept: () => tell("accept"),
    reject: () => tell("reject"),
    undoReview: () => tell("undoReview"),
    redoReview: () => tell("redoReview"),
  };
}
