/** Where a place lies on a map without a server of maps: Mercator's projection, its graticule and its scale. Pure. */

/** @typedef {{south: number, north: number, west: number, east: number}} Extent in degrees */
/** @typedef {{width: number, height: number}} Size in pixels */

// Beyond, Mercator's map goes on for ever.
const FARTHEST = 85;
// A single place has something around it: about two hundred metres.
const LEAST_SPAN = 0.002;
const ROOM = 0.06;
const METRES_A_DEGREE = 111_320;
const DEGREE_STEPS = [60, 30, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002, 0.0001];

export class Projection {
  /**
   * Shows all of the extent, with some room around it, in the middle.
   * @param {Extent} extent
   * @param {Size} size
   */
  constructor(extent, size) {
    const { south, north, west, east } = roomy(extent);
    this.size = size;
    const top = northing(north);
    const bottom = northing(south);
    /** Pixels a degree of longitude. */
    this.scale = Math.min(size.width / (east - west), size.height / (top - bottom));
    this.left = (west + east) / 2 - size.width / this.scale / 2;
    this.top = (top + bottom) / 2 + size.height / this.scale / 2;
  }

  /** @param {number} longitude */
  x(longitude) {
    return (longitude - this.left) * this.scale;
  }

  /** @param {number} latitude */
  y(latitude) {
    return (this.top - northing(latitude)) * this.scale;
  }

  /** @param {number} x */
  longitude(x) {
    return this.left + x / this.scale;
  }

  /** @param {number} y */
  latitude(y) {
    return latitudeOf(this.top - y / this.scale);
  }

  /** What is in sight, in degrees. */
  get shown() {
    const { width, height } = this.size;
    return { west: this.longitude(0), east: this.longitude(width), south: this.latitude(height), north: this.latitude(0) };
  }
}

/**
 * The meridians or parallels in sight, as many as fit.
 * @param {number} low in degrees
 * @param {number} high
 * @param {number} most how many at most
 */
export function degreesBetween(low, high, most) {
  const span = high - low;
  const step = [...DEGREE_STEPS].reverse().find((one) => span / one <= most) ?? 60;
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  const digits = digitsOf(step);
  return Array.from({ length: Math.max(0, count) }, (_, place) => Number(((first + place) * step).toFixed(digits)));
}

/**
 * Writes a latitude or longitude: "48.2° N".
 * @param {number} degrees
 * @param {"NS" | "EW"} sides
 */
export function degreesText(degrees, sides) {
  const side = degrees === 0 ? "" : ` ${sides[degrees > 0 ? 0 : 1]}`;
  return `${Math.abs(degrees)}°${side}`;
}

/**
 * A length that is good to draw: 1, 2 or 5 of a power of ten.
 * @param {Projection} projection
 * @param {number} widest in pixels
 * @returns {{pixels: number, text: string}}
 */
export function scaleBar(projection, widest) {
  const { south, north } = projection.shown;
  const aPixel = (METRES_A_DEGREE * Math.cos(((south + north) / 2) * (Math.PI / 180))) / projection.scale;
  const most = widest * aPixel;
  const power = 10 ** Math.floor(Math.log10(most));
  const metres = ([5, 2, 1].find((one) => one * power <= most) ?? 1) * power;
  return { pixels: metres / aPixel, text: metres >= 1000 ? `${metres / 1000} km` : `${metres} m` };
}

/**
 * How strongly a count is drawn beside the highest, from 0 to 1; each tenfold is the same step.
 * @param {number} count
 * @param {number} highest
 */
export function density(count, highest) {
  return highest <= 1 ? 1 : Math.log1p(count) / Math.log1p(highest);
}

/** @param {number} step */
function digitsOf(step) {
  return Math.max(0, -Math.floor(Math.log10(step)));
}

/**
 * @param {Extent} extent
 * @returns {Extent}
 */
function roomy({ south, north, west, east }) {
  const tall = Math.max(north - south, LEAST_SPAN) * (1 + ROOM * 2);
  const wide = Math.max(east - west, LEAST_SPAN) * (1 + ROOM * 2);
  const [middle, centre] = [(south + north) / 2, (west + east) / 2];
  return {
    south: Math.max(-FARTHEST, middle - tall / 2),
    north: Math.min(FARTHEST, middle + tall / 2),
    west: centre - wide / 2,
    east: centre + wide / 2,
  };
}

/**
 * How far north on the map, in degrees of the equator.
 * @param {number} latitude
 */
function northing(latitude) {
  const kept = Math.max(-FARTHEST, Math.min(FARTHEST, latitude));
  return (Math.log(Math.tan(Math.PI / 4 + (kept * Math.PI) / 360)) * 180) / Math.PI;
}

/** @param {number} northing */
function latitudeOf(northing) {
  return (Math.atan(Math.exp((northing * Math.PI) / 180)) * 360) / Math.PI - 90;
}
