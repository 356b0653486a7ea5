/**
 * Which frame a moment of a video is, where only the browser's player knows the file: found out by asking the player
 * what it shows at chosen moments. No video element here: `shownAt` is all that is asked of one.
 */

/** @typedef {(time_s: number) => Promise<number>} ShownAt seeks, and says when the frame then on screen begins, in seconds */

/** A frame's time is off the grid by less than this part of a step. */
const SLACK = 0.3;
/** Shorter than a frame at 240 a second. */
const SHORTEST_STEP_S = 1 / 480;
/** Below 2 by more than times are rounded. */
const WIDER = 1.8;
/** Frames tried one after the other at the start: a rate that varies mostly shows itself soon. */
const NEIGHBORS = 6;
/** How much farther each look goes, so that an error of 3 % in a step never misses a frame. */
const STRIDE = 4;
/** Rates that are meant when a measured one is this near: 30 and 29.97 differ by a part in a thousand. */
const SAME_RATE = 2e-4;
/** How far two times together may be rounded: Matroska and WebM count milliseconds, others less. */
const ROUNDED_S = 1.1e-3;
const WHOLE_RATES = [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 16, 20, 24, 25, 30, 48, 50, 60, 72, 75, 90, 96, 100, 120, 144, 200, 240];
const BROADCAST_RATES = [12, 15, 24, 30, 48, 60, 120, 240].map((whole) => (whole * 1000) / 1001);

/** Frames of one length: the index of a time, and the time of an index. */
export class FrameGrid {
  /**
   * @param {number} start_s when frame 0 begins in the video's own time
   * @param {number} step_s how long a frame lasts
   * @param {number} count
   * @param {boolean} isEven whether every frame that was looked at stood where the grid says
   */
  constructor(start_s, step_s, count, isEven) {
    this.start_s = start_s;
    this.step_s = step_s;
    this.count = count;
    this.isEven = isEven;
  }

  /** Frames a second, as people write it. */
  get rate_hz() {
    const measured = 1 / this.step_s;
    const named = nearestRate(measured);
    return Math.abs(named / measured - 1) < SAME_RATE ? named : measured;
  }

  /**
   * The frame that begins at a time, whether or not it stands exactly there.
   * @param {number} media_s
   */
  indexOf(media_s) {
    return Math.round((media_s - this.start_s) / this.step_s);
  }

  /**
   * A moment safely inside a frame: its middle, so that no rounding reaches a neighbor.
   * @param {number} index
   */
  middle_s(index) {
    return this.start_s + (index + 0.5) * this.step_s;
  }
}

/**
 * Finds the step of the frames by a few seeks.
 * @param {ShownAt} shownAt
 * @param {{first_s: number, last_s: number, end_s: number, rate_hz: number | null, count: number | null}} known when the first
 *   and the last frame begin and the video ends; the rate and number of frames somebody claims, which are tried first
 * @returns {Promise<FrameGrid>}
 */
export async function measureGrid(shownAt, { first_s, last_s, end_s, rate_hz, count }) {
  if (last_s <= first_s) return measureWithoutEnd(shownAt, { first_s, end_s, rate_hz });
  if (rate_hz && count && (await isClaimTrue(shownAt, { first_s, last_s, rate_hz, count }))) {
    return new FrameGrid(first_s, 1 / rate_hz, count, true);
  }
  const sight = new Sight(shownAt, first_s);
  await sight.findNext(last_s);
  await sight.lookAtNeighbors(last_s);
  await sight.lookFarther(last_s);
  return sight.grid(last_s);
}

/**
 * The grid of a single frame; or of a file that is cut short, whose last frame cannot be reached.
 * @param {ShownAt} shownAt
 * @param {{first_s: number, end_s: number, rate_hz: number | null}} known
 */
async function measureWithoutEnd(shownAt, { first_s, end_s, rate_hz }) {
  const sight = new Sight(shownAt, first_s);
  if (!(await sight.findNext(end_s))) {
    return new FrameGrid(first_s, rate_hz ? 1 / rate_hz : Math.max(end_s - first_s, SHORTEST_STEP_S), 1, true);
  }
  await sight.lookAtNeighbors(end_s);
  return sight.gridUntil(end_s);
}

/**
 * Whether the first frames, one in the middle and the last stand where the claimed rate and number put them.
 * @param {ShownAt} shownAt
 * @param {{first_s: number, last_s: number, rate_hz: number, count: number}} claim
 */
async function isClaimTrue(shownAt, { first_s, last_s, rate_hz, count }) {
  const grid = new FrameGrid(first_s, 1 / rate_hz, count, true);
  /** @type {(index: number, media_s: number) => boolean} */
  const stands = (index, media_s) => Math.abs((media_s - first_s) * rate_hz - index) < SLACK;
  if (!stands(count - 1, last_s)) return false;
  const looks = new Set([1, 2, 3, 4, count >> 1].filter((index) => index > 0 && index < count - 1));
  for (const index of looks) {
    if (!stands(index, await shownAt(grid.middle_s(index)))) return false;
  }
  return true;
}

/** What the looks so far say of the step. */
class Sight {
  #shownAt;
  #first_s;
  #step_s = 0;
  /** The index the step was measured with. */
  #farthest = 1;
  #isEven = true;

  /**
   * @param {ShownAt} shownAt
   * @param {number} first_s
   */
  constructor(shownAt, first_s) {
    this.#shownAt = shownAt;
    this.#first_s = first_s;
  }

  /**
   * Finds the second frame: looks less than twice as far each time, so that what comes first is it and no later one.
   * @param {number} last_s
   * @returns {Promise<boolean>} whether there is one before `last_s`
   */
  async findNext(last_s) {
    for (let ahead_s = SHORTEST_STEP_S; this.#first_s + ahead_s < last_s; ahead_s *= WIDER) {
      const shown_s = await this.#shownAt(this.#first_s + ahead_s);
      if (shown_s > this.#first_s) {
        this.#step_s = shown_s - this.#first_s;
        return true;
      }
    }
    this.#step_s = last_s - this.#first_s;
    return false;
  }

  /** @param {number} last_s */
  async lookAtNeighbors(last_s) {
    for (let index = 2; index <= NEIGHBORS; index += 1) await this.#look(index, last_s);
  }

  /** @param {number} last_s */
  async lookFarther(last_s) {
    for (let index = STRIDE * STRIDE; this.#first_s + index * this.#step_s < last_s; index *= STRIDE) {
      await this.#look(index, last_s);
    }
  }

  /** @param {number} last_s */
  grid(last_s) {
    this.#note((last_s - this.#first_s) / this.#step_s, last_s);
    const steps = Math.max(1, Math.round((last_s - this.#first_s) / this.#step_s));
    const step_s = snapStep(this.#step_s, steps);
    return new FrameGrid(this.#first_s, step_s, steps + 1, this.#isEven);
  }

  /** @param {number} end_s when the last frame ends */
  gridUntil(end_s) {
    const count = Math.max(1, Math.round((end_s - this.#first_s) / this.#step_s));
    return new FrameGrid(this.#first_s, snapStep(this.#step_s, NEIGHBORS), count, this.#isEven);
  }

  /**
   * @param {number} index
   * @param {number} last_s
   */
  async #look(index, last_s) {
    const time_s = this.#first_s + (index + 0.5) * this.#step_s;
    if (time_s >= last_s) return;
    this.#note(index, await this.#shownAt(time_s));
  }

  /**
   * Takes in that a frame begins at a time: the farther, the surer the step.
   * @param {number} expected the index that was looked for; of the last frame, not whole
   * @param {number} shown_s
   */
  #note(expected, shown_s) {
    const index = Math.round((shown_s - this.#first_s) / this.#step_s);
    const apart_s = Math.abs(this.#first_s + index * this.#step_s - shown_s);
    // What rounding has done to the step so far counts as often as the step does.
    const allowed_s = Math.min(SLACK * this.#step_s, ROUNDED_S * (1 + index / this.#farthest));
    // A player may pass over a frame; that a later one came says nothing against the rate, an earlier one does.
    const isThere = index >= Math.round(expected) && apart_s < allowed_s;
    this.#isEven &&= isThere;
    if (!isThere || index <= this.#farthest) return;
    this.#farthest = index;
    this.#step_s = (shown_s - this.#first_s) / index;
  }
}

/**
 * The step of a well-known rate, when the first and the last frame could stand where they do at it.
 * @param {number} step_s
 * @param {number} steps from the first frame to the last
 */
function snapStep(step_s, steps) {
  const meant_s = 1 / nearestRate(1 / step_s);
  const apart_s = Math.abs(meant_s - step_s) * steps;
  return apart_s < Math.min(ROUNDED_S, SLACK * step_s) ? meant_s : step_s;
}

/** @param {number} rate_hz */
function nearestRate(rate_hz) {
  /** @type {(rate: number) => number} */
  const distance = (rate) => Math.abs(rate - rate_hz);
  return [...WHOLE_RATES, ...BROADCAST_RATES].reduce((best, rate) => (distance(rate) < distance(best) ? rate : best));
}
