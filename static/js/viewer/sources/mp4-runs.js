/**
 * Decides what a video decoder does next. A decoder goes forward from a keyframe; hands go anywhere. What is asked
 * for comes first, then the pictures around the hand, so that the next step finds its picture made.
 */

import { NO_FRAME } from "./mp4-index.js";

/** @typedef {import("./mp4-index.js").FrameIndex} FrameIndex */

/**
 * Nothing to do; a packet to decode, perhaps after starting anew there; or the end: let out what the decoder holds back.
 * @typedef {{kind: "rest"} | {kind: "feed", position: number, isStart: boolean} | {kind: "end"}} Step
 */

/**
 * Where the decoder is.
 * @typedef {object} Place
 * @property {number} start the decode position it began at
 * @property {number} next the decode position after the last it was given
 * @property {number} out_us the stamp of the last picture that came out
 * @property {boolean} isEnding
 * @property {Set<number>} owed frames that must come out: what it began for, and what was asked for then of the same group
 */

/** Steps longer than this are jumps, not travel: what lies between is not worth decoding. */
const LONGEST_STEP = 64;
/** Packets a run gets for its first picture before a moving hand may interrupt it; decoders hold a few back. */
const YOUNG_PACKETS = 12;
/** After a jump a decoder passes many frames before the one wanted: so many of the last of them get a picture at once. */
const BEFORE_A_JUMP = 4;
/** A frame that came out of two runs without a picture has none. */
const CHANCES = 2;

export class Runs {
  #index;
  #window;
  #end;
  #aim = 0;
  #direction = 0;
  #stride = 1;
  #isFar = false;
  #isMoving = false;
  /** Whether the hand has jumped to where it is, and has not seen that frame yet. */
  #isLanding = false;
  #isPaused = false;
  /** @type {Set<number>} */
  #asked = new Set();
  /** Frames the viewer is believed to hold. @type {Set<number>} */
  #held = new Set();
  /** How often a frame came out without its picture. @type {Map<number, number>} */
  #misses = new Map();
  /** @type {Place | null} */
  #place = null;

  /**
   * @param {FrameIndex} index
   * @param {number} window pictures worth having around the hand
   */
  constructor(index, window) {
    this.#index = index;
    this.#window = window;
    this.#end = index.packetCount;
  }

  /**
   * Hears how the hand moves.
   * @param {{index: number, step: number}} wish
   * @param {boolean} isMoving whether the hand was in motion before: one long step alone is a jump
   */
  aim({ index, step }, isMoving) {
    const length = Math.abs(step);
    const isFar = length > LONGEST_STEP;
    this.#aim = index;
    this.#isMoving = isMoving;
    this.#isFar = isMoving && isFar;
    this.#stride = isMoving && !isFar && length > 1 ? 2 ** Math.floor(Math.log2(length)) : 1;
    if (step !== 0) this.#direction = isFar ? 0 : Math.sign(step);
    this.#isLanding = !isMoving && length > 1 && !this.#held.has(index);
    this.#isPaused = false;
  }

  /** The hand has come to rest: now every frame counts. */
  settle() {
    this.#stride = 1;
    this.#isFar = false;
    this.#isMoving = false;
  }

  /**
   * @param {number} frame
   * @returns {boolean} false when the file ends before it
   */
  ask(frame) {
    if (this.#index.positionOf(frame) >= this.#end) return false;
    this.#held.delete(frame);
    this.#misses.delete(frame);
    this.#asked.add(frame);
    return true;
  }

  /** @param {number} frame no longer asked for */
  withdraw(frame) {
    this.#asked.delete(frame);
  }

  /** What the decoder should do now. @returns {Step} */
  next() {
    if (this.#isYoung()) return this.#onward(/** @type {Place} */ (this.#place));
    const target = this.#target();
    if (target === null) return { kind: "rest" };
    if (this.#place && this.#isComing(target)) return this.#onward(this.#place);
    return { kind: "feed", position: this.#index.keyFor(target), isStart: true };
  }

  /** The frames that are worth a picture when they come out. */
  welcome() {
    const { low, high } = this.#span();
    const frames = new Set(this.#asked);
    // A hand in motion does not turn to what it has passed: the decoder that is behind it should catch up.
    const first = this.#isLanding ? this.#aim - BEFORE_A_JUMP : this.#isMoving && this.#direction > 0 ? this.#aim : low;
    const last = this.#isMoving && this.#direction < 0 ? this.#aim : high;
    for (let frame = this.#onGrid(Math.max(low, first)); frame <= last; frame += this.#stride) if (!this.#held.has(frame)) frames.add(frame);
    return frames;
  }

  /**
   * While the hand moves: the frames on the decoder's way, of which any is worth a picture as often as the screen is
   * painted. The hand may outrun the decoder, and sees at least where the decoder is. Null while it rests.
   * @returns {{from: number, to: number} | null}
   */
  flight() {
    if (!this.#place || !this.#isMoving) return null;
    const start = this.#index.frameAt(this.#place.start);
    return { from: start === NO_FRAME ? 0 : Math.min(start, this.#aim), to: this.#span().high };
  }

  /** @param {number} position given to the decoder, which began anew there */
  started(position) {
    const target = this.#target();
    const owed = new Set([...this.#asked].filter((frame) => this.#index.keyFor(frame) === position));
    if (target !== null) owed.add(target);
    this.#place = { start: position, next: position + 1, out_us: -Infinity, isEnding: false, owed };
  }

  /** The next packet was given to the decoder. */
  fed() {
    if (this.#place) this.#place.next += 1;
  }

  /** The decoder was told that nothing follows. */
  ending() {
    if (this.#place) this.#place.isEnding = true;
  }

  /**
   * A picture came out; whether it was kept is another matter.
   * @param {number} position
   * @returns {number[]} frames that cannot be had
   */
  out(position) {
    if (!this.#place) return [];
    this.#place.out_us = Math.max(this.#place.out_us, this.#index.stampOf(position));
    return this.#overdue(this.#place.out_us);
  }

  /**
   * The decoder let out all it had, and needs a keyframe next.
   * @returns {number[]} frames that cannot be had
   */
  ended() {
    const lost = this.#overdue(Infinity);
    this.#place = null;
    return lost;
  }

  /**
   * The decoder broke, or a packet could not be had.
   * @returns {number[]} frames that cannot be had
   */
  broke() {
    this.#isPaused = true;
    return this.ended();
  }

  /**
   * The file ends before a packet: what was given comes out, the rest cannot be had.
   * @param {number} position
   * @returns {number[]} frames that cannot be had
   */
  cutOff(position) {
    this.#end = Math.min(this.#end, position);
    if (this.#place && this.#place.start >= this.#end) this.#place = null;
    return this.#giveUp([...this.#asked].filter((frame) => this.#index.positionOf(frame) >= this.#end));
  }

  /**
   * The asked frames that cannot be decoded without a packet; they are asked for no longer.
   * @param {number} position
   */
  without(position) {
    const needs = (/** @type {number} */ frame) => this.#index.keyFor(frame) <= position && position <= this.#index.positionOf(frame);
    const target = this.#target();
    this.#place = null;
    this.#isPaused = true;
    return this.#giveUp([...this.#asked].filter((frame) => needs(frame) || frame === target));
  }

  /** @param {number} frame whose picture went to the viewer */
  delivered(frame) {
    if (frame === this.#aim) this.#isLanding = false;
    this.#asked.delete(frame);
    this.#place?.owed.delete(frame);
    this.#held.add(frame);
    // The viewer holds three windows and lets the farthest go; we believe in a little less.
    if (this.#held.size > 2.5 * this.#window) this.#held.delete(this.#farthestHeld());
  }

  get #isFlying() {
    return this.#isFar || this.#stride > 1;
  }

  /** A run that owes its first picture to a hand in motion. */
  #isYoung() {
    if (!this.#place || !this.#isFlying) return false;
    const { start, next, out_us, isEnding } = this.#place;
    return out_us === -Infinity && next - start < YOUNG_PACKETS && next < this.#end && !isEnding;
  }

  /**
   * @param {Place} place
   * @returns {Step}
   */
  #onward(place) {
    if (place.next < this.#end) return { kind: "feed", position: place.next, isStart: false };
    return place.isEnding ? { kind: "rest" } : { kind: "end" };
  }

  /** The frame to work for; null when there is none. */
  #target() {
    const nearest = this.#nearestAsked();
    const canWait = nearest !== null && this.#stride > 1 && !this.#isComing(nearest) && this.#hasNeighbor(nearest);
    if (nearest !== null && !canWait) return nearest;
    return this.#isPaused || this.#isFar ? null : this.#ahead();
  }

  #nearestAsked() {
    if (this.#asked.has(this.#aim)) return this.#aim;
    let nearest = null;
    for (const frame of this.#asked) if (nearest === null || this.#distance(frame) < this.#distance(nearest)) nearest = frame;
    return nearest;
  }

  /**
   * Whether a picture close enough for a hand in motion is held.
   * @param {number} frame
   */
  #hasNeighbor(frame) {
    for (let near = frame - this.#stride; near <= frame + this.#stride; near += 1) if (this.#held.has(near)) return true;
    return false;
  }

  /** The next frame to have made before the hand gets there; null when enough is. */
  #ahead() {
    const { low, high } = this.#span();
    const isForward = this.#direction >= 0;
    const first = this.#prefetch(isForward ? high : low);
    return first ?? (this.#stride === 1 ? this.#prefetch(isForward ? low : high) : null);
  }

  /**
   * The first frame missing on the way from the hand to `limit`, when it is worth a run: always if the decoder is on
   * its way there, else when the hand has used up half of what was made, or when the run is whole.
   * @param {number} limit
   */
  #prefetch(limit) {
    const way = limit < this.#aim ? -this.#stride : this.#stride;
    let frame = this.#onGrid(this.#aim);
    while (way > 0 ? frame <= limit : frame >= limit) {
      const isHeld = this.#held.has(frame) || this.#isHopeless(frame);
      if (!isHeld && this.#isReachable(frame)) {
        if (this.#isComing(frame)) return frame;
        const isNear = this.#distance(frame) * 2 <= Math.abs(limit - this.#aim);
        const isWhole = way < 0 && this.#index.positionOf(frame) - this.#index.keyFor(frame) <= frame - limit;
        return isNear || isWhole ? frame : null;
      }
      frame += way;
    }
    return null;
  }

  /**
   * Whether a frame comes out if the decoder just goes on, and no keyframe nearer to it could be begun at.
   * @param {number} frame
   */
  #isComing(frame) {
    if (!this.#place) return false;
    const { start, next, out_us } = this.#place;
    const [position, key] = [this.#index.positionOf(frame), this.#index.keyFor(frame)];
    return key >= start && key <= next && position >= start && this.#index.stampOf(position) > out_us;
  }

  /** @param {number} frame */
  #isReachable(frame) {
    return frame >= 0 && frame < this.#index.count && this.#index.positionOf(frame) < this.#end;
  }

  /** @param {number} frame */
  #isHopeless(frame) {
    return (this.#misses.get(frame) ?? 0) >= CHANCES;
  }

  /** The frames around the hand that are worth having: two thirds of them where it is going. */
  #span() {
    const most = this.#direction === 0 ? this.#window / 2 : (this.#window * 2) / 3;
    const [main, rest] = [Math.floor(most) * this.#stride, Math.floor(this.#window - most) * this.#stride];
    const [before, after] = this.#direction < 0 ? [main, rest] : [rest, main];
    return { low: Math.max(0, this.#aim - before), high: Math.min(this.#index.count - 1, this.#aim + after) };
  }

  /** @param {number} frame */
  #onGrid(frame) {
    return Math.ceil(frame / this.#stride) * this.#stride;
  }

  /** @param {number} frame */
  #distance(frame) {
    return Math.abs(frame - this.#aim);
  }

  #farthestHeld() {
    let farthest = this.#aim;
    for (const frame of this.#held) if (this.#distance(frame) > this.#distance(farthest)) farthest = frame;
    return farthest;
  }

  /**
   * Counts what should have come out by now and did not.
   * @param {number} limit_us
   */
  #overdue(limit_us) {
    const lost = [];
    for (const frame of this.#place?.owed ?? []) {
      if (this.#index.stampOf(this.#index.positionOf(frame)) > limit_us) continue;
      this.#place?.owed.delete(frame);
      this.#misses.set(frame, (this.#misses.get(frame) ?? 0) + 1);
      if (this.#asked.has(frame) && this.#isHopeless(frame)) lost.push(frame);
    }
    return this.#giveUp(lost);
  }

  /** @param {number[]} frames */
  #giveUp(frames) {
    for (const frame of frames) this.#asked.delete(frame);
    return frames;
  }
}
