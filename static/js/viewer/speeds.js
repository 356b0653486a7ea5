/** How fast a scene plays: 1 is its own speed, negative is backwards. */

/** The speeds of the menu. */
export const SPEEDS = Object.freeze([0.1, 0.25, 0.5, 1, 2, 4, 8]);

/**
 * The neighbor in the menu of a speed, in the same direction of time; itself at the menu's end.
 * @param {number} speed
 * @param {1 | -1} change 1 is faster
 */
export function nextSpeed(speed, change) {
  const size = Math.abs(speed);
  const beyond = SPEEDS.filter((other) => (other - size) * change > 0);
  const next = change > 0 ? beyond[0] : beyond.at(-1);
  return Math.sign(speed) * (next ?? size);
}

/**
 * The speed after a press of J or L: the scene's own at first, then twice as fast with each press.
 * @param {number} speed of what plays now; 0 while nothing plays
 * @param {1 | -1} direction
 */
export function shuttled(speed, direction) {
  const isOnward = speed * direction >= 1;
  return direction * Math.min(isOnward ? Math.abs(speed) * 2 : 1, /** @type {number} */ (SPEEDS.at(-1)));
}

/**
 * As it is written: "0.25×", "−2×".
 * @param {number} speed
 */
export function speedText(speed) {
  return `${speed < 0 ? "−" : ""}${Math.abs(speed)}×`;
}
