/**
 * Which packet of a video file holds which frame. Packets lie in decode order, frames are numbered in the order they
 * are shown; the index goes between the two, and knows from which keyframe a frame can be decoded.
 */

import { Timeline } from "../timeline.js";

/**
 * One packet, as the file describes it.
 * @typedef {object} PacketFacts
 * @property {number} timestamp_s when it is shown; before 0 when the edit list hides it
 * @property {number} duration_s
 * @property {boolean} isKey whether the file says that decoding can begin here
 * @property {boolean} isShown false for what a decoder needs and never shows
 */

/** Times are quotients of whole numbers: two that should be equal differ by less than this. */
const ROUNDING_S = 1e-6;

export class FrameIndex {
  #stamps_us;
  /** The decode position of each frame. @type {Uint32Array} */
  #positions;
  /** The frame in each packet, or NO_FRAME. @type {Int32Array} */
  #frames;
  /** Decode positions where decoding can begin, rising. @type {number[]} */
  #keys;

  /** @param {PacketFacts[]} packets in decode order; at least one of them is shown */
  constructor(packets) {
    const shown = inOrderShown(packets).filter((position) => isVisible(/** @type {PacketFacts} */ (packets[position])));
    if (shown.length === 0) throw new RangeError("a video has at least one frame");
    this.#positions = Uint32Array.from(shown);
    this.#frames = new Int32Array(packets.length).fill(NO_FRAME);
    shown.forEach((position, frame) => (this.#frames[position] = frame));
    this.#stamps_us = uniqueStamps(packets);
    this.#keys = packets.flatMap(({ isKey }, position) => (isKey ? [position] : []));
    this.timeline = timelineOf(shown.map((position) => /** @type {PacketFacts} */ (packets[position])));
    this.packetCount = packets.length;
  }

  /** How many frames are shown. */
  get count() {
    return this.#positions.length;
  }

  /**
   * The packet that holds a frame.
   * @param {number} frame
   */
  positionOf(frame) {
    return /** @type {number} */ (this.#positions[frame]);
  }

  /**
   * The frame that a packet holds, or NO_FRAME.
   * @param {number} position
   */
  frameAt(position) {
    return /** @type {number} */ (this.#frames[position]);
  }

  /**
   * The time that goes through the decoder with a packet, in microseconds: different for each, and in the order shown.
   * @param {number} position
   */
  stampOf(position) {
    return /** @type {number} */ (this.#stamps_us[position]);
  }

  /**
   * Where decoding must begin for a frame to come out whole: at the last keyframe that is neither decoded nor shown
   * after it. A frame that follows a keyframe and is shown before it leans on the group before.
   * @param {number} frame
   */
  keyFor(frame) {
    const position = this.positionOf(frame);
    let nth = lastAtMost(this.#keys, position);
    while (nth > 0 && this.stampOf(/** @type {number} */ (this.#keys[nth])) > this.stampOf(position)) nth -= 1;
    return this.#keys[Math.max(0, nth)] ?? 0;
  }

  /**
   * Whether the file says that decoding can begin here.
   * @param {number} position
   */
  isKey(position) {
    return this.#keys[lastAtMost(this.#keys, position)] === position;
  }

  /**
   * Forgets a keyframe that turned out to be none.
   * @param {number} position
   * @returns {boolean} whether another one is left to begin at instead
   */
  refuseKey(position) {
    const nth = this.#keys.indexOf(position);
    if (nth <= 0) return false;
    this.#keys.splice(nth, 1);
    return true;
  }
}

/** What `frameAt` says of a packet that is not shown. */
export const NO_FRAME = -1;

/**
 * Whether a packet counts as a frame. What an edit list hides begins before 0; players and extractors leave out a frame
 * that only ends after it, too.
 * @param {PacketFacts} packet
 */
export function isVisible({ isShown, timestamp_s }) {
  return isShown && timestamp_s >= -ROUNDING_S;
}

/** @param {PacketFacts[]} packets */
function inOrderShown(packets) {
  const time_s = (/** @type {number} */ position) => /** @type {PacketFacts} */ (packets[position]).timestamp_s;
  return packets.map((_, position) => position).sort((one, other) => time_s(one) - time_s(other) || one - other);
}

/**
 * Whole microseconds that rise with the order shown, whatever the file says twice.
 * @param {PacketFacts[]} packets
 */
function uniqueStamps(packets) {
  const stamps_us = new Float64Array(packets.length);
  let last_us = -Infinity;
  for (const position of inOrderShown(packets)) {
    const { timestamp_s } = /** @type {PacketFacts} */ (packets[position]);
    last_us = Math.max(last_us + 1, Math.round(timestamp_s * 1e6));
    stamps_us[position] = last_us;
  }
  return stamps_us;
}

/** @param {PacketFacts[]} shown in the order shown */
function timelineOf(shown) {
  const starts_s = Float64Array.from(shown, ({ timestamp_s }) => timestamp_s);
  const last = /** @type {PacketFacts} */ (shown.at(-1));
  const usual_s = shown.length > 1 ? (last.timestamp_s - /** @type {number} */ (starts_s[0])) / (shown.length - 1) : 1;
  return new Timeline(starts_s, last.timestamp_s + (last.duration_s || usual_s || 1));
}

/**
 * The place of the last number that is not greater; -1 when all are.
 * @param {number[]} rising
 * @param {number} limit
 */
function lastAtMost(rising, limit) {
  let low = -1;
  let high = rising.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (/** @type {number} */ (rising[middle]) <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}
