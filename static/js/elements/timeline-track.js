/** Draws the lower half of a timeline: the track of held frames, the section on it, and the overview of the whole. */

/** @typedef {import("./timeline-drawing.js").Drawn} Drawn */
/** @typedef {import("./timeline-palette.js").Palette} Palette */
/** @typedef {import("../viewer/timeline-view.js").TimelineView} TimelineView */

/** From this width on, cells of the track stand apart. */
const APART_PX = 12;
export const GRIP_PX = 6;

/**
 * The left edge of a line of one pixel around a point, on a whole pixel so that it is crisp.
 * @param {number} x_px
 */
export function px(x_px) {
  return Math.round(x_px - 0.5);
}

/**
 * Whether a point lies beside the frames in view.
 * @param {TimelineView} view
 * @param {number} x_px
 */
export function isOut(view, x_px) {
  return x_px < view.left_px - 1 || x_px > view.right_px + 1;
}

/**
 * The track, what of it is held, and the cell of the painted frame where cells are wide enough to see.
 * @param {CanvasRenderingContext2D} context
 * @param {Drawn} drawn
 * @param {Palette} palette
 */
export function drawCells(context, { view, rows, held, painted }, palette) {
  const { top, height } = rows.track;
  const { left_px, right_px } = view;
  context.save();
  context.beginPath();
  context.roundRect(left_px, top, right_px - left_px, height, 3);
  context.fillStyle = palette.track;
  context.fill();
  context.clip();
  context.fillStyle = palette.held;
  drawHeld(context, { found: spans(view, held), top, height });
  if (painted !== null && view.frame_px >= APART_PX / 2) {
    context.fillStyle = palette["current-fill"];
    context.globalAlpha = 0.4;
    const from_px = Math.round(view.xOf(painted));
    context.fillRect(from_px, top, Math.round(view.xOf(painted + 1)) - from_px, height);
    context.globalAlpha = 1;
  }
  if (view.frame_px >= APART_PX) partCells(context, { view, top, height });
  context.restore();
  context.strokeStyle = palette.edge;
  context.lineWidth = 1;
  context.beginPath();
  context.roundRect(left_px - 0.5, top - 0.5, right_px - left_px + 1, height + 1, 3.5);
  context.stroke();
}

/**
 * A bright rail at the foot of the track, and a fainter cell over it.
 * @param {CanvasRenderingContext2D} context
 * @param {{found: [number, number][], top: number, height: number}} track
 */
function drawHeld(context, { found, top, height }) {
  const rail_px = Math.round(height / 3);
  for (const [from_px, to_px] of found) context.fillRect(from_px, top + height - rail_px, to_px - from_px, rail_px);
  context.globalAlpha = 0.4;
  for (const [from_px, to_px] of found) context.fillRect(from_px, top, to_px - from_px, height - rail_px);
  context.globalAlpha = 1;
}

/**
 * Cuts a gap between frames.
 * @param {CanvasRenderingContext2D} context
 * @param {{view: TimelineView, top: number, height: number}} track
 */
function partCells(context, { view, top, height }) {
  const { first, last } = view.visible;
  for (let index = Math.max(1, first); index <= last; index += 1) context.clearRect(Math.round(view.xOf(index)), top, 1, height);
}

/**
 * Held ranges as they fall on whole pixels; those that meet there are one.
 * @param {TimelineView} view
 * @param {readonly (readonly [number, number])[]} held
 * @returns {[number, number][]} left and right edges
 */
function spans(view, held) {
  /** @type {[number, number][]} */
  const found = [];
  for (const [first, last] of held) {
    const from_px = Math.max(view.left_px, Math.round(view.xOf(first)));
    const to_px = Math.min(view.right_px, Math.max(from_px + 1, Math.round(view.xOf(last + 1))));
    if (to_px <= view.left_px || from_px >= view.right_px) continue;
    const before = found.at(-1);
    if (before && from_px <= before[1]) before[1] = Math.max(before[1], to_px);
    else found.push([from_px, to_px]);
  }
  return found;
}

/**
 * The section as a frame around its part of the track; what lies outside is veiled. Looping is written as a
 * musician writes a repeat: two dots inside each end.
 * @param {CanvasRenderingContext2D} context
 * @param {Drawn} drawn
 * @param {Palette} palette
 */
export function drawSection(context, { view, rows, section, isLooping }, palette) {
  if (view.count === 0 || (!section && !isLooping)) return;
  const { first, last } = section ?? { first: 0, last: view.count - 1 };
  const [from_px, to_px] = [Math.round(view.xOf(first)), Math.round(view.xOf(last + 1))];
  const { top, height } = rows.track;
  context.save();
  context.beginPath();
  context.rect(view.left_px - GRIP_PX, 0, view.right_px - view.left_px + 2 * GRIP_PX, rows.height);
  context.clip();
  if (section) {
    context.fillStyle = palette.veil;
    const foot_px = top + height + 1;
    context.fillRect(0, rows.ticks.top, from_px, foot_px - rows.ticks.top);
    context.fillRect(to_px, rows.ticks.top, view.width_px - to_px, foot_px - rows.ticks.top);
    context.fillStyle = palette.section;
    const [left_px, right_px] = [Math.max(view.left_px, from_px), Math.min(view.right_px, to_px)];
    for (const y_px of [top - 2, top + height + 1]) context.fillRect(left_px, y_px, right_px - left_px, 1);
    drawGrip(context, { from_px: from_px - GRIP_PX, top: top - 2, height: height + 4, corner: "left" }, palette);
    drawGrip(context, { from_px: to_px, top: top - 2, height: height + 4, corner: "right" }, palette);
  }
  if (isLooping) {
    context.fillStyle = palette.strong;
    for (const x_px of [from_px + 3, to_px - 5]) {
      for (const y_px of [top + height / 2 - 4, top + height / 2 + 2]) context.fillRect(x_px, y_px, 2, 2);
    }
  }
  context.restore();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{from_px: number, top: number, height: number, corner: "left" | "right"}} grip
 * @param {Palette} palette
 */
function drawGrip(context, { from_px, top, height, corner }, palette) {
  context.fillStyle = palette.section;
  context.beginPath();
  context.roundRect(from_px, top, GRIP_PX, height, corner === "left" ? [3, 0, 0, 3] : [0, 3, 3, 0]);
  context.fill();
  context.fillStyle = palette.track;
  context.fillRect(from_px + GRIP_PX / 2 - 0.5, top + height / 2 - 3, 1, 6);
}

/**
 * The whole scene in a strip, and which part of it is in view. Only while that is not all of it.
 * @param {CanvasRenderingContext2D} context
 * @param {Drawn} drawn
 * @param {Palette} palette
 */
export function drawOverview(context, { view, rows, held, section, marks, painted }, palette) {
  if (!view.isZoomed) return;
  const top = rows.overview.top + (rows.overview.height - STRIP_PX) / 2;
  const length_px = view.right_px - view.left_px;
  const xOf = (/** @type {number} */ index) => view.left_px + (index / view.count) * length_px;
  const fill = (/** @type {string} */ ink, /** @type {number} */ first, /** @type {number} */ end, [y, height] = [top, STRIP_PX]) => {
    context.fillStyle = ink;
    const from_px = Math.round(xOf(first));
    context.fillRect(from_px, y, Math.max(1, Math.round(xOf(end)) - from_px), height);
  };
  fill(palette.track, 0, view.count);
  for (const [first, last] of held) fill(palette.held, first, last + 1);
  if (section) fill(palette.section, section.first, section.last + 1, [top + STRIP_PX - 1, 1]);
  for (const mark of marks) fill(palette.strong, mark, mark);
  context.globalAlpha = 0.28;
  fill(palette.strong, view.first, view.first + view.span);
  context.globalAlpha = 1;
  context.strokeStyle = palette.strong;
  context.lineWidth = 1;
  const from_px = Math.round(xOf(view.first));
  const window_px = Math.max(4, Math.round(xOf(view.first + view.span)) - from_px);
  context.beginPath();
  context.roundRect(from_px - 0.5, top - 1.5, window_px + 1, STRIP_PX + 3, 2);
  context.stroke();
  if (painted !== null) {
    context.fillStyle = palette["current-fill"];
    context.fillRect(Math.round(xOf(painted + 0.5)) - 1, top - 2, 2, STRIP_PX + 4);
  }
}

const STRIP_PX = 4;
