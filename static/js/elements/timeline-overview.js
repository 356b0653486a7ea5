/** The strip of the whole scene, there to be dragged while a part of it is in view. The canvas below it draws it. */

import { make } from "../lib/markup.js";
import { LatestPerFrame } from "./timeline-pace.js";

export class TimelineOverview {
  element = make("div", { class: "timeline-bar__overview", hidden: true });
  #view;
  #show;

  /**
   * @param {import("../viewer/timeline-view.js").TimelineView} view
   * @param {(range: {first: number, span: number}) => void} show
   */
  constructor(view, show) {
    this.#view = view;
    this.#show = show;
    this.#letDrag();
  }

  /** Shows or hides the strip, as the view is. */
  place() {
    this.element.hidden = !this.#view.isZoomed;
  }

  /** A press beside the window brings it there; from then on it moves with the pointer. */
  #letDrag() {
    const { element } = this;
    let grabbed = 0;
    const moves = new LatestPerFrame((/** @type {number} */ first) => this.#show({ first, span: this.#view.span }));
    element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      element.setPointerCapture(event.pointerId);
      const { first, span } = this.#view;
      const position = this.#positionAt(event);
      grabbed = position >= first && position <= first + span ? position - first : span / 2;
      moves.give(position - grabbed);
    });
    element.addEventListener("pointermove", (event) => {
      if (element.hasPointerCapture(event.pointerId)) moves.give(this.#positionAt(event) - grabbed);
    });
    element.addEventListener("lostpointercapture", () => moves.flush());
  }

  /** @param {PointerEvent} event */
  #positionAt(event) {
    const { left_px, right_px, count } = this.#view;
    const x_px = event.clientX - this.element.getBoundingClientRect().left;
    return ((x_px - left_px) / (right_px - left_px)) * count;
  }
}
