/** Pointers over the timeline: dragging scrubs, Shift makes it ten times finer, two fingers and the wheel zoom and pan. */

import { LatestPerFrame } from "./timeline-pace.js";

const FINE = 0.1;
/** A press on a flag is a jump to it until the pointer has moved this far. */
const STILL_PX = 4;

/**
 * @typedef {object} ScrubWishes
 * @property {(index: number) => void} goTo at most once per frame of the display
 * @property {() => void} dragStart
 * @property {() => void} dragEnd
 * @property {(index: number | null) => void} hover
 * @property {(range: {first: number, span: number}) => void} show
 * @property {(x_px: number, y_px: number) => number | null} markAt
 */

export class TimelineScrub {
  #surface;
  #view;
  #wishes;
  /** Where each pointer that is down is now, and the position in frames where it came down. @type {Map<number, {x_px: number, position: number}>} */
  #down = new Map();
  /** @type {{x_px: number, mark: number | null, from_px: number} | null} */
  #drag = null;
  /** Where a pointer that is not down hovers. @type {{x_px: number, y_px: number} | null} */
  #over = null;
  /** @type {number | null} */
  #told = null;
  #moves = new LatestPerFrame((/** @type {number} */ index) => this.#tell(index));
  #hovers = new LatestPerFrame((/** @type {number | null} */ index) => this.#wishes.hover(index));

  /**
   * @param {HTMLElement} surface
   * @param {import("../viewer/timeline-view.js").TimelineView} view
   * @param {ScrubWishes} wishes
   */
  constructor(surface, view, wishes) {
    this.#surface = surface;
    this.#view = view;
    this.#wishes = wishes;
    surface.addEventListener("pointerdown", this.#onDown);
    surface.addEventListener("pointermove", this.#onMove);
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
      surface.addEventListener(end, (event) => this.#onUp(/** @type {PointerEvent} */ (event)));
    }
    surface.addEventListener("pointerleave", () => !this.#drag && this.#hover(null));
  }

  get isDragging() {
    return this.#drag !== null;
  }

  /**
   * The distance of a pointer from the bar's left edge.
   * @param {MouseEvent} event
   */
  xOf(event) {
    return event.clientX - this.#surface.getBoundingClientRect().left;
  }

  /**
   * Zooms about the pointer with Ctrl or Alt, which is also how a touchpad says pinch; pans sideways while zoomed.
   * @param {WheelEvent} event
   */
  onWheel = (event) => {
    const unit_px = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : 16;
    const view = this.#view;
    if (event.ctrlKey || event.altKey || event.metaKey) {
      event.preventDefault();
      // A touchpad's pinch comes in small steps, a wheel's notch in one of a hundred.
      const rate = Math.abs(event.deltaY * unit_px) < 40 ? 0.01 : 0.0025;
      this.#wishes.show(view.zoomedAbout(view.positionAt(this.xOf(event)), Math.exp(event.deltaY * unit_px * rate)));
      return;
    }
    const across_px = (event.shiftKey && !event.deltaX ? event.deltaY : event.deltaX) * unit_px;
    if (!view.isZoomed || !across_px) return;
    event.preventDefault();
    this.#wishes.show({ first: view.first + across_px / view.frame_px, span: view.span });
  };

  /** Other frames may lie under the pointer now. */
  viewChanged() {
    if (this.#over) this.#hover(this.#over);
  }

  dispose() {
    this.#moves.cancel();
    this.#hovers.cancel();
  }

  /** @param {PointerEvent} event */
  #onDown = (event) => {
    if (event.button !== 0 || this.#view.count === 0 || this.#down.size === 2) return;
    const { x_px, y_px } = this.#pointOf(event);
    this.#surface.setPointerCapture(event.pointerId);
    this.#down.set(event.pointerId, { x_px, position: this.#view.positionAt(x_px) });
    if (this.#down.size === 2) this.#startPinch();
    else this.#startDrag(x_px, y_px);
  };

  /** @param {number} x_px @param {number} y_px */
  #startDrag(x_px, y_px) {
    const mark = this.#wishes.markAt(x_px, y_px);
    this.#over = null;
    this.#drag = { x_px, mark, from_px: x_px };
    this.#told = null;
    this.#hovers.cancel();
    this.#wishes.dragStart();
    this.#moves.give(mark ?? this.#view.frameAt(x_px));
  }

  /** The first finger was no scrub after all. */
  #startPinch() {
    this.#endDrag();
    for (const finger of this.#down.values()) finger.position = this.#view.positionAt(finger.x_px);
  }

  /** @param {PointerEvent} event */
  #onMove = (event) => {
    const finger = this.#down.get(event.pointerId);
    const x_px = this.xOf(event);
    if (!finger) {
      if (event.pointerType !== "touch" && this.#down.size === 0) this.#hover(this.#pointOf(event));
      return;
    }
    const moved_px = x_px - finger.x_px;
    finger.x_px = x_px;
    if (this.#down.size === 2) this.#pinch();
    else if (this.#drag) this.#scrub(this.#drag, { moved_px, isFine: event.shiftKey });
  };

  /** @param {{x_px: number, y_px: number} | null} over */
  #hover(over) {
    this.#over = over;
    const mark = over && this.#wishes.markAt(over.x_px, over.y_px);
    this.#surface.toggleAttribute("data-on-mark", mark !== null);
    this.#hovers.give(over && this.#view.count > 0 ? (mark ?? this.#view.frameAt(over.x_px)) : null);
  }

  /** @param {PointerEvent} event */
  #pointOf(event) {
    const { left, top } = this.#surface.getBoundingClientRect();
    return { x_px: event.clientX - left, y_px: event.clientY - top };
  }

  /**
   * Fine steps add up from where they began, so that letting Shift go does not jump back under the pointer.
   * @param {{x_px: number, mark: number | null, from_px: number}} drag
   * @param {{moved_px: number, isFine: boolean}} step
   */
  #scrub(drag, { moved_px, isFine }) {
    drag.x_px += moved_px * (isFine ? FINE : 1);
    if (drag.mark !== null && Math.abs(drag.x_px - drag.from_px) < STILL_PX) return;
    drag.mark = null;
    this.#moves.give(this.#view.frameAt(drag.x_px));
  }

  #pinch() {
    const [one, two] = [...this.#down.values()].sort((a, b) => a.position - b.position);
    if (one && two) this.#wishes.show(this.#view.pinched([one.position, two.position], [one.x_px, two.x_px]));
  }

  /** @param {PointerEvent} event */
  #onUp(event) {
    if (!this.#down.delete(event.pointerId)) return;
    this.#moves.flush();
    if (this.#drag) this.#endDrag();
  }

  #endDrag() {
    this.#drag = null;
    this.#moves.cancel();
    this.#wishes.hover(null);
    this.#wishes.dragEnd();
  }

  /** @param {number} index */
  #tell(index) {
    this.#wishes.hover(index);
    if (index === this.#told) return;
    this.#told = index;
    this.#wishes.goTo(index);
  }
}
