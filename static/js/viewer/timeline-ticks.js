/** Which frames and which times a timeline writes out: as many as there is room for, and never two over one another. */

/** The least distance between two ticks. */
const TICK_PX = 6;
/** The least distance between two words of a scale. */
const GAP_PX = 20;

/**
 * How many frames lie between two ticks, and between two numerals. Every frame has its tick from 6 px on.
 * @param {number} frame_px how wide a frame is
 * @param {number} numeral_px how wide the longest numeral is
 * @returns {{tick: number, numeral: number}} the second is a multiple of the first
 */
export function frameSteps(frame_px, numeral_px) {
  const tick = steps([1, 5], (step) => step * frame_px >= TICK_PX);
  const numeral = steps([1, 2, 5], (step) => step % tick === 0 && step * frame_px >= numeral_px + GAP_PX);
  return { tick, numeral };
}

/**
 * The first of 1, 5, 10, 50, 100 and so on that is wide enough.
 * @param {number[]} within one power of ten
 * @param {(step: number) => boolean} isEnough
 */
function steps(within, isEnough) {
  for (let power = 1; power < 1e12; power *= 10) {
    const found = within.find((step) => isEnough(step * power));
    if (found) return found * power;
  }
  return 1e12;
}

/** In seconds; up to a tenth of a second as a clock counts, then as a clock is read. */
const TIME_STEPS_S = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];

/** @typedef {{position: number, text: string}} TimeTick position in frames: 2.5 is the middle of frame 2 */

/**
 * The times to write along the frames in view.
 * @param {import("./timeline-view.js").TimelineView} view
 * @param {import("./timeline.js").Timeline} timeline
 * @param {(word: string) => number} widthOf how wide a written time is
 * @returns {TimeTick[]} from left to right
 */
export function timeTicks(view, timeline, widthOf) {
  const from_s = timeAt(timeline, view.first);
  const to_s = timeAt(timeline, view.first + view.span);
  const second_px = (view.right_px - view.left_px) / (to_s - from_s);
  const step_s = TIME_STEPS_S.find((step) => step * second_px >= widthOf(clock(to_s, step)) + GAP_PX);
  if (!step_s) return [];
  const word_px = widthOf(clock(to_s, step_s));
  const ticks = [];
  let free_px = -Infinity;
  for (let turn = Math.ceil(from_s / step_s - ROUNDING); turn * step_s <= to_s + ROUNDING; turn += 1) {
    const position = positionOf(timeline, turn * step_s);
    const x_px = view.xOf(position);
    // Where frames last unevenly, even times do not lie evenly.
    if (x_px < free_px) continue;
    free_px = x_px + word_px + GAP_PX / 2;
    ticks.push({ position, text: clock(turn * step_s, step_s) });
  }
  return ticks;
}

/**
 * When a position in frames is reached, in seconds: 2.5 is halfway through frame 2.
 * @param {import("./timeline.js").Timeline} timeline
 * @param {number} position
 */
export function timeAt(timeline, position) {
  const index = Math.max(0, Math.min(timeline.count - 1, Math.floor(position)));
  const start_s = timeline.start_s(index);
  return start_s + (position - index) * (timeline.start_s(index + 1) - start_s);
}

/**
 * Where a time lies, in frames. The inverse of `timeAt`.
 * @param {import("./timeline.js").Timeline} timeline
 * @param {number} time_s
 */
function positionOf(timeline, time_s) {
  const index = timeline.indexAt(time_s);
  const start_s = timeline.start_s(index);
  const length_s = timeline.start_s(index + 1) - start_s;
  return length_s > 0 ? index + (time_s - start_s) / length_s : index;
}

/**
 * Writes a time of the scale, with the decimals its step needs.
 * @param {number} time_s
 * @param {number} step_s
 */
function clock(time_s, step_s) {
  const decimals = step_s >= 1 ? 0 : step_s >= 0.1 ? 1 : 2;
  const unit = 10 ** decimals;
  const total = Math.round(time_s * unit);
  const pad = (/** @type {number} */ number, /** @type {number} */ width) => String(number).padStart(width, "0");
  const whole = Math.floor(total / unit);
  const hours = Math.floor(whole / 3600);
  const minutes = pad(Math.floor(whole / 60) % 60, 2);
  const fraction = decimals > 0 ? `.${pad(total % unit, decimals)}` : "";
  return `${hours ? `${hours}:` : ""}${minutes}:${pad(whole % 60, 2)}${fraction}`;
}

const ROUNDING = 1e-6;
