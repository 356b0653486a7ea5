/** What a person types to go somewhere in a scene: a frame, a step, a time, a share of the whole. */

/** @typedef {import("./timeline.js").Timeline} Timeline */

/** Shown when what was typed is none of them. */
export const ACCEPTED = "Type a frame (120), a step (+30, -30), a time (1:04.2 or 4.2s) or a share (50%).";

const FRAME = /^\d+$/;
const STEP = /^[+-]\d+$/;
const SHARE = /^\d+(?:\.\d+)?%$/;
const CLOCK = /^([+-])?(?:(\d+):)?(\d+):(\d+(?:\.\d*)?)$/;
const SECONDS = /^([+-])?(\d+(?:\.\d*)?|\.\d+)s$/;

/**
 * The frame that a text means: the nearest there is, where it lies beyond the ends.
 * @param {string} text
 * @param {{timeline: Timeline, current: number}} place `current` is where steps are taken from
 * @returns {number | string} the index from 0, or a sentence of what is accepted
 */
export function placeEntry(text, { timeline, current }) {
  const typed = plain(text);
  if (FRAME.test(typed)) return timeline.clamp(Number(typed));
  if (STEP.test(typed)) return timeline.clamp(current + Number(typed));
  if (SHARE.test(typed)) return timeline.clamp(Math.round((parseFloat(typed) / 100) * (timeline.count - 1)));
  const time = timeOf(typed);
  if (!time) return ACCEPTED;
  return timeline.indexAt(time.isStep ? timeline.start_s(current) + time.seconds : time.seconds);
}

/**
 * Without spaces of any width, with the signs and marks of a keyboard.
 * @param {string} text
 */
function plain(text) {
  return text.replace(/\s/g, "").replace(/[−–]/g, "-").replace(/,/g, ".").toLowerCase();
}

/**
 * @param {string} typed "1:02:03.5", "02:03", "4.2s", and each of them with a sign
 * @returns {{seconds: number, isStep: boolean} | null}
 */
function timeOf(typed) {
  const clock = CLOCK.exec(typed);
  if (clock) {
    const [, sign, hours = "0", minutes, seconds] = clock;
    return signed(sign, Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds));
  }
  const [, sign, seconds] = SECONDS.exec(typed) ?? [];
  return seconds === undefined ? null : signed(sign, Number(seconds));
}

/**
 * @param {string | undefined} sign
 * @param {number} seconds
 */
function signed(sign, seconds) {
  return { seconds: sign === "-" ? -seconds : seconds, isStep: sign !== undefined };
}
