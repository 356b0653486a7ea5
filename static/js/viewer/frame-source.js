/** What the viewer knows of where its pictures come from: one shape for frames, for an mp4 and for the browser's own player. */

/** @typedef {import("./timeline.js").Timeline} Timeline */

/** Which of the three: the frames' own addresses, an mp4 decoded here, or the browser's own video element. */
/** @typedef {"frames" | "mp4" | "video"} SourceKind */

/**
 * A place where the frames of a scene come from. Whoever opens it disposes of it.
 * @typedef {object} FrameSource
 * @property {SourceKind} kind
 * @property {string} says one phrase for the status line: what is shown, and how surely it is the frame that the number says
 * @property {Timeline} timeline
 * @property {number} parallel how many loads it does at once; further ones wait in it
 * @property {number} ahead frames worth asking for ahead of a slow hand
 * @property {(index: number, signal: AbortSignal) => Promise<ImageBitmap>} load the picture of exactly this frame, closed by
 *   whoever takes it; rejects with the signal's reason, with LoadTimedOut, ImageFailed or CannotShow
 * @property {((wish: Wish) => void) | undefined} [aim] hears what is wanted now and how the hand moves, before it is asked to load
 * @property {((index: number, picture: ImageBitmap) => void) | null} onSpare set by the taker of frames that came along unasked,
 *   who keeps or closes them; null: the source closes them itself
 * @property {((from: number, speed: number, present: Present, ended: () => void) => () => void) | undefined} [play] plays by itself
 *   from a frame at a speed (1 is the scene's own), and returns what stops it; absent where the viewer's clock asks frame by frame
 * @property {() => void} dispose stops everything and gives the memory back
 */

/**
 * What is wanted, and how the hand moves.
 * @typedef {object} Wish
 * @property {number} index the frame wanted now
 * @property {number} step how far it is from the frame wanted before; negative towards the start, 0 at first
 */

/**
 * Puts a picture on screen at once, while it lasts: a video element shows the next one soon.
 * @typedef {(index: number, picture: HTMLVideoElement) => void} Present
 */

/** A source cannot show this scene, or this frame; another one may. */
export class CannotShow extends Error {
  /**
   * @param {string} reason a sentence for the person; it names a host at most, never an address
   * @param {import("../media/verdicts.js").FailureKind | null} [kind] the doctor's word for it, where there is one
   */
  constructor(reason, kind = null) {
    super(reason);
    this.name = "CannotShow";
    this.reason = reason;
    this.kind = kind;
  }
}

/** The page may not read the host's files, or cannot reach it: it cannot tell which. Another source may fare better. */
export class HostClosed extends CannotShow {
  /** @param {string} reason as of CannotShow */
  constructor(reason) {
    super(reason);
    this.name = "HostClosed";
  }
}
