/**
 * The video track of a file: its frames, its codec and its packets, as mediabunny reads them. Holds the description
 * of every packet and the bytes of none.
 */

import { HostDown } from "../../hosts/host-outages.js";
import { LoadTimedOut } from "../../media/loading.js";
import { MEDIA_TIMEOUT_S } from "../../media/verdicts.js";
import { CannotShow } from "../frame-source.js";
import { FrameIndex, isVisible } from "./mp4-index.js";
import { isShown } from "./mp4-hidden.js";

/** @typedef {import("./mp4-file.js").Mediabunny} Mediabunny */
/** @typedef {import("../../../vendor/mediabunny/mediabunny.min.mjs").Source} Source */
/** @typedef {import("../../../vendor/mediabunny/mediabunny.min.mjs").Input} Input */
/** @typedef {import("../../../vendor/mediabunny/mediabunny.min.mjs").InputVideoTrack} InputVideoTrack */
/** @typedef {import("../../../vendor/mediabunny/mediabunny.min.mjs").EncodedPacket} EncodedPacket */
/** @typedef {import("../../../vendor/mediabunny/mediabunny.min.mjs").EncodedPacketSink} EncodedPacketSink */

/**
 * How a decoded frame becomes the picture that is meant.
 * @typedef {object} Shape
 * @property {number} width of the picture, in square pixels, upright
 * @property {number} height
 * @property {number} rotation_deg clockwise
 * @property {boolean} isFlipped left to right, after the rotation
 * @property {boolean} isPlain whether the decoded frame is already that picture
 */

/** @type {Record<string, string>} */
const CODECS = { avc: "H.264", hevc: "HEVC", vp8: "VP8", vp9: "VP9", av1: "AV1", prores: "ProRes" };
/** In webm and mkv these have packets of their own for frames that are never shown; only the packet's bytes tell. */
const HIDING = ["vp8", "vp9"];
/** Packets between two looks at the world: whether to go on, and how far it is. */
const STRETCH = 500;

export class VideoTrack {
  #input;
  #sink;
  #track;
  #packets;

  /**
   * @param {Input} input
   * @param {EncodedPacketSink} sink
   * @param {InputVideoTrack} track
   * @param {EncodedPacket[]} packets
   * @param {{index: FrameIndex, config: VideoDecoderConfig, codec: string, shape: Shape}} facts
   */
  constructor(input, sink, track, packets, { index, config, codec, shape }) {
    this.#input = input;
    this.#sink = sink;
    this.#track = track;
    this.#packets = packets;
    this.index = index;
    this.config = config;
    this.codecName = CODECS[codec] ?? codec;
    this.shape = shape;
  }

  /**
   * Finds the track and walks it.
   * @param {Mediabunny} mediabunny
   * @param {Source} source disposed with the track, or when there is none
   * @param {{signal: AbortSignal, onProgress: (fraction: number) => void}} options
   * @returns {Promise<VideoTrack>} rejects with CannotShow, or with the signal's reason
   */
  static async open(mediabunny, source, { signal, onProgress }) {
    const { MP4, QTFF, MATROSKA, WEBM } = mediabunny;
    const input = new mediabunny.Input({ source, formats: [MP4, QTFF, MATROSKA, WEBM] });
    const stop = () => input.dispose();
    signal.addEventListener("abort", stop);
    try {
      const track = await findTrack(input);
      const { config, codec } = await decodable(track);
      const sink = new mediabunny.EncodedPacketSink(track);
      const mustRead = HIDING.includes(codec) && !((await input.getFormat()) instanceof mediabunny.IsobmffInputFormat);
      const fractionDone = await progressOf(source, onProgress);
      const { packets, facts } = await walk(sink, (data) => isShown(codec, data), { mustRead, signal, fractionDone });
      if (!facts.some(isVisible)) throw new CannotShow("The file's video track holds no frames.");
      const index = new FrameIndex(facts);
      return new VideoTrack(input, sink, track, packets, { index, config, codec, shape: await shapeOf(track) });
    } catch (reason) {
      input.dispose();
      signal.throwIfAborted();
      throw reason instanceof CannotShow || reason instanceof HostDown ? reason : new CannotShow(sentenceFor(reason, mediabunny));
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  /**
   * The bytes of a packet.
   * @param {number} position in decode order
   * @returns {Promise<Uint8Array | null>} null when the file ends before; rejects when the host does not send it
   */
  async read(position) {
    const packet = await this.#fetch(position);
    return packet && packet.data.byteLength > 0 ? packet.data : null;
  }

  /**
   * Whether decoding can begin at a packet that the file calls a keyframe: some files call frames so that lean on others.
   * @param {number} position in decode order
   */
  async isTrueKey(position) {
    const packet = await this.#fetch(position);
    return !packet || (await this.#track.determinePacketType(packet)) !== "delta";
  }

  dispose() {
    this.#input.dispose();
    this.#packets.length = 0;
  }

  /** @param {number} position */
  #fetch(position) {
    const before = this.#packets[position - 1];
    return before ? this.#sink.getNextPacket(before) : this.#sink.getFirstPacket();
  }
}

/** @param {Input} input */
async function findTrack(input) {
  const track = await input.getPrimaryVideoTrack();
  if (!track) throw new CannotShow((await input.getTracks()).length > 0 ? NO_VIDEO : NO_TABLE);
  return track;
}

/**
 * @param {InputVideoTrack} track
 * @returns {Promise<{config: VideoDecoderConfig, codec: string}>}
 */
async function decodable(track) {
  if (typeof VideoDecoder === "undefined") {
    throw new CannotShow("This browser offers no video decoder to this page: it needs https, or http://localhost.");
  }
  const codec = await track.getCodec();
  const config = codec && (await track.getDecoderConfig());
  if (!codec || !config) throw new CannotShow(`This browser has no decoder for this video${await unknownName(track)}.`);
  const says = `This browser has no decoder for ${CODECS[codec] ?? codec} (${config.codec}).`;
  try {
    const { supported } = await VideoDecoder.isConfigSupported(config);
    if (!supported) throw new CannotShow(says);
  } catch (reason) {
    throw reason instanceof CannotShow ? reason : new CannotShow(says);
  }
  return { config, codec };
}

/** @param {InputVideoTrack} track */
async function unknownName(track) {
  const name = await track.getInternalCodecId();
  return typeof name === "string" ? ` (${name})` : "";
}

/**
 * The description of every packet, in decode order.
 * @param {EncodedPacketSink} sink
 * @param {(data: Uint8Array) => boolean} isShown
 * @param {{mustRead: boolean, signal: AbortSignal, fractionDone: () => void}} options mustRead: only a packet's bytes tell whether it is shown
 * @returns {Promise<{packets: EncodedPacket[], facts: import("./mp4-index.js").PacketFacts[]}>}
 */
async function walk(sink, isShown, { mustRead, signal, fractionDone }) {
  /** @type {EncodedPacket[]} */
  const packets = [];
  /** @type {import("./mp4-index.js").PacketFacts[]} */
  const facts = [];
  const lean = { metadataOnly: true };
  for (let packet = await sink.getFirstPacket(lean), before = null; packet; ) {
    const whole = mustRead ? await (before ? sink.getNextPacket(before) : sink.getFirstPacket()) : null;
    const { timestamp: timestamp_s, duration: duration_s } = packet;
    facts.push({ timestamp_s, duration_s, isKey: packet.type === "key", isShown: !whole || isShown(whole.data) });
    packets.push(packet);
    if (packets.length % STRETCH === 0) {
      fractionDone();
      await new Promise((resolve) => setTimeout(resolve));
      signal.throwIfAborted();
    }
    before = packet;
    packet = await sink.getNextPacket(packet, lean);
  }
  return { packets, facts };
}

/**
 * The reading of the walk as a fraction of the file.
 * @param {Source} source
 * @param {(fraction: number) => void} onProgress
 */
async function progressOf(source, onProgress) {
  const size_bytes = await source.getSizeOrNull();
  let farthest_bytes = 0;
  source.on("read", ({ end }) => (farthest_bytes = Math.max(farthest_bytes, end)));
  return () => {
    if (size_bytes) onProgress(Math.min(1, farthest_bytes / size_bytes));
  };
}

/**
 * @param {InputVideoTrack} track
 * @returns {Promise<Shape>}
 */
async function shapeOf(track) {
  const [width, height] = [await track.getDisplayWidth(), await track.getDisplayHeight()];
  const [rotation_deg, isFlipped] = [await track.getRotation(), await track.getFlip()];
  const isStored = width === (await track.getCodedWidth()) && height === (await track.getCodedHeight());
  return { width, height, rotation_deg, isFlipped, isPlain: isStored && rotation_deg === 0 && !isFlipped };
}

/**
 * @param {unknown} reason
 * @param {Mediabunny} mediabunny
 */
function sentenceFor(reason, mediabunny) {
  if (reason instanceof mediabunny.UnsupportedInputFormatError) return "The file is no mp4, mov, webm or mkv, or its beginning is missing.";
  if (reason instanceof LoadTimedOut) return `The video's host did not answer within ${MEDIA_TIMEOUT_S} seconds.`;
  if (reason instanceof TypeError) return "The video's host could not be reached while reading the file.";
  return NO_TABLE;
}

const NO_VIDEO = "The file holds sound and no video.";
const NO_TABLE = "The file's table of frames is missing or broken: the file is cut off, or was never finished.";
