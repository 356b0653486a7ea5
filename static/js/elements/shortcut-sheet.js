/** Every key of the viewer on one sheet, opened by ? and by its button. */

import { make } from "../lib/markup.js";
import { SHORTCUTS, shownKey } from "../viewer/shortcuts.js";
import { icon, nameButton } from "./action-button.js";

/** What the pointer and fingers do on the picture, which no table of keys knows. */
const GESTURES = /** @type {const} */ ([
  ["Zoom about the pointer", "Wheel, pinch"],
  ["Move the picture", "Drag"],
  ["Fit, or pixel for pixel", "Double click"],
]);

export class ShortcutSheet {
  element = make("dialog", { class: "dialog shortcut-sheet", "aria-labelledby": "shortcut-sheet-title", tabindex: -1 });

  constructor() {
    const close = make("button", { type: "button", class: "button", "data-shape": "icon", "data-kind": "quiet" }, icon("cross"));
    nameButton(close, "Close (Escape)");
    close.addEventListener("click", () => this.element.close());
    const title = make("h2", { id: "shortcut-sheet-title" }, "Keyboard shortcuts");
    const columns = make("div", { class: "shortcut-sheet__columns" }, ...groups(), section("Pointer", GESTURES.map(([says, hand]) => row(says, hand))));
    this.element.append(make("header", { class: "shortcut-sheet__head" }, title, close), columns);
    this.element.addEventListener("keydown", (event) => event.key === "?" && this.#close(event));
    // A click beside the sheet lands on the dialog itself.
    this.element.addEventListener("click", (event) => event.target === this.element && this.element.close());
  }

  /** Opens or closes the sheet. */
  toggle() {
    if (this.element.open) {
      this.element.close();
      return;
    }
    this.element.showModal();
    // The browser would put the focus on the one button: a sheet is read first.
    this.element.focus();
  }

  /** @param {KeyboardEvent} press */
  #close(press) {
    press.preventDefault();
    press.stopPropagation();
    this.element.close();
  }
}

function groups() {
  const names = [...new Set(SHORTCUTS.map(({ group }) => group))];
  return names.map((name) => {
    const rows = SHORTCUTS.filter(({ group }) => group === name).map(({ keys, says }) => row(says, ...keys.map(keyCaps)));
    return section(name, rows);
  });
}

/**
 * @param {string} name
 * @param {Node[][]} rows
 */
function section(name, rows) {
  return make("section", { class: "shortcut-sheet__group" }, make("h3", {}, name), make("dl", {}, ...rows.flat()));
}

/**
 * @param {string} says
 * @param {...(Node | string)} ways each of which does it
 */
function row(says, ...ways) {
  return [make("dt", {}, says), make("dd", {}, ...ways)];
}

/** One cap for each key to be held: "Shift ←" is two. @param {string} key */
function keyCaps(key) {
  return make("span", { class: "shortcut-sheet__keys" }, ...shownKey(key).split(" ").map((cap) => make("kbd", {}, cap)));
}
