/**
 * The controls under a scene: step, play, type a place, marks, the section. They say what is wanted, and show what is
 * shown; they decide nothing.
 */

import { clockTime, grouped } from "../lib/digits.js";
import { make } from "../lib/markup.js";
import { nameWithKey } from "../viewer/shortcuts.js";
import { nearestBeyond } from "../viewer/section.js";
import { SPEEDS, speedText } from "../viewer/speeds.js";
import { actionButton, icon, nameButton } from "./action-button.js";
import { PlaceField } from "./place-field.js";

/** @typedef {import("../viewer/shortcuts.js").Act} Act */
/** @typedef {import("../viewer/section.js").Section} Section */
/** @typedef {import("../viewer/timeline.js").Timeline} Timeline */

const MOVES = /** @type {const} */ (["first", "back10", "previous", "play", "next", "ahead10", "last"]);
const MARKS = /** @type {const} */ (["previousMark", "toggleMark", "nextMark"]);
const SECTION = /** @type {const} */ (["markIn", "markOut", "clearSection", "loop"]);
/** @typedef {(typeof MOVES)[number] | (typeof MARKS)[number] | (typeof SECTION)[number]} TransportAction */

export class Transport {
  element = make("div", { class: "transport", role: "group", "aria-label": "Frames" });
  #act;
  /** @type {Record<TransportAction, HTMLButtonElement>} */
  #buttons;
  #place;
  #speed;
  #total = make("span", { class: "transport__total number" });
  #time = make("span", { class: "transport__time number", title: "When the frame on screen begins" });
  #sectionText = make("span", { class: "transport__section-text number" });
  #dropped = make("span", { class: "transport__dropped number", title: "Frames that were due and never came on screen" });
  /** @type {Timeline | null} */
  #timeline = null;
  /** @type {{painted: number | null, wanted: number}} */
  #at = { painted: null, wanted: 0 };
  /** @type {Section | null} */
  #section = null;
  /** @type {number[]} */
  #marks = [];
  #shownSpeed = 1;

  /** @param {Act} act */
  constructor(act) {
    this.#act = act;
    const all = [...MOVES, ...MARKS, ...SECTION].map((action) => /** @type {const} */ ([action, actionButton(action, this.#run)]));
    this.#buttons = /** @type {Record<TransportAction, HTMLButtonElement>} */ (Object.fromEntries(all));
    this.#place = new PlaceField((index) => act("goTo", index));
    this.#speed = speedMenu(act);
    const place = make("span", { class: "transport__where" }, this.#place.element, this.#total, this.#time);
    const speed = make("span", { class: "transport__rate" }, this.#speed, this.#dropped);
    const section = this.#group("section", "Section", SECTION);
    section.append(this.#sectionText);
    this.element.append(this.#group("moves", "Move and play", MOVES), place, speed, this.#group("marks", "Marks", MARKS), section);
    this.playing = false;
    this.isLooping = false;
    this.#show();
  }

  /** Puts the cursor into the field for a frame or time. */
  enterPlace() {
    this.#place.enter();
  }

  /** What places are counted in; null while it is not known. @param {Timeline | null} timeline */
  set timeline(timeline) {
    this.#timeline = timeline;
    this.#place.timeline = timeline;
    this.#total.textContent = timeline ? `/ ${grouped(timeline.count - 1)}` : "";
    this.#total.title = timeline ? `${grouped(timeline.count)} frames, numbered from 0` : "";
    this.#show();
  }

  /**
   * Shows which frame is on screen; steps and ends go by the one that is wanted.
   * @param {{painted: number | null, wanted: number}} at painted is null while none is
   */
  place(at) {
    if (at.painted === this.#at.painted && at.wanted === this.#at.wanted) return;
    this.#at = at;
    this.#show();
  }

  /** @param {boolean} isPlaying */
  set playing(isPlaying) {
    const { play } = this.#buttons;
    if (play.dataset.state === (isPlaying ? "playing" : "paused")) return;
    play.dataset.state = isPlaying ? "playing" : "paused";
    nameButton(play, nameWithKey("play", isPlaying ? "Pause" : "Play"));
    play.replaceChildren(icon(isPlaying ? "pause" : "play"));
  }

  /** @param {number} speed 1 is the scene's own, negative is backwards */
  set speed(speed) {
    // Told with every frame: what stands there already is left alone.
    if (speed === this.#shownSpeed) return;
    this.#shownSpeed = speed;
    const value = String(Math.abs(speed));
    const option = [...this.#speed.options].find((one) => one.value === value);
    if (!option) return;
    for (const one of this.#speed.options) one.textContent = speedText(Number(one.value));
    option.textContent = speedText(speed);
    option.selected = true;
  }

  /** @param {Section | null} section */
  set section(section) {
    if (section === this.#section) return;
    this.#section = section;
    this.#show();
    this.#sectionText.textContent = section ? `${grouped(section.first)} – ${grouped(section.last)}` : "";
    this.#sectionText.title = section ? `${grouped(section.last - section.first + 1)} frames` : "";
  }

  /** @param {boolean} isLooping */
  set isLooping(isLooping) {
    tell(this.#buttons.loop, "aria-pressed", isLooping);
  }

  /** @param {number[]} marks frame indexes */
  set marks(marks) {
    const isSame = marks.length === this.#marks.length && marks.every((mark, place) => mark === this.#marks[place]);
    this.#marks = marks;
    if (!isSame) this.#show();
  }

  /** @param {number} count frames that were due and never came on screen */
  set dropped(count) {
    write(this.#dropped, count > 0 ? `${grouped(count)} dropped` : "");
  }

  /** @param {import("../viewer/shortcuts.js").KeyedAction} action */
  #run = (action) => {
    this.#place.leave();
    this.#act(action);
  };

  /**
   * @param {string} name
   * @param {string} label
   * @param {readonly TransportAction[]} actions
   */
  #group(name, label, actions) {
    const look = { class: "transport__group", "data-group": name, role: "group", "aria-label": label };
    return make("span", look, ...actions.map((action) => this.#buttons[action]));
  }

  #show() {
    const { painted, wanted } = this.#at;
    this.#place.show(painted, wanted);
    write(this.#time, this.#timeline && painted !== null ? clockTime(this.#timeline.start_s(painted)) : "");
    // Not `disabled`: a button that disables itself under the finger loses the focus.
    const last = this.#timeline ? this.#timeline.count - 1 : 0;
    this.#setEnds(["first", "back10", "previous"], wanted <= 0 || this.#timeline === null);
    this.#setEnds(["next", "ahead10", "last"], wanted >= last);
    this.#setEnds(["play", "markIn", "markOut", "loop", "toggleMark"], this.#timeline === null);
    this.#setEnds(["clearSection"], this.#section === null);
    const places = this.#section ? [...this.#marks, this.#section.first, this.#section.last] : this.#marks;
    this.#setEnds(["previousMark"], nearestBeyond(places, wanted, -1) === null);
    this.#setEnds(["nextMark"], nearestBeyond(places, wanted, 1) === null);
    tell(this.#buttons.toggleMark, "aria-pressed", painted !== null && this.#marks.includes(painted));
  }

  /**
   * @param {TransportAction[]} actions
   * @param {boolean} isAtEnd there is nothing beyond to go to
   */
  #setEnds(actions, isAtEnd) {
    for (const action of actions) tell(this.#buttons[action], "aria-disabled", isAtEnd);
  }
}

/**
 * Writes an attribute that may be there already: the display is refreshed 60 times a second.
 * @param {Element} element
 * @param {string} attribute
 * @param {boolean} value
 */
function tell(element, attribute, value) {
  if (element.getAttribute(attribute) !== String(value)) element.setAttribute(attribute, String(value));
}

/**
 * @param {Element} element
 * @param {string} text
 */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param {Act} act */
function speedMenu(act) {
  const options = SPEEDS.map((speed) => make("option", { value: speed, selected: speed === 1 }, speedText(speed)));
  const look = { class: "input transport__speed", "aria-label": "Speed", title: "Speed (< and >)", "aria-keyshortcuts": "< >" };
  const menu = make("select", look, ...options);
  let isByPointer = false;
  menu.addEventListener("pointerdown", () => (isByPointer = true));
  menu.addEventListener("keydown", () => (isByPointer = false));
  menu.addEventListener("change", () => {
    act("setSpeed", Number(menu.value));
    // A menu that kept the focus would keep the viewer's keys.
    if (isByPointer) menu.blur();
  });
  return menu;
}
