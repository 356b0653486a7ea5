/** Everything the viewer can be told, in one table: the keys bind from it, tooltips and the shortcut sheet read from it. */

/**
 * @typedef {"first" | "last" | "previous" | "next" | "back10" | "ahead10" | "enterPlace"
 *   | "play" | "playBackwards" | "pause" | "playForwards" | "slower" | "faster"
 *   | "toggleMark" | "previousMark" | "nextMark" | "markIn" | "markOut" | "clearSection" | "loop"
 *   | "zoomIn" | "zoomOut" | "fit" | "actual" | "tune" | "fullScreen"
 *   | "zoomTimelineIn" | "zoomTimelineOut" | "zoomTimelineReset"
 *   | "showLabels" | "showTags" | "nextLabel" | "previousLabel" | "nextKey" | "previousKey"
 *   | "accept" | "reject" | "undoReview" | "redoReview" | "unselect"
 *   | "copyReference" | "openItem" | "source" | "sheet"} KeyedAction
 */

/** What needs a value has no key of its own: a frame index from 0, or a speed, 1 being the scene's own. */
/** @typedef {KeyedAction | "goTo" | "setSpeed"} ActionName */

/** @typedef {(action: ActionName, value?: number) => void} Act */

/**
 * @typedef {object} Shortcut
 * @property {KeyedAction} action
 * @property {string[]} keys as `keyName` in lib/keys.js writes them; the first is the one shown first
 * @property {string} says what it does, as a button's name
 * @property {"Move" | "Play" | "Mark" | "Picture" | "Labels" | "Scene"} group
 * @property {boolean} [repeats] a key held down goes on doing it
 */

/** @type {readonly Shortcut[]} */
export const SHORTCUTS = [
  { group: "Move", action: "previous", keys: ["ArrowLeft", ","], says: "Previous frame", repeats: true },
  { group: "Move", action: "next", keys: ["ArrowRight", "."], says: "Next frame", repeats: true },
  { group: "Move", action: "back10", keys: ["Shift+ArrowLeft"], says: "Back 10 frames", repeats: true },
  { group: "Move", action: "ahead10", keys: ["Shift+ArrowRight"], says: "Ahead 10 frames", repeats: true },
  { group: "Move", action: "first", keys: ["Home"], says: "First frame" },
  { group: "Move", action: "last", keys: ["End"], says: "Last frame" },
  { group: "Move", action: "enterPlace", keys: ["g"], says: "Go to a frame or time" },
  { group: "Play", action: "play", keys: ["Space"], says: "Play or pause" },
  { group: "Play", action: "playForwards", keys: ["l"], says: "Play; again: faster" },
  { group: "Play", action: "pause", keys: ["k"], says: "Pause" },
  { group: "Play", action: "playBackwards", keys: ["j"], says: "Play backwards; again: faster" },
  { group: "Play", action: "slower", keys: ["<"], says: "Slower" },
  { group: "Play", action: "faster", keys: [">"], says: "Faster" },
  { group: "Play", action: "loop", keys: ["r"], says: "Loop" },
  { group: "Mark", action: "toggleMark", keys: ["m"], says: "Mark this frame" },
  { group: "Mark", action: "previousMark", keys: ["p", "["], says: "Previous mark" },
  { group: "Mark", action: "nextMark", keys: ["]", "P"], says: "Next mark" },
  { group: "Mark", action: "markIn", keys: ["i"], says: "Section begins here" },
  { group: "Mark", action: "markOut", keys: ["o"], says: "Section ends here" },
  { group: "Mark", action: "clearSection", keys: ["x"], says: "Clear the section" },
  { group: "Picture", action: "zoomIn", keys: ["+", "="], says: "Zoom in", repeats: true },
  { group: "Picture", action: "zoomOut", keys: ["-"], says: "Zoom out", repeats: true },
  { group: "Picture", action: "fit", keys: ["0"], says: "Fit into the stage" },
  { group: "Picture", action: "actual", keys: ["1"], says: "Pixel for pixel" },
  { group: "Picture", action: "tune", keys: ["b"], says: "Brightness, contrast, gamma" },
  { group: "Picture", action: "fullScreen", keys: ["f"], says: "Full screen" },
  { group: "Labels", action: "showLabels", keys: ["h"], says: "Show or hide all labels" },
  { group: "Labels", action: "showTags", keys: ["t"], says: "Names on the picture" },
  { group: "Labels", action: "nextLabel", keys: ["d"], says: "Select the next label", repeats: true },
  { group: "Labels", action: "previousLabel", keys: ["D"], says: "Select the label before", repeats: true },
  { group: "Labels", action: "unselect", keys: ["Escape"], says: "Select none" },
  { group: "Labels", action: "nextKey", keys: ["v"], says: "The track’s next start or end" },
  { group: "Labels", action: "previousKey", keys: ["V"], says: "Its start or end before" },
  { group: "Labels", action: "accept", keys: ["y"], says: "Accept the label or picture" },
  { group: "Labels", action: "reject", keys: ["n"], says: "Reject the label or picture" },
  { group: "Labels", action: "undoReview", keys: ["u"], says: "Undo the last review" },
  { group: "Labels", action: "redoReview", keys: ["U"], says: "Redo what was undone" },
  { group: "Scene", action: "zoomTimelineIn", keys: ["w"], says: "Zoom the timeline in", repeats: true },
  { group: "Scene", action: "zoomTimelineOut", keys: ["q"], says: "Zoom the timeline out", repeats: true },
  { group: "Scene", action: "zoomTimelineReset", keys: ["a"], says: "The whole timeline" },
  { group: "Scene", action: "copyReference", keys: ["c"], says: "Copy the frame’s reference" },
  { group: "Scene", action: "openItem", keys: ["e"], says: "Open the frame’s own page" },
  { group: "Scene", action: "source", keys: ["s"], says: "Where the pictures come from" },
  { group: "Scene", action: "sheet", keys: ["?"], says: "Keyboard shortcuts" },
];

/** What is done to labels: a picture's own page has these keys too. */
export const LABEL_SHORTCUTS = SHORTCUTS.filter(({ group, action }) => group === "Labels" && !["nextKey", "previousKey"].includes(action));

/**
 * The table as `bindKeys` takes it. A key held down repeats only what is worth repeating.
 * @param {Act} act
 * @param {readonly Shortcut[]} [shortcuts]
 * @returns {Record<string, (press: {repeat: boolean}) => void>}
 */
export function keyActions(act, shortcuts = SHORTCUTS) {
  const bound = shortcuts.flatMap(({ action, keys, repeats = false }) => {
    const run = (/** @type {{repeat: boolean}} */ press) => (repeats || !press.repeat) && act(action);
    return keys.map((key) => /** @type {const} */ ([key, run]));
  });
  return Object.fromEntries(bound);
}

/** @param {KeyedAction} action */
export function shortcutOf(action) {
  return /** @type {Shortcut} */ (SHORTCUTS.find((shortcut) => shortcut.action === action));
}

/**
 * A button's name with its key: "Previous frame (←)".
 * @param {KeyedAction} action
 * @param {string} [says] what it does just now, where that changes
 */
export function nameWithKey(action, says) {
  const { keys, says: usually } = shortcutOf(action);
  return `${says ?? usually} (${shownKey(/** @type {string} */ (keys[0]))})`;
}

const SHOWN = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", "-": "−" };

/**
 * A key as people know it: "Shift ←", "Space", "J".
 * @param {string} key
 */
export function shownKey(key) {
  const parts = key.length > 1 ? key.split("+") : [key];
  return parts.map((part) => SHOWN[/** @type {keyof typeof SHOWN} */ (part)] ?? shownLetter(part)).join(" ");
}

/** @param {string} part */
function shownLetter(part) {
  if (/^[a-z]$/.test(part)) return part.toUpperCase();
  return /^[A-Z]$/.test(part) ? `Shift ${part}` : part;
}
