/** Where the pictures come from: said in one phrase, with the other ways, and why they are not the one in use. */

import { make } from "../lib/markup.js";
import { icon } from "./action-button.js";
import { ViewerMenu } from "./viewer-menu.js";

/** @typedef {import("../viewer/frame-source.js").SourceKind} SourceKind */

/**
 * One way to show the scene.
 * @typedef {object} SourceChoice
 * @property {SourceKind} kind
 * @property {string | null} reason a sentence: why it is not in use, though it was tried; null where it was not tried
 */

const NAMES = {
  frames: "The frames, one by one",
  mp4: "The mp4, decoded in this browser",
  video: "The mp4, in the browser’s own player",
};
const HINTS = {
  frames: "Each number is the picture at its own address.",
  mp4: "Exact by the file’s own index; needs the host’s leave to be read (CORS).",
  video: "Plays from any host; frames by their time.",
};

export class SourceStatus {
  #menu;

  /** @param {(kind: SourceKind) => void} choose */
  constructor(choose) {
    const named = { name: "viewer-source", title: "Where the pictures come from (S)" };
    this.#menu = new ViewerMenu(named, (value) => choose(/** @type {SourceKind} */ (value)));
    this.#menu.element.classList.add("source-status");
  }

  get element() {
    return this.#menu.element;
  }

  /**
   * Shows how the scene is shown now.
   * @param {{says: string, used: SourceKind | null, choices: SourceChoice[]}} status `says` is the source's own phrase, or
   *   what is happening instead; `used` is null while none is
   */
  show({ says, used, choices }) {
    this.#menu.say(icon("source"), make("span", { class: "source-status__says", title: says }, says), icon("down"));
    const offered = choices.map(({ kind, reason }) => ({ value: kind, name: NAMES[kind], hint: (kind !== used && reason) || HINTS[kind] }));
    this.#menu.offer(offered, used);
  }

  /** Opens or closes the menu. */
  toggle() {
    this.#menu.toggle();
  }
}
