/**
 * Scrolls more than a browser's element can be high. Chromium cuts boxes off at 33 million pixels, Firefox at 17 million,
 * and a magnified page reaches that sooner: a fourfold one at a quarter.
 *
 * Beyond LONGEST_PX the page's scroll range stands for a longer one: leaps (the scrollbar) are scaled, all smaller steps
 * (wheel, finger, keys) move pixel by pixel, and once they have ended the page's own scroll follows silently. Both ends
 * are not scaled, so that nothing has to be put right where the range ends.
 */

import { clamp } from "./grid-layout.js";

const LONGEST_PX = 8_000_000;
/** Each end's stretch where a pixel is a pixel. */
const PLAIN_PX = 200_000;
/** More of a window at once than any wheel moves is a leap. */
const LEAP_WINDOWS = 4;

export class ScrollScale {
  #full_px = 0;
  #box_px = 0;
  #window_px = 0;
  #pitch_px = 1;
  #page_px = 0;
  #shift_px = 0;

  /**
   * Takes new sizes. The offset is kept; say with `goTo` where it is to be.
   * @param {{full_px: number, window_px: number, pitch_px: number}} sizes of all rows, of what is seen of them, and of one
   */
  measure({ full_px, window_px, pitch_px }) {
    const hidden = Math.ceil(Math.max(0, full_px - LONGEST_PX) / pitch_px) * pitch_px;
    this.#full_px = full_px;
    this.#box_px = full_px - hidden;
    this.#window_px = window_px;
    this.#pitch_px = pitch_px;
  }

  /** How high the grid's box is, in pixels. */
  get box_px() {
    return this.#box_px;
  }

  /** How far the window's upper edge is below the first row's, in pixels; negative while what is above the grid is seen. */
  get offset_px() {
    return this.#page_px + this.#shift_px;
  }

  /** What is between a row's place in the whole and its place in the box, in pixels; whole rows. */
  get shift_px() {
    return this.#shift_px;
  }

  /**
   * Takes where the page has scrolled to.
   * @param {number} page_px the window's upper edge below the box's
   * @returns {number | null} where the page must be scrolled to, silently, so that the range does not end too soon
   */
  follow(page_px) {
    const step_px = Math.abs(page_px - this.#page_px);
    this.#page_px = page_px;
    if (this.#box_px === this.#full_px) this.#shift_px = 0;
    else if (step_px > LEAP_WINDOWS * this.#window_px) this.#shift_px = this.#wholeRows(this.#offsetOf(page_px) - page_px);
    const drift_px = Math.abs(this.#pageOf(this.offset_px) - page_px);
    const isNearEnd = this.offset_px < PLAIN_PX || this.offset_px > this.#full_px - this.#window_px - PLAIN_PX;
    return drift_px > PLAIN_PX / 2 || (isNearEnd && drift_px >= this.#pitch_px) ? this.settle() : null;
  }

  /**
   * Brings the page's scroll to where the scrollbar says what is true.
   * @returns {number | null} where the page must be scrolled to; null where it is there
   */
  settle() {
    const before_px = this.#page_px;
    this.goTo(this.offset_px);
    return this.#page_px === before_px ? null : this.#page_px;
  }

  /**
   * Moves to an offset.
   * @param {number} offset_px
   * @returns {number} where the page must be scrolled to
   */
  goTo(offset_px) {
    this.#shift_px = this.#wholeRows(offset_px - this.#pageOf(offset_px));
    this.#page_px = offset_px - this.#shift_px;
    return this.#page_px;
  }

  /** @param {number} shift_px */
  #wholeRows(shift_px) {
    return clamp(Math.round(shift_px / this.#pitch_px) * this.#pitch_px, 0, this.#full_px - this.#box_px);
  }

  /** Where both ranges stop being plain at the end. */
  get #last() {
    const beside_px = this.#window_px + PLAIN_PX;
    return { page_px: this.#box_px - beside_px, offset_px: this.#full_px - beside_px };
  }

  /** @param {number} page_px */
  #offsetOf(page_px) {
    const { page_px: last_px, offset_px } = this.#last;
    if (page_px <= PLAIN_PX) return page_px;
    if (page_px >= last_px) return page_px + this.#full_px - this.#box_px;
    return PLAIN_PX + ((page_px - PLAIN_PX) * (offset_px - PLAIN_PX)) / (last_px - PLAIN_PX);
  }

  /** @param {number} offset_px */
  #pageOf(offset_px) {
    const { page_px, offset_px: last_px } = this.#last;
    if (this.#box_px === this.#full_px || offset_px <= PLAIN_PX) return offset_px;
    if (offset_px >= last_px) return offset_px - this.#full_px + this.#box_px;
    return PLAIN_PX + ((offset_px - PLAIN_PX) * (page_px - PLAIN_PX)) / (last_px - PLAIN_PX);
  }
}
