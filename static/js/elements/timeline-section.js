/** The two handles of a section: where it begins and where it ends. The canvas draws their grips; these are what is touched. */

import { make } from "../lib/markup.js";
import { LatestPerFrame } from "./timeline-pace.js";
import { keyedFrame, placeText } from "./timeline-words.js";

/** @typedef {import("./timeline-drawing.js").Section} Section */
/** @typedef {"first" | "last"} End */

/** How far a handle reaches into its section, so that a section of one frame still has two. */
const INWARD_PX = 4;

export class TimelineSection {
  #handles = { first: makeHandle("In mark", "first"), last: makeHandle("Out mark", "last") };
  elements = [this.#handles.first, this.#handles.last];
  #view;
  #wishes;
  /** @type {Section | null} */
  #section = null;

  /**
   * @param {import("../viewer/timeline-view.js").TimelineView} view
   * @param {object} wishes
   * @param {(section: Section | null) => void} wishes.setSection
   * @param {(index: number | null) => void} wishes.point the frame that a drag has reached
   * @param {(index: number) => void} wishes.reveal
   * @param {(event: PointerEvent) => number} wishes.xOf the distance from the bar's left edge
   */
  constructor(view, wishes) {
    this.#view = view;
    this.#wishes = wishes;
    for (const end of ENDS) {
      this.#handles[end].addEventListener("keydown", (press) => this.#onKey(end, press));
      this.#handles[end].addEventListener("focus", () => this.#section && wishes.reveal(this.#section[end]));
      this.#letDrag(end);
    }
  }

  /**
   * Shows a section, and puts the handles where they are to be.
   * @param {Section | null} section
   * @param {import("./timeline-words.js").Times} timeline
   */
  place(section, timeline) {
    this.#section = section;
    for (const end of ENDS) {
      const handle = this.#handles[end];
      handle.hidden = !section;
      if (section) this.#placeHandle(handle, { end, section, timeline });
    }
  }

  /**
   * @param {HTMLElement} handle
   * @param {{end: End, section: Section, timeline: import("./timeline-words.js").Times}} at
   */
  #placeHandle(handle, { end, section, timeline }) {
    const view = this.#view;
    const last = view.count - 1;
    const bounds = this.#bounds(end, section);
    handle.setAttribute("aria-valuemin", String(bounds.least));
    handle.setAttribute("aria-valuemax", String(bounds.most));
    handle.setAttribute("aria-valuenow", String(section[end]));
    handle.setAttribute("aria-valuetext", placeText(timeline, { index: section[end], last }));
    const edge_px = view.xOf(end === "first" ? section.first : section.last + 1);
    const isBeyond = edge_px < view.left_px - 1 || edge_px > view.right_px + 1;
    handle.toggleAttribute("data-beyond", isBeyond);
    // At an end of the bar a handle stays whole, and reaches further into its section instead.
    const inner_px = Math.round(end === "first" ? edge_px + INWARD_PX : edge_px - INWARD_PX);
    const left = end === "first" ? `max(0px, ${inner_px}px - 100%)` : `min(${view.width_px}px - 100%, ${inner_px}px)`;
    handle.style.transform = `translateX(${left})`;
  }

  /** @param {End} end @param {Section} section */
  #bounds(end, section) {
    return end === "first" ? { least: 0, most: section.last } : { least: section.first, most: this.#view.count - 1 };
  }

  /** @param {End} end @param {number} index */
  #move(end, index) {
    if (!this.#section) return;
    const { least, most } = this.#bounds(end, this.#section);
    const moved = Math.max(least, Math.min(most, index));
    if (moved !== this.#section[end]) this.#wishes.setSection({ ...this.#section, [end]: moved });
  }

  /** @param {End} end @param {KeyboardEvent} press */
  #onKey(end, press) {
    if (!this.#section) return;
    if (press.key === "Delete" || press.key === "Backspace") {
      press.preventDefault();
      this.#wishes.setSection(null);
      return;
    }
    const index = keyedFrame(press, { index: this.#section[end], count: this.#view.count });
    if (index === null) return;
    press.preventDefault();
    this.#move(end, index);
    if (this.#section) this.#wishes.reveal(this.#section[end]);
  }

  /** @param {End} end */
  #letDrag(end) {
    const handle = this.#handles[end];
    let offset_px = 0;
    const moves = new LatestPerFrame((/** @type {number} */ x_px) => {
      // An out mark's edge is the end of its frame, an in mark's the start.
      const edge = Math.round(this.#view.positionAt(Math.max(this.#view.left_px, Math.min(this.#view.right_px, x_px))));
      this.#move(end, end === "first" ? edge : edge - 1);
      if (this.#section) this.#wishes.point(this.#section[end]);
    });
    handle.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !this.#section) return;
      handle.setPointerCapture(event.pointerId);
      offset_px = this.#view.xOf(end === "first" ? this.#section.first : this.#section.last + 1) - this.#wishes.xOf(event);
      this.#wishes.point(this.#section[end]);
    });
    handle.addEventListener("pointermove", (event) => {
      if (handle.hasPointerCapture(event.pointerId)) moves.give(this.#wishes.xOf(event) + offset_px);
    });
    handle.addEventListener("lostpointercapture", () => {
      moves.flush();
      this.#wishes.point(null);
    });
  }
}

const ENDS = /** @type {const} */ (["first", "last"]);

/** @param {string} name @param {End} end */
function makeHandle(name, end) {
  const role = { role: "slider", tabindex: 0, "aria-label": name, "aria-orientation": "horizontal", "data-takes-arrows": true };
  const handle = make("div", { class: "timeline-bar__handle", ...role, "data-end": end, hidden: true });
  return handle;
}
