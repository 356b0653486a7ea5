/** What is known of a whole result: the row at every so many positions, and how many there are, answer by answer. */

/**
 * @typedef {object} OutlineAnswer
 * @property {number} step positions between two anchors
 * @property {string[]} anchors ids of the rows at the next such positions
 * @property {number} count rows found so far
 * @property {boolean} is_exact whether that is all of them
 * @property {number} looked_at rows of the dataset
 * @property {number} total rows of the dataset
 * @property {string | null} continue what the next answer is asked with; null after the last
 * @property {number} version of the dataset
 */

const STEP = 250;

export class ResultOutline {
  #ask;
  #changed;
  /** @type {string[]} */
  #anchors = [];
  /** @type {Map<string, number>} */
  #indexes = new Map();
  #atLeast;
  #isExact;
  /** @type {string | null} */
  #token = null;
  step = STEP;
  isDone = false;

  /**
   * @param {(token: string | null, signal: AbortSignal) => Promise<OutlineAnswer>} ask
   * @param {{changed: (answer: OutlineAnswer) => void, total?: number | null, shown: number}} about `total` rows where that
   *   is known without looking, `shown` rows that are there for certain
   */
  constructor(ask, { changed, total = null, shown }) {
    this.#ask = ask;
    this.#changed = changed;
    this.#isExact = total !== null;
    this.#atLeast = total ?? shown;
  }

  /** How many rows there are, or at least. */
  get count() {
    return this.#atLeast;
  }

  /** Whether that is all of them. */
  get isExact() {
    return this.#isExact;
  }

  /**
   * The id of the row where a block begins; null while unknown.
   * @param {number} block counted from 0
   */
  anchor(block) {
    return this.#anchors[block] ?? null;
  }

  /**
   * The block that begins with a row; null for another row, and while unknown.
   * @param {string} id
   */
  blockOf(id) {
    return this.#indexes.get(id) ?? null;
  }

  /**
   * Takes note of rows that were seen, beyond what the answers have told.
   * @param {number} end the position after the last one
   */
  saw(end) {
    if (!this.#isExact) this.#atLeast = Math.max(this.#atLeast, end);
  }

  /**
   * Asks until all is known; called again, goes on where a failure stopped it.
   * @param {AbortSignal} signal
   * @returns {Promise<void>} rejects as `ask` does
   */
  async read(signal) {
    while (!this.isDone) {
      const answer = await this.#ask(this.#token, signal);
      signal.throwIfAborted();
      this.#take(answer);
      this.#changed(answer);
    }
  }

  /** @param {OutlineAnswer} answer */
  #take(answer) {
    this.step = answer.step;
    for (const id of answer.anchors) {
      this.#indexes.set(id, this.#anchors.length);
      this.#anchors.push(id);
    }
    this.#token = answer.continue;
    this.isDone = answer.continue === null;
    if (answer.is_exact) this.#atLeast = answer.count;
    else if (!this.#isExact) this.#atLeast = Math.max(this.#atLeast, answer.count);
    this.#isExact ||= answer.is_exact;
  }
}
