/** Finds which of many shapes may be near a place, by a grid over their bounds. */

/** @typedef {import("./label-columns.js").LabelSet} LabelSet */

/** A cell is at least as large as shapes are on average, so that most shapes are in few cells. */
const MOST_CELLS_A_SIDE = 256;
/** A shape over more cells than this is looked at wherever one asks. */
const MOST_CELLS_A_SHAPE = 64;

export class BoxGrid {
  #box;
  #from;
  #left = Infinity;
  #top = Infinity;
  #cell = 1;
  #columns = 1;
  #rows = 1;
  /** Where the shapes of each cell start in `#shapes`, and where the last one's end. */
  #starts;
  #shapes;
  /** @type {number[]} */
  #large = [];
  /** When a shape was found last, so that nobody gets it twice. */
  #found;
  #asked = 0;

  /**
   * @param {LabelSet} set
   * @param {Int32Array} shapes those of the set that are looked for
   */
  constructor(set, shapes) {
    this.#box = set.columns.box;
    this.#from = set.from;
    this.#found = new Int32Array(set.length);
    this.#measure(shapes);
    this.#starts = new Int32Array(this.#columns * this.#rows + 1);
    this.#shapes = this.#sort(shapes);
  }

  /**
   * The shapes whose bounds may meet a rectangle, each once; some that do not are among them.
   * @param {number} left
   * @param {number} top
   * @param {number} right
   * @param {number} bottom
   * @param {(shape: number) => void} visit
   */
  near(left, top, right, bottom, visit) {
    this.#asked += 1;
    for (const shape of this.#large) visit(shape);
    const [first, last] = [this.#column(left), this.#column(right)];
    for (let row = this.#row(top), end = this.#row(bottom); row <= end; row += 1) {
      for (let cell = row * this.#columns + first, stop = row * this.#columns + last; cell <= stop; cell += 1) {
        for (let at = this.#starts[cell]; at < this.#starts[cell + 1]; at += 1) {
          const shape = this.#shapes[at];
          if (this.#found[shape] === this.#asked) continue;
          this.#found[shape] = this.#asked;
          visit(shape);
        }
      }
    }
  }

  /** @param {Int32Array} shapes */
  #measure(shapes) {
    let [right, bottom, sides] = [-Infinity, -Infinity, 0];
    for (const shape of shapes) {
      const at = 4 * (this.#from + shape);
      this.#left = Math.min(this.#left, this.#box[at]);
      this.#top = Math.min(this.#top, this.#box[at + 1]);
      right = Math.max(right, this.#box[at + 2]);
      bottom = Math.max(bottom, this.#box[at + 3]);
      sides += this.#box[at + 2] - this.#box[at] + this.#box[at + 3] - this.#box[at + 1];
    }
    if (shapes.length === 0) return;
    const longest = Math.max(right - this.#left, bottom - this.#top);
    this.#cell = Math.max(longest / MOST_CELLS_A_SIDE, sides / (2 * shapes.length)) || 1;
    this.#columns = Math.floor((right - this.#left) / this.#cell) + 1;
    this.#rows = Math.floor((bottom - this.#top) / this.#cell) + 1;
  }

  /** @param {Int32Array} shapes */
  #sort(shapes) {
    const spread = [...shapes].filter((shape) => !this.#isLarge(shape));
    this.#large = [...shapes].filter((shape) => this.#isLarge(shape));
    for (const shape of spread) this.#eachCell(shape, (cell) => (this.#starts[cell + 1] += 1));
    for (let cell = 1; cell < this.#starts.length; cell += 1) this.#starts[cell] += this.#starts[cell - 1];
    const next = this.#starts.slice();
    const sorted = new Int32Array(this.#starts[this.#starts.length - 1]);
    for (const shape of spread) this.#eachCell(shape, (cell) => (sorted[next[cell]++] = shape));
    return sorted;
  }

  /** @param {number} shape */
  #isLarge(shape) {
    const at = 4 * (this.#from + shape);
    const across = (this.#box[at + 2] - this.#box[at]) / this.#cell + 1;
    return across * ((this.#box[at + 3] - this.#box[at + 1]) / this.#cell + 1) > MOST_CELLS_A_SHAPE;
  }

  /**
   * @param {number} shape
   * @param {(cell: number) => void} visit
   */
  #eachCell(shape, visit) {
    const at = 4 * (this.#from + shape);
    const [first, last] = [this.#column(this.#box[at]), this.#column(this.#box[at + 2])];
    for (let row = this.#row(this.#box[at + 1]), end = this.#row(this.#box[at + 3]); row <= end; row += 1) {
      for (let column = first; column <= last; column += 1) visit(row * this.#columns + column);
    }
  }

  /** @param {number} x */
  #column(x) {
    return Math.max(0, Math.min(this.#columns - 1, Math.floor((x - this.#left) / this.#cell)));
  }

  /** @param {number} y */
  #row(y) {
    return Math.max(0, Math.min(this.#rows - 1, Math.floor((y - this.#top) / this.#cell)));
  }
}
