/**
 * Polygons and lines as x, y, x, y, …. A polygon that crosses itself is what the even-odd rule makes of it. Points that
 * are not to be seen (NaN) are near nothing.
 */

/** @typedef {Float64Array | number[]} Points */

/**
 * Whether a point lies in a polygon.
 * @param {Points} points
 * @param {number} x
 * @param {number} y
 */
export function contains(points, x, y) {
  let isInside = false;
  for (let i = 0, j = points.length - 2; i < points.length; j = i, i += 2) {
    const [ay, by] = [points[i + 1], points[j + 1]];
    if (ay > y !== by > y && x < ((points[j] - points[i]) * (y - ay)) / (by - ay) + points[i]) isInside = !isInside;
  }
  return isInside;
}

/**
 * How far a point is from a path.
 * @param {Points} points
 * @param {number} x
 * @param {number} y
 * @param {boolean} isClosed whether the last point is joined to the first
 * @returns {number} Infinity from no point
 */
export function distanceToPath(points, x, y, isClosed) {
  let nearest = Infinity;
  for (let i = isClosed ? 0 : 2; i < points.length; i += 2) {
    const from = i === 0 ? points.length - 2 : i - 2;
    nearest = Math.min(nearest, distanceToSegment(points[from], points[from + 1], points[i], points[i + 1], x, y));
  }
  return nearest;
}

/**
 * @param {number} ax
 * @param {number} ay
 * @param {number} bx
 * @param {number} by
 * @param {number} x
 * @param {number} y
 * @returns {number} Infinity where an end is not to be seen
 */
export function distanceToSegment(ax, ay, bx, by, x, y) {
  const length2 = (bx - ax) ** 2 + (by - ay) ** 2;
  const along = length2 > 0 ? Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length2)) : 0;
  const distance = Math.hypot(ax + along * (bx - ax) - x, ay + along * (by - ay) - y);
  return Number.isNaN(distance) ? Infinity : distance;
}

/**
 * The area of a polygon that does not cross itself, whichever way round it goes.
 * @param {Points} points
 */
export function areaOf(points) {
  let twice = 0;
  for (let i = 0, j = points.length - 2; i < points.length; j = i, i += 2) {
    twice += points[j] * points[i + 1] - points[i] * points[j + 1];
  }
  return Math.abs(twice) / 2;
}

/**
 * Intersection over union of two polygons, exact but for rounding: both are cut into slabs at every corner and every
 * crossing; within one no edges cross, so what both cover of it is a row of trapezoids, measured along its middle.
 * @param {Points} one
 * @param {Points} other
 */
export function polygonIou(one, other) {
  const { both, either } = cover(one, other);
  return either > 0 ? both / either : 0;
}

/**
 * The area that a polygon covers, exact even where it crosses itself.
 * @param {Points} points
 */
export function coveredArea(points) {
  return cover(points, []).either;
}

/**
 * How much two polygons both cover, and how much at least one does.
 * @param {Points} one
 * @param {Points} other
 */
function cover(one, other) {
  const edges = [...edgesOf(one, 0), ...edgesOf(other, 1)].sort((a, b) => a.top - b.top);
  const levels = levelsOf(edges);
  const crossings = { x: new Float64Array(edges.length), owner: new Uint8Array(edges.length), count: 0 };
  let [both, either] = [0, 0];
  /** @type {Edge[]} */
  let active = [];
  let next = 0;
  for (let i = 1; i < levels.length; i += 1) {
    const height = levels[i] - levels[i - 1];
    const middle = levels[i - 1] + height / 2;
    if (height === 0) continue;
    while (next < edges.length && edges[next].top < middle) active.push(edges[next++]);
    active = active.filter((edge) => edge.bottom > middle);
    cross(active, middle, crossings);
    const covered = coverAlong(crossings);
    both += covered.both * height;
    either += covered.either * height;
  }
  return { both, either };
}

/** From `top` down to `bottom`. @typedef {{owner: number, x: number, top: number, bottom: number, slope: number}} Edge */

/**
 * @param {Points} points
 * @param {number} owner
 * @returns {Edge[]} level ones bound no area
 */
function edgesOf(points, owner) {
  const edges = [];
  for (let i = 0, j = points.length - 2; i < points.length; j = i, i += 2) {
    const [ax, ay, bx, by] = [points[j], points[j + 1], points[i], points[i + 1]];
    if (ay === by) continue;
    const slope = (bx - ax) / (by - ay);
    edges.push(ay < by ? { owner, x: ax, top: ay, bottom: by, slope } : { owner, x: bx, top: by, bottom: ay, slope });
  }
  return edges;
}

/**
 * The heights of all corners and crossings, in order.
 * @param {Edge[]} edges sorted by their tops
 */
function levelsOf(edges) {
  /** @type {number[]} */
  const levels = [];
  for (let i = 0; i < edges.length; i += 1) {
    const one = edges[i];
    levels.push(one.top, one.bottom);
    for (let j = i + 1; j < edges.length && edges[j].top < one.bottom; j += 1) {
      const other = edges[j];
      const apart = other.x - xAt(one, other.top);
      const y = other.top + apart / (one.slope - other.slope);
      if (y > other.top && y < one.bottom && y < other.bottom) levels.push(y);
    }
  }
  return Float64Array.from(levels).sort();
}

/** Where edges cross a level line, from left to right, and whose they are. @typedef {{x: Float64Array, owner: Uint8Array, count: number}} Crossings */

/**
 * @param {Edge[]} edges those that the line meets
 * @param {number} y
 * @param {Crossings} crossings changed in place: there are many lines
 */
function cross(edges, y, crossings) {
  const { x, owner } = crossings;
  crossings.count = edges.length;
  for (let i = 0; i < edges.length; i += 1) {
    const at = xAt(edges[i], y);
    let place = i;
    for (; place > 0 && x[place - 1] > at; place -= 1) {
      x[place] = x[place - 1];
      owner[place] = owner[place - 1];
    }
    x[place] = at;
    owner[place] = edges[i].owner;
  }
}

/**
 * How much of a level line both polygons cover, and how much at least one does.
 * @param {Crossings} crossings
 */
function coverAlong({ x, owner, count }) {
  // One bit for each polygon that the line is inside of.
  let inside = 0;
  let [both, either] = [0, 0];
  for (let i = 1; i < count; i += 1) {
    inside ^= 1 << owner[i - 1];
    if (inside === 0) continue;
    either += x[i] - x[i - 1];
    if (inside === 3) both += x[i] - x[i - 1];
  }
  return { both, either };
}

/** @param {Edge} edge @param {number} y */
function xAt(edge, y) {
  return edge.x + (y - edge.top) * edge.slope;
}
