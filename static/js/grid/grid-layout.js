/** Where the cells of a grid lie: columns, rows and whole pixels, with no cell in sight of it. */

/**
 * @typedef {object} GridMeasure
 * @property {number} width_px of the grid
 * @property {number} cell_px the least width of a cell
 * @property {number} gap_px between cells, and at both sides
 * @property {number} ratio a cell's width divided by its height
 * @property {number} count how many cells, of all that there are
 */

export class GridLayout {
  #gap_px;
  #step_px;
  count;
  /** Cells in a full row, at least one. */
  columns;
  /** A row's height with the gap below it; whole pixels. */
  pitch_px;

  /** @param {GridMeasure} measure */
  constructor({ width_px, cell_px, gap_px, ratio, count }) {
    const inner_px = Math.max(1, width_px - 2 * gap_px);
    this.#gap_px = gap_px;
    this.count = count;
    this.columns = Math.max(1, Math.floor((inner_px + gap_px) / (cell_px + gap_px)));
    this.#step_px = (inner_px + gap_px) / this.columns;
    this.pitch_px = Math.max(1, Math.round((this.#step_px - gap_px) / ratio)) + gap_px;
  }

  get rowCount() {
    return Math.ceil(this.count / this.columns);
  }

  /** The height of all rows, in pixels. */
  get full_px() {
    return this.rowCount * this.pitch_px;
  }

  get cellHeight_px() {
    return this.pitch_px - this.#gap_px;
  }

  /**
   * The row of a position, both counted from 0.
   * @param {number} position
   */
  rowOf(position) {
    return Math.floor(position / this.columns);
  }

  /**
   * Where a position's row begins, in pixels from the first.
   * @param {number} position
   */
  topOf(position) {
    return this.rowOf(position) * this.pitch_px;
  }

  /**
   * A position's column: where it begins and how wide it is. Columns differ by a pixel at most, so that every edge is sharp.
   * @param {number} position
   */
  columnOf(position) {
    const column = position % this.columns;
    const start_px = Math.round(column * this.#step_px);
    const end_px = Math.round((column + 1) * this.#step_px);
    return { left_px: this.#gap_px + start_px, width_px: end_px - start_px - this.#gap_px };
  }

  /**
   * The first position of the row at a height.
   * @param {number} offset_px from the first row
   */
  positionAt(offset_px) {
    const row = Math.floor(offset_px / this.pitch_px);
    return clamp(row, 0, Math.max(0, this.rowCount - 1)) * this.columns;
  }

  /**
   * The positions whose rows touch a stretch; none where `end` is not after `start`.
   * @param {number} from_px
   * @param {number} to_px
   * @returns {{start: number, end: number}} `end` is not part of it
   */
  between(from_px, to_px) {
    const first = clamp(Math.floor(from_px / this.pitch_px), 0, this.rowCount);
    const last = clamp(Math.ceil(to_px / this.pitch_px), first, this.rowCount);
    return { start: Math.min(first * this.columns, this.count), end: Math.min(last * this.columns, this.count) };
  }
}

/**
 * @param {number} number
 * @param {number} least
 * @param {number} most
 */
export function clamp(number, least, most) {
  return Math.min(most, Math.max(least, number));
}
