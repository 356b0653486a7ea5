/** The viewer's buttons: one for each action, drawn on a 16 px grid as in templates/macros/icons.html. */

import { make } from "../lib/markup.js";
import { nameWithKey, shortcutOf } from "../viewer/shortcuts.js";

/** @typedef {import("../viewer/shortcuts.js").KeyedAction} KeyedAction */

/** Triangles are filled, the rest is lines: a path that begins with "!" is filled. */
const ICONS = {
  first: "!M4 3v10M13 3 6.5 8l6.5 5z",
  back10: "!M8 3 1.5 8 8 13zM14.5 3 8 8l6.5 5z",
  previous: "!M11.5 3 5 8l6.5 5z",
  play: "!M4.5 2.5 13 8l-8.5 5.5z",
  pause: "M5 3v10M11 3v10",
  next: "!M4.5 3 11 8l-6.5 5z",
  ahead10: "!M1.5 3 8 8l-6.5 5zM8 3l6.5 5L8 13z",
  last: "!M12 3v10M3 3l6.5 5L3 13z",
  previousMark: "M6.5 2.5h7v10L10 9.8l-3.5 2.7zM4 5.5 1.5 8 4 10.5",
  toggleMark: "M4.5 2.5h7v11L8 10.6l-3.5 2.9z",
  nextMark: "M2.5 2.5h7v10L6 9.8l-3.5 2.7zM12 5.5 14.5 8 12 10.5",
  markIn: "M7.5 2.5h-4v11h4M7 8h7M11 5.5 14 8l-3 2.5",
  markOut: "M8.5 2.5h4v11h-4M2 8h7M6 5.5 9 8l-3 2.5",
  clearSection: "M5 2.5H2.5v11H5M11 2.5h2.5v11H11M6 6l4 4M10 6l-4 4",
  loop: "M3 9V7.5a3 3 0 0 1 3-3h7M11 2.3l2.2 2.2L11 6.7M13 7v1.5a3 3 0 0 1-3 3H3M5 13.7l-2.2-2.2L5 9.3",
  zoomIn: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.3 10.3 14 14M7 5v4M5 7h4",
  zoomOut: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.3 10.3 14 14M5 7h4",
  tune: "M2 4.5h5M11 4.5h3M9 6.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM2 11.5h1M7 11.5h7M5 13.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  fullScreen: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
  window: "M6 2.5V6H2.5M13.5 6H10V2.5M10 13.5V10h3.5M2.5 10H6v3.5",
  showLabels: "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  showTags: "M2.5 2.5h5.2l6 6-5.2 5.2-6-6zM5.5 5.5v.1",
  accept: "m3 8.5 3.3 3.3L13 4.5",
  reject: "m4 4 8 8M12 4l-8 8",
  previousKey: "M3.5 3v10M13 8H6.5M9.5 5l-3 3 3 3",
  nextKey: "M12.5 3v10M3 8h6.5M6.5 5l3 3-3 3",
  sheet: "M5.8 6a2.2 2.2 0 1 1 3.2 2c-.7.4-1 .8-1 1.6M8 12.2v.1M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13z",
  source: "M2.5 3h11v10h-11zM5.5 3v10M10.5 3v10M2.5 6.3h3M2.5 9.7h3M10.5 6.3h3M10.5 9.7h3",
  down: "m4 6 4 4 4-4",
  cross: "m4 4 8 8M12 4l-8 8",
  undo: "M6 3.5 3 6.5l3 3M3 6.5h6a3.5 3.5 0 0 1 0 7H6.5",
};

/** @typedef {keyof typeof ICONS} IconName */

/**
 * Makes the button of an action, named with its key.
 * @param {KeyedAction & IconName} action
 * @param {(action: KeyedAction) => void} act
 */
export function actionButton(action, act) {
  const { keys } = shortcutOf(action);
  const look = { class: "button", "data-shape": "icon", "data-kind": "quiet" };
  const made = make("button", { type: "button", ...look, "data-action": action, "aria-keyshortcuts": keys.map(ariaKey).join(" ") });
  made.append(icon(action));
  nameButton(made, nameWithKey(action));
  // A button that took the focus by a click would take Space from playing.
  made.addEventListener("mousedown", (event) => event.preventDefault());
  made.addEventListener("click", () => made.getAttribute("aria-disabled") !== "true" && act(action));
  return made;
}

/**
 * @param {Element} button
 * @param {string} name for the ear and for the pointer
 */
export function nameButton(button, name) {
  button.setAttribute("aria-label", name);
  button.setAttribute("title", name);
}

/** @param {IconName} name */
export function icon(name) {
  const drawn = ICONS[name];
  const svg = svgElement("svg", { class: "icon", viewBox: "0 0 16 16", "aria-hidden": "true", focusable: "false" });
  svg.toggleAttribute("data-filled", drawn.startsWith("!"));
  svg.append(svgElement("path", { d: drawn.replace("!", "") }));
  return svg;
}

/**
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number>} attributes
 * @param {...Node} children
 */
export function svgElement(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** A key as aria-keyshortcuts writes it. @param {string} key */
function ariaKey(key) {
  return key === "+" ? "Plus" : key;
}
