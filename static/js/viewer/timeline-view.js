/**
 * Which part of a scene a timeline shows, and where each frame lies on it. Every frame is a cell of the same width,
 * however long it lasts: its identity is its index. Distances are in CSS pixels from the left edge of the bar.
 */

/** Below this width cells are no longer told apart one by one, so zooming in stops well above it. */
const WIDEST_FRAME_PX = 96;
/** How much of the view stays before or behind a frame that is brought into view. */
const MARGIN = 0.1;

export class TimelineView {
  #count = 0;
  #width_px = 0;
  #inset_px;
  #first = 0;
  #span = 1;

  /** @param {{inset_px: number}} layout what is left free at either end, for numerals that stand over the ends */
  constructor({ inset_px }) {
    this.#inset_px = inset_px;
  }

  /** How many frames there are, in view or not. */
  get count() {
    return this.#count;
  }

  /** Shows all of another scene. */
  set count(count) {
    this.#count = count;
    this.showAll();
  }

  get width_px() {
    return this.#width_px;
  }

  /** Another width shows the same frames, wider or narrower. */
  set width_px(width_px) {
    this.#width_px = width_px;
    this.#show(this.#first, this.#span);
  }

  /** The position at the left end, in frames; 2.5 is the middle of frame 2. */
  get first() {
    return this.#first;
  }

  /** How many frames are in view; not a whole number. */
  get span() {
    return this.#span;
  }

  /** Where the frames begin, and where they end. */
  get left_px() {
    return this.#inset_px;
  }

  get right_px() {
    return Math.max(this.#inset_px + 1, this.#width_px - this.#inset_px);
  }

  /** How wide a frame is. */
  get frame_px() {
    return (this.right_px - this.left_px) / this.#span;
  }

  get isZoomed() {
    return this.#span < this.#count;
  }

  /** The frames of which at least a part is in view, both included. */
  get visible() {
    const end = Math.ceil(this.#first + this.#span - ROUNDING) - 1;
    return { first: Math.floor(this.#first + ROUNDING), last: Math.max(0, Math.min(this.#count - 1, end)) };
  }

  /**
   * The left edge of a frame, in view or not; of `index + 1` the right one, of `index + 0.5` the middle.
   * @param {number} index
   */
  xOf(index) {
    return this.left_px + (index - this.#first) * this.frame_px;
  }

  /**
   * The position under a point, in frames, without a limit.
   * @param {number} x_px
   */
  positionAt(x_px) {
    return this.#first + (x_px - this.left_px) / this.frame_px;
  }

  /**
   * The frame under a point; beyond the ends, the frame at that end of the view.
   * @param {number} x_px
   */
  frameAt(x_px) {
    const { first, last } = this.visible;
    return Math.max(first, Math.min(last, Math.floor(this.positionAt(x_px) + ROUNDING)));
  }

  /**
   * Whether all of a frame is in view.
   * @param {number} index
   */
  contains(index) {
    return index >= this.#first - ROUNDING && index + 1 <= this.#first + this.#span + ROUNDING;
  }

  showAll() {
    this.#show(0, Math.max(1, this.#count));
  }

  /**
   * Shows a range; what would lie outside of the scene is moved in.
   * @param {number} first position in frames
   * @param {number} span in frames
   */
  show(first, span) {
    this.#show(first, span);
  }

  /**
   * The range that shows `factor` times as many frames, with one position where it is.
   * @param {number} position in frames
   * @param {number} factor less than 1 to see closer
   * @returns {{first: number, span: number}}
   */
  zoomedAbout(position, factor) {
    const span = this.#allowedSpan(this.#span * factor);
    const share = (position - this.#first) / this.#span;
    return { first: this.#allowedFirst(position - share * span, span), span };
  }

  /**
   * The range that puts two positions under two fingers.
   * @param {[number, number]} positions in frames
   * @param {[number, number]} points_px
   * @returns {{first: number, span: number}}
   */
  pinched([from, to], [left_px, right_px]) {
    const apart_px = Math.abs(right_px - left_px) || 1;
    const inner_px = this.right_px - this.left_px;
    const span = this.#allowedSpan((Math.abs(to - from) / apart_px) * inner_px);
    const middle = ((left_px + right_px) / 2 - this.left_px) / inner_px;
    return { first: this.#allowedFirst((from + to) / 2 - middle * span, span), span };
  }

  /**
   * Where the view begins when a frame has been brought into it; unchanged when it is there already.
   * A step beyond an end turns the page, so that what plays has the whole width ahead; a jump lands in the middle.
   * @param {number} index
   */
  firstToReveal(index) {
    if (this.contains(index)) return this.#first;
    const margin = MARGIN * this.#span;
    const past = index + 1 - (this.#first + this.#span);
    const before = this.#first - index;
    let first = index + 0.5 - this.#span / 2;
    if (past > 0 && past <= margin + 1) first = index - margin;
    if (before > 0 && before <= margin + 1) first = index + 1 + margin - this.#span;
    return this.#allowedFirst(first, this.#span);
  }

  /** @param {number} first @param {number} span */
  #show(first, span) {
    this.#span = this.#allowedSpan(span);
    this.#first = this.#allowedFirst(first, this.#span);
  }

  /** @param {number} span */
  #allowedSpan(span) {
    const count = Math.max(1, this.#count);
    const closest = Math.min(count, Math.max(1, (this.right_px - this.left_px) / WIDEST_FRAME_PX));
    return Math.max(closest, Math.min(count, span));
  }

  /** @param {number} first @param {number} span */
  #allowedFirst(first, span) {
    return Math.max(0, Math.min(Math.max(1, this.#count) - span, first));
  }
}

/** Keeps a frame's own edge from falling into its neighbor by a rounding error, in frames. */
const ROUNDING = 1e-6;
