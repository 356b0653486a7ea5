/**
 * A worker that makes pictures of encoded frames. It fetches nothing and may fetch nothing: the page hands it packets
 * and is handed pictures. What it is told comes in order; a new run forgets what was left of the one before.
 */

/**
 * What the page says.
 * @typedef {{says: "begin", config: VideoDecoderConfig, shape: import("./mp4-track.js").Shape}} Begin
 * @typedef {{says: "run", run: number, from_us: number}} Run pictures stamped before `from_us` lean on what was not decoded
 * @typedef {{says: "packet", run: number, position: number, stamp_us: number, frame: number, isKey: boolean, data: Uint8Array<ArrayBuffer>}} Packet
 * @typedef {{says: "end", run: number}} End
 * @typedef {{says: "welcome", frames: Uint32Array, flight: {from: number, to: number} | null}} Welcome the frames worth a
 *   picture; and those of which any is, now and then
 */
/** @typedef {Begin | Run | Packet | End | Welcome} ToWorker */

/**
 * What the page hears.
 * @typedef {{says: "taken", run: number}} Taken the decoder took a packet
 * @typedef {{says: "out", run: number, position: number, frame: number, picture: ImageBitmap | null}} Out
 * @typedef {{says: "ended", run: number}} Ended
 * @typedef {{says: "broke", run: number}} Broke
 */
/** @typedef {Taken | Out | Ended | Broke} FromWorker */

/** Packets in the decoder at once: enough to keep it busy, few enough to turn round quickly. */
const DECODING = 3;
/** Pictures being made at once: a decoder has few frames to lend. */
const PAINTING = 3;
/** A hand in motion sees a new picture about this often. */
const REFRESH_MS = 20;

class Decoder {
  #config;
  #shape;
  /** @type {VideoDecoder | null} */
  #decoder = null;
  #run = 0;
  #from_us = -Infinity;
  /** @type {(Packet | End)[]} */
  #waiting = [];
  /** The packets that are in the decoder, by stamp. @type {Map<number, Packet>} */
  #inside = new Map();
  #welcome = new Set();
  /** @type {Welcome["flight"]} */
  #flight = null;
  #painted_ms = 0;
  #painting = 0;
  /** Reports leave in the order in which frames came out. */
  #reports = Promise.resolve();

  /** @param {Begin} begin */
  constructor({ config, shape }) {
    this.#config = config;
    this.#shape = shape;
  }

  /** @param {Run} order */
  start({ run, from_us }) {
    this.#run = run;
    this.#from_us = from_us;
    this.#waiting.length = 0;
    this.#inside.clear();
    if (this.#decoder?.state === "configured") this.#decoder.reset();
    else this.#decoder = this.#makeDecoder();
    this.#decoder.configure(this.#config);
  }

  /** @param {Packet | End} order */
  take(order) {
    if (order.run !== this.#run) return;
    this.#waiting.push(order);
    this.#pump();
  }

  /** @param {Welcome} order */
  greet({ frames, flight }) {
    this.#welcome = new Set(frames);
    this.#flight = flight;
  }

  #makeDecoder() {
    const decoder = new VideoDecoder({
      output: (frame) => this.#receive(frame),
      error: () => this.#break(),
    });
    decoder.addEventListener("dequeue", () => this.#pump());
    return decoder;
  }

  #pump() {
    const decoder = this.#decoder;
    while (decoder?.state === "configured" && decoder.decodeQueueSize < DECODING && this.#painting < PAINTING) {
      const order = this.#waiting.shift();
      if (!order) return;
      if (order.says === "end") void this.#finish(decoder, order.run);
      else this.#decode(decoder, order);
    }
  }

  /**
   * @param {VideoDecoder} decoder
   * @param {Packet} packet
   */
  #decode(decoder, packet) {
    const { run, stamp_us, isKey, data } = packet;
    this.#inside.set(stamp_us, packet);
    try {
      decoder.decode(new EncodedVideoChunk({ type: isKey ? "key" : "delta", timestamp: stamp_us, data }));
      say({ says: "taken", run });
    } catch {
      this.#break();
    }
  }

  /**
   * @param {VideoDecoder} decoder
   * @param {number} run
   */
  async #finish(decoder, run) {
    try {
      await decoder.flush();
    } catch {
      // A new run or a failure came first; whichever it was has been told.
      return;
    }
    this.#report(async () => say({ says: "ended", run }));
  }

  #break() {
    const run = this.#run;
    this.#waiting.length = 0;
    this.#inside.clear();
    if (this.#decoder && this.#decoder.state !== "closed") this.#decoder.close();
    this.#decoder = null;
    this.#report(async () => say({ says: "broke", run }));
  }

  /** @param {VideoFrame} frame */
  #receive(frame) {
    const packet = this.#inside.get(frame.timestamp);
    this.#inside.delete(frame.timestamp);
    if (!packet || frame.timestamp < this.#from_us) return frame.close();
    const { run, position, frame: number } = packet;
    if (!this.#welcome.delete(number) && !this.#isDue(number)) {
      frame.close();
      return this.#report(async () => say({ says: "out", run, position, frame: number, picture: null }));
    }
    this.#painting += 1;
    this.#painted_ms = performance.now();
    const painted = paint(frame, this.#shape).finally(() => {
      frame.close();
      this.#painting -= 1;
      this.#pump();
    });
    painted.catch(() => {});
    this.#report(async () => {
      const picture = await painted;
      say({ says: "out", run, position, frame: number, picture }, [picture]);
    });
  }

  /**
   * Whether a hand in motion should see something by now.
   * @param {number} frame
   */
  #isDue(frame) {
    const isOnTheWay = this.#flight !== null && frame >= this.#flight.from && frame <= this.#flight.to;
    return isOnTheWay && performance.now() - this.#painted_ms >= REFRESH_MS;
  }

  /** @param {() => Promise<void>} report */
  #report(report) {
    this.#reports = this.#reports.then(report).catch(() => this.#break());
  }
}

/**
 * The upright picture of a decoded frame.
 * @param {VideoFrame} frame
 * @param {import("./mp4-track.js").Shape} shape
 */
async function paint(frame, { width, height, rotation_deg, isFlipped, isPlain }) {
  if (isPlain && frame.displayWidth === width && frame.displayHeight === height) return createImageBitmap(frame);
  const canvas = new OffscreenCanvas(width, height);
  const pen = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.translate(width / 2, height / 2);
  if (isFlipped) pen.scale(-1, 1);
  pen.rotate((rotation_deg * Math.PI) / 180);
  const [across, down] = rotation_deg % 180 === 0 ? [width, height] : [height, width];
  pen.drawImage(frame, -across / 2, -down / 2, across, down);
  return canvas.transferToImageBitmap();
}

/**
 * @param {FromWorker} message
 * @param {Transferable[]} [given]
 */
function say(message, given = []) {
  postMessage(message, { transfer: given });
}

/** @type {Decoder | null} */
let decoder = null;

addEventListener("message", (/** @type {MessageEvent<ToWorker>} */ { data }) => {
  if (data.says === "begin") decoder = new Decoder(data);
  else if (data.says === "run") decoder?.start(data);
  else if (data.says === "welcome") decoder?.greet(data);
  else decoder?.take(data);
});

export {};
