/** Which frames are worth having now, besides the wanted one. */

/** Frames kept ready on the other side of a slow hand. */
const BEHIND = 4;
/** Frames fetched on each side of a frame that was jumped to, once it is on screen. */
const BESIDE = 4;
/** Strides fetched ahead of a fast hand: more would come after it has changed its pace. */
const STRIDES = 3;

/**
 * @typedef {object} Situation
 * @property {number} wanted
 * @property {number} count frames in the scene
 * @property {number} most how many frames may be fetched besides the wanted one
 * @property {import("./hand-motion.js").Pace} pace
 * @property {number} direction 1, -1, or 0 for none
 * @property {number} stride frames, never negative
 * @property {number} speed_hz of the hand, frames a second, never negative
 * @property {number} load_s how long a load takes; 0 while unknown
 * @property {number} rate_hz how many loads end in a second; Infinity while unknown
 * @property {boolean} isPainted whether the wanted frame is on screen
 * @property {boolean} isLooking whether it was wanted long enough ago to be looked at
 */

/**
 * The frames to fetch besides the wanted one, the most urgent first.
 * A hand that is slower than the loads gets every frame ahead of it. One that is faster gets as many as can come in
 * time: those that it reaches before they could have come are left out, and of the rest every n-th is taken.
 * @param {Situation} situation
 * @returns {number[]}
 */
export function planAhead(situation) {
  const { wanted, count, most, pace, isPainted, isLooking } = situation;
  if (most <= 0) return [];
  const found = new Set();
  if (pace === "slow" || pace === "fast") for (const step of stepsAhead(situation)) found.add(wanted + step);
  // Another place is fetched around only when nothing is missing there: the next wish may be far away again.
  if (isPainted && isLooking && pace !== "slow") for (const step of stepsBeside()) found.add(wanted + step);
  return [...found].filter((index) => index >= 0 && index < count).slice(0, most);
}

/**
 * Whether the hand will have left the wanted frame before it could come: then only what is ahead is worth loading.
 * A slow hand for which the frames are there when it comes is not outrunning them, whatever the loads take.
 * @param {Situation} situation
 */
export function isOutrun(situation) {
  const { pace, speed_hz, load_s, rate_hz, isPainted } = situation;
  if (pace !== "fast" && (isPainted || speed_hz <= rate_hz)) return false;
  return speed_hz * load_s > spacing(situation);
}

/** @param {Situation} situation */
function stepsAhead(situation) {
  const { most, pace, direction, speed_hz, load_s } = situation;
  const mayPass = isOutrun(situation);
  const every = mayPass || pace === "fast" ? spacing(situation) : 1;
  const passed = mayPass ? Math.floor((speed_hz * load_s) / every) : 0;
  const ahead = pace === "fast" ? STRIDES : Math.max(1, most - BEHIND);
  const steps = Array.from({ length: ahead }, (_, place) => direction * every * (passed + place + 1));
  if (pace === "slow") for (let step = 1; step <= BEHIND; step += 1) steps.push(-direction * step);
  return steps;
}

/**
 * How far apart the frames to fetch are: a multiple of the hand's own step, of which the loads can bring as many as it passes.
 * @param {Situation} situation
 */
function spacing({ pace, stride, speed_hz, rate_hz }) {
  const step = pace === "fast" ? stride : 1;
  return step * Math.max(1, Math.round(speed_hz / rate_hz / step));
}

/** The nearest first, and of two equally near the later one. */
function stepsBeside() {
  return Array.from({ length: 2 * BESIDE }, (_, place) => ((place >> 1) + 1) * (place % 2 === 0 ? 1 : -1));
}
