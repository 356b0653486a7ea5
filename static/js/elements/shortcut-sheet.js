/** Every key of the viewer on one sheet, opened by ? and by its button. */

import { make } from "../lib/markup.js";
import { SHORTCUTS, shownKey } from "../viewer/shortcuts.js";
import { icon, nameButton } from "./action-button.js";

/** What the hand does on the picture, which no key table knows. */
const GESTURES = [
  ["Wheel, pinch", "Zoom about the pointer"],
  ["Drag", "Move the picture"],
  ["Double click", "Fit, or pixel for pixel"],
];

export class ShortcutSheet {
  element = make("dialog", { class: "dialog shortcut-sheet", "aria-labelledby": "shortcut-sheet-title" });

  constructor() {
    const close = make("button", { type: "button", class: "button", "data-shape": "icon", "data-kind": "quiet" }, icon("cross"));
    nameButton(close, "Close (Escape)");
    close.addEventListener("click", () => this.element.close());
    const title = make("h2", { id: "shortcut-sheet-title" }, "Keyboard shortcuts");
    const columns = make("div", { class: "shortcut-sheet__columns" }, ...groups());
    this.element.append(make("header", { class: "shortcut-sheet__head" }, title, close), columns);
    this.element.addEventListener("keydown", (event) => event.key === "?" && this.#close(event));
    // A click beside the sheet lands on the dialog itself.
    this.element.addEventListener("click", (event) => event.target === this.element && this.element.close());
  }

  /** Opens or closes the sheet. */
  toggle() {
    if (this.element.open) this.element.close();
    else this.element.showModal();
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
    const keyed = SHORTCUTS.filter(({ group }) => group === name).map(({ keys, says }) => row(keys.map(keyCaps), says));
    const gestures = name === "Picture" ? GESTURES.map(([hand, says]) => row([[make("span", {}, String(hand))]], String(says))) : [];
    return make("section", { class: "shortcut-sheet__group" }, make("h3", {}, name), make("dl", {}, ...keyed.flat(), ...gestures.flat()));
  });
}

/**
 * @param {Node[][]} ways each of which does it
 * @param {string} says
 */
function row(ways, says) {
  return [make("dt", {}, says), make("dd", {}, ...ways.flat())];
}

/** One cap for each key to be held: "Shift ←" is two. @param {string} key */
function keyCaps(key) {
  return [make("span", { class: "shortcut-sheet__keys" }, ...shownKey(key).split(" ").map((cap) => make("kbd", {}, cap)))];
}
