/** Moves the camera as the hand says: drag, pinch, wheel, double click. */

/** @typedef {import("../viewer/camera.js").Camera} Camera */
/** @typedef {import("../viewer/camera.js").Point} Point */

/** Of one notch of a wheel, about 100 px, makes a quarter more or less. */
const WHEEL_STEP_PER_PX = 0.0022;
/** A pinch on a touchpad comes as small turns of the wheel with Ctrl. */
const PINCH_STEP_PER_PX = 0.01;
const LINE_PX = 16;
const PAGE_PX = 400;
/** A hand that moves less than this has pressed, and not dragged. */
const STILL_PX = 3;

export class Hand {
  #element;
  #camera;
  #moved;
  #pressed;
  /** Where each finger is on the stage. @type {Map<number, Point>} */
  #fingers = new Map();
  #way_px = 0;

  /**
   * @param {HTMLElement} element the stage
   * @param {Camera} camera
   * @param {{moved: () => void, pressed: (point: Point) => void}} wishes pressed hears a press without a drag
   * @param {AbortSignal} signal
   */
  constructor(element, camera, { moved, pressed }, signal) {
    this.#element = element;
    this.#camera = camera;
    this.#moved = moved;
    this.#pressed = pressed;
    element.addEventListener("wheel", (event) => this.#turn(event), { signal, passive: false });
    element.addEventListener("dblclick", (event) => this.#toggle(event), { signal });
    element.addEventListener("pointerdown", (event) => this.#touch(event), { signal });
    element.addEventListener("pointermove", (event) => this.#move(event), { signal });
    element.addEventListener("click", (event) => this.#press(event), { signal });
    for (const end of /** @type {const} */ (["pointerup", "pointercancel", "lostpointercapture"])) {
      element.addEventListener(end, (event) => this.#release(event), { signal });
    }
  }

  /** @param {WheelEvent} event */
  #turn(event) {
    event.preventDefault();
    const unit_px = [1, LINE_PX, PAGE_PX][event.deltaMode] ?? 1;
    const step = event.ctrlKey ? PINCH_STEP_PER_PX : WHEEL_STEP_PER_PX;
    this.#camera.zoomBy(Math.exp(-event.deltaY * unit_px * step), this.#at(event));
    this.#moved();
  }

  /** @param {MouseEvent} event */
  #toggle(event) {
    if (this.#way_px > STILL_PX) return;
    if (this.#camera.mode === "fit") this.#camera.actual(this.#at(event));
    else this.#camera.fit();
    this.#moved();
  }

  /** @param {PointerEvent} event */
  #touch(event) {
    // The first button, or the wheel's: the other opens the browser's menu.
    if (event.button > 1) return;
    if (event.button === 1) event.preventDefault();
    if (this.#fingers.size === 0) this.#way_px = 0;
    this.#fingers.set(event.pointerId, this.#at(event));
    this.#element.setPointerCapture(event.pointerId);
    this.#element.toggleAttribute("data-held", true);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const before = this.#fingers.get(event.pointerId);
    if (!before) return;
    const now = this.#at(event);
    const others = [...this.#fingers].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
    this.#fingers.set(event.pointerId, now);
    this.#way_px += distance(before, now);
    const [other] = others;
    if (!other) this.#camera.panBy({ x: now.x - before.x, y: now.y - before.y });
    else if (others.length === 1) this.#pinch(before, now, other);
    this.#moved();
  }

  /**
   * One of two fingers moved: what lay in their middle stays there.
   * @param {Point} before
   * @param {Point} now
   * @param {Point} other
   */
  #pinch(before, now, other) {
    const was = middle(before, other);
    const is = middle(now, other);
    this.#camera.panBy({ x: is.x - was.x, y: is.y - was.y });
    const apart = distance(before, other);
    if (apart > 0) this.#camera.zoomBy(distance(now, other) / apart, is);
  }

  /** @param {PointerEvent} event */
  #release({ pointerId }) {
    this.#fingers.delete(pointerId);
    if (this.#fingers.size === 0) this.#element.removeAttribute("data-held");
  }

  /** The second click of a double one has said what it means by moving the camera. @param {MouseEvent} event */
  #press(event) {
    if (this.#way_px <= STILL_PX && event.detail < 2) this.#pressed(this.#at(event));
  }

  /** @param {MouseEvent} event @returns {Point} on the stage */
  #at({ clientX, clientY }) {
    const { left, top } = this.#element.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }
}

/**
 * @param {Point} one
 * @param {Point} other
 */
function distance(one, other) {
  return Math.hypot(one.x - other.x, one.y - other.y);
}

/**
 * @param {Point} one
 * @param {Point} other
 */
function middle(one, other) {
  return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 };
}
