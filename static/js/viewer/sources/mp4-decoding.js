/** Keeps the decoder of one video at work: asks Runs what to do, reads the packet, hands it to the worker. */

import { trustedScript } from "../../lib/trusted-script.js";
import { HostDown } from "../../hosts/host-outages.js";
import { LoadTimedOut } from "../../media/loading.js";
import { CannotShow } from "../frame-source.js";
import { Runs } from "./mp4-runs.js";

/** @typedef {import("./mp4-track.js").VideoTrack} VideoTrack */
/** @typedef {import("./decode-worker.js").ToWorker} ToWorker */
/** @typedef {import("./decode-worker.js").FromWorker} FromWorker */

/** Packets on their way to the decoder: more would have to be decoded before it turns round. */
const UNDERWAY = 6;
/** A hand that is silent for this long has come to rest. */
const REST_MS = 150;

export class Decoding {
  #track;
  #runs;
  #deliver;
  #fail;
  #worker;
  #run = 0;
  #underway = 0;
  #isDisposed = false;
  /** Keyframes whose bytes say that they are. @type {Set<number>} */
  #trueKeys = new Set();
  /** The timer that runs while the hand moves; 0 when it rests. */
  #rest = 0;
  #wake = () => {};

  /**
   * @param {VideoTrack} track
   * @param {number} window pictures worth having around the hand
   * @param {{deliver: (frame: number, picture: ImageBitmap) => void, fail: (frame: number, reason: unknown) => void}} outcomes
   */
  constructor(track, window, { deliver, fail }) {
    this.#track = track;
    this.#runs = new Runs(track.index, window);
    this.#deliver = deliver;
    this.#fail = fail;
    const script = trustedScript(new URL("./decode-worker.js", import.meta.url));
    this.#worker = new Worker(/** @type {string} */ (script), { type: "module" });
    this.#worker.addEventListener("message", ({ data }) => this.#hear(data));
    this.#worker.addEventListener("error", () => this.#giveUp(this.#runs.without(0), WORKER_FAILED));
    this.#tell({ says: "begin", config: track.config, shape: track.shape });
    void this.#work();
  }

  /** @param {number} frame */
  ask(frame) {
    if (this.#runs.ask(frame)) this.#turn();
    else this.#fail(frame, new CannotShow(CUT_OFF));
  }

  /** @param {number} frame no longer asked for */
  withdraw(frame) {
    this.#runs.withdraw(frame);
  }

  /** @param {import("../frame-source.js").Wish} wish */
  aim(wish) {
    this.#runs.aim(wish, this.#rest !== 0);
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.#settle(), REST_MS);
    this.#turn();
  }

  #settle() {
    this.#rest = 0;
    this.#runs.settle();
    this.#turn();
  }

  dispose() {
    this.#isDisposed = true;
    clearTimeout(this.#rest);
    this.#worker.terminate();
    this.#wake();
  }

  /** Something changed: the worker hears what is welcome, and the work goes on. */
  #turn() {
    if (this.#isDisposed) return;
    this.#welcome();
    this.#wake();
  }

  #welcome() {
    this.#tell({ says: "welcome", frames: Uint32Array.from(this.#runs.welcome()), flight: this.#runs.flight() });
  }

  async #work() {
    while (!this.#isDisposed) {
      const step = this.#underway < UNDERWAY ? this.#runs.next() : REST;
      if (step.kind === "rest") await new Promise((resolve) => (this.#wake = () => resolve(undefined)));
      else if (step.kind === "end") this.#end();
      else await this.#feed(step.position, step.isStart);
    }
  }

  #end() {
    this.#runs.ending();
    this.#tell({ says: "end", run: this.#run });
  }

  /**
   * @param {number} position
   * @param {boolean} isStart
   */
  async #feed(position, isStart) {
    const data = await this.#read(position, isStart);
    if (!data || this.#isDisposed) return;
    // The hand may have moved while the bytes came.
    const now = this.#runs.next();
    if (now.kind !== "feed" || now.position !== position || now.isStart !== isStart) return;
    const { index } = this.#track;
    if (isStart) {
      this.#runs.started(position);
      this.#run += 1;
      this.#underway = 0;
      this.#tell({ says: "run", run: this.#run, from_us: index.stampOf(position) });
      this.#welcome();
    } else this.#runs.fed();
    this.#underway += 1;
    // A copy, because what is handed over is gone here.
    const packet = { position, stamp_us: index.stampOf(position), frame: index.frameAt(position), isKey: isStart || index.isKey(position), data: data.slice() };
    this.#tell({ says: "packet", run: this.#run, ...packet }, [packet.data.buffer]);
  }

  /**
   * The bytes of a packet; null when there is something else to do instead.
   * @param {number} position
   * @param {boolean} isStart
   */
  async #read(position, isStart) {
    try {
      if (isStart && !(await this.#isTrueKey(position))) return null;
      const data = await this.#track.read(position);
      if (!data) this.#giveUp(this.#runs.cutOff(position), CUT_OFF);
      return data;
    } catch (reason) {
      if (this.#isDisposed) return null;
      const lost = this.#runs.without(position);
      const why = reason instanceof LoadTimedOut || reason instanceof HostDown ? reason : new CannotShow(NOT_SENT);
      for (const frame of lost) this.#fail(frame, why);
      return null;
    }
  }

  /** @param {number} position */
  async #isTrueKey(position) {
    if (this.#trueKeys.has(position)) return true;
    const isTrue = (await this.#track.isTrueKey(position)) || !this.#track.index.refuseKey(position);
    if (isTrue) this.#trueKeys.add(position);
    return isTrue;
  }

  /** @param {FromWorker} message */
  #hear(message) {
    if (this.#isDisposed) return;
    if (message.says === "out" && message.picture) {
      this.#runs.delivered(message.frame);
      this.#deliver(message.frame, message.picture);
    }
    if (message.run !== this.#run) return;
    if (message.says === "taken") this.#underway -= 1;
    else if (message.says === "out") this.#giveUp(this.#runs.out(message.position), NO_PICTURE);
    else if (message.says === "ended") this.#giveUp(this.#runs.ended(), NO_PICTURE);
    else this.#broke();
    this.#wake();
  }

  #broke() {
    this.#underway = 0;
    this.#giveUp(this.#runs.broke(), NO_PICTURE);
  }

  /**
   * @param {number[]} frames
   * @param {string} sentence
   */
  #giveUp(frames, sentence) {
    for (const frame of frames) this.#fail(frame, new CannotShow(sentence));
  }

  /**
   * @param {ToWorker} message
   * @param {Transferable[]} [given]
   */
  #tell(message, given = []) {
    this.#worker.postMessage(message, given);
  }
}

/** @type {import("./mp4-runs.js").Step} */
const REST = { kind: "rest" };
const CUT_OFF = "The video file ends before this frame: it is cut off.";
const NOT_SENT = "The video's host did not send the part of the file that holds this frame.";
const NO_PICTURE = "The browser's decoder made no picture of this frame: the file may be damaged here.";
const WORKER_FAILED = "The video decoder of this page could not be started.";
