/**
 * Which part of a picture is on the stage, and how large. Coordinates: the picture's pixels in the picture, CSS pixels
 * from its upper left corner on the stage.
 */

/** @typedef {{width: number, height: number}} Size */
/** @typedef {{x: number, y: number}} Point */

/** CSS pixels a picture pixel, at most. */
const LARGEST_SCALE = 64;

export class Camera {
  /** @type {Size} */
  #stage = { width: 0, height: 0 };
  /** @type {Size} */
  #picture = { width: 0, height: 0 };
  /** Device pixels in a CSS pixel. */
  #density = 1;
  /** @type {"fit" | "actual" | "free"} */
  #mode = "fit";
  #scale = 1;
  /** The picture's point in the middle of the stage. @type {Point} */
  #center = { x: 0, y: 0 };

  /** How the scale was chosen: "fit" and "actual" hold when sizes change. */
  get mode() {
    return this.#mode;
  }

  /** CSS pixels a picture pixel. */
  get scale() {
    return this.#scale;
  }

  /** Device pixels a picture pixel. */
  get deviceScale() {
    return this.#scale * this.#density;
  }

  /** Whether part of the picture lies beyond the stage. */
  get isCropped() {
    const { width, height } = this.#picture;
    return width * this.#scale > this.#stage.width + 1 || height * this.#scale > this.#stage.height + 1;
  }

  /** Where the picture's upper left corner is, on the stage. @returns {Point} */
  get origin() {
    return {
      x: this.#stage.width / 2 - this.#center.x * this.#scale,
      y: this.#stage.height / 2 - this.#center.y * this.#scale,
    };
  }

  /**
   * Takes note of the stage's size, and keeps what is in its middle there.
   * @param {Size} stage
   * @param {number} density device pixels in a CSS pixel
   */
  resizeStage(stage, density) {
    this.#stage = stage;
    this.#density = density;
    this.#settle();
  }

  /**
   * Takes note of the picture's size. One of another size shows the same part of the scene, as large as before.
   * @param {Size} picture
   */
  resizePicture(picture) {
    const before = this.#picture;
    if (before.width === picture.width && before.height === picture.height) return;
    this.#picture = picture;
    if (before.width > 0 && before.height > 0) {
      this.#center = { x: (this.#center.x / before.width) * picture.width, y: (this.#center.y / before.height) * picture.height };
      if (this.#mode === "free") this.#scale *= before.width / picture.width;
    }
    this.#settle();
  }

  /** Shows the whole picture, as large as the stage allows. */
  fit() {
    this.#mode = "fit";
    this.#settle();
  }

  /**
   * One device pixel for each pixel of the picture.
   * @param {Point} [anchor] stays where it is on the stage; its middle otherwise
   */
  actual(anchor) {
    this.zoomTo(1 / this.#density, anchor);
    this.#mode = "actual";
    this.#settle();
  }

  /**
   * @param {number} factor above 1 is larger
   * @param {Point} [anchor] stays where it is on the stage; its middle otherwise
   */
  zoomBy(factor, anchor) {
    this.zoomTo(this.#scale * factor, anchor);
  }

  /**
   * @param {number} scale CSS pixels a picture pixel; the nearest possible is taken
   * @param {Point} [anchor]
   */
  zoomTo(scale, anchor = { x: this.#stage.width / 2, y: this.#stage.height / 2 }) {
    const held = this.#pictureAt(anchor);
    const fitting = this.#fittingScale;
    const smallest = Math.min(fitting, 1 / this.#density);
    this.#scale = Math.max(smallest, Math.min(LARGEST_SCALE, scale));
    this.#mode = Math.abs(this.#scale - fitting) < fitting * NEARLY ? "fit" : "free";
    this.#center = {
      x: held.x + (this.#stage.width / 2 - anchor.x) / this.#scale,
      y: held.y + (this.#stage.height / 2 - anchor.y) / this.#scale,
    };
    this.#settle();
  }

  /**
   * Moves the picture with the hand.
   * @param {Point} by CSS pixels
   */
  panBy({ x, y }) {
    this.#center = { x: this.#center.x - x / this.#scale, y: this.#center.y - y / this.#scale };
    this.#settle();
  }

  get #fittingScale() {
    const { width, height } = this.#picture;
    if (!(width > 0 && height > 0 && this.#stage.width > 0 && this.#stage.height > 0)) return 1;
    return Math.min(this.#stage.width / width, this.#stage.height / height, LARGEST_SCALE);
  }

  /** @param {Point} point on the stage @returns {Point} in the picture */
  #pictureAt(point) {
    const { x, y } = this.origin;
    return { x: (point.x - x) / this.#scale, y: (point.y - y) / this.#scale };
  }

  #settle() {
    if (this.#mode === "fit") this.#scale = this.#fittingScale;
    if (this.#mode === "actual") this.#scale = 1 / this.#density;
    this.#center = {
      x: within(this.#center.x, this.#picture.width, this.#stage.width / this.#scale),
      y: within(this.#center.y, this.#picture.height, this.#stage.height / this.#scale),
    };
  }
}

/** A scale this near to the fitting one is meant as it. */
const NEARLY = 0.005;

/**
 * The middle of what is seen along one side of the picture: nothing beyond the edges while there is something to fill
 * the stage with.
 * @param {number} middle
 * @param {number} length of the picture
 * @param {number} seen how much of such a length the stage takes
 */
function within(middle, length, seen) {
  return seen >= length ? length / 2 : Math.max(seen / 2, Math.min(length - seen / 2, middle));
}
