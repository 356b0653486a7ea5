import assert from "node:assert/strict";
import { test } from "node:test";

import { HALO, INKS } from "../../static/js/labels/label-colors.js";
import { drawLabels } from "../../static/js/labels/label-drawing.js";
import { labelSet, line, polygon, randomNumbers } from "./label-sets.js";

/** @typedef {import("../../static/js/labels/label-drawing.js").Wishes} Wishes */
/** @typedef {{name: string, args: number[], color: string, lineWidth: number, dash: number[], alpha: number}} Call */

const COLORS = { inks: INKS, halo: HALO };
const VIEW = { x: 0, y: 0, scale: 1, width: 800, height: 600, density: 1 };

/** A canvas's context that notes what is drawn, and with what. */
function recorder() {
  /** @type {Call[]} */
  const calls = [];
  let dash = /** @type {number[]} */ ([]);
  const state = { strokeStyle: "", fillStyle: "", lineWidth: 1, globalAlpha: 1 };
  const note = (/** @type {string} */ name) => (/** @type {number[]} */ ...args) => {
    const color = name.startsWith("fill") ? state.fillStyle : state.strokeStyle;
    calls.push({ name, args, color, lineWidth: state.lineWidth, dash, alpha: state.globalAlpha });
  };
  const names = ["setTransform", "clearRect", "strokeRect", "fillRect", "beginPath", "moveTo", "lineTo", "closePath", "stroke", "fill", "arc"];
  const methods = Object.fromEntries(names.map((name) => [name, note(name)]));
  const context = Object.assign(state, methods, { setLineDash: (/** @type {number[]} */ now) => void (dash = now) });
  return { context: /** @type {CanvasRenderingContext2D} */ (/** @type {unknown} */ (context)), calls };
}

/**
 * @param {import("./label-sets.js").Shape[]} shapes
 * @param {Partial<Wishes>} [wishes]
 */
function drawn(shapes, wishes = {}) {
  const { context, calls } = recorder();
  const count = drawLabels(context, labelSet(shapes), { view: VIEW, colors: COLORS, ...wishes });
  const named = (/** @type {string} */ name) => calls.filter((call) => call.name === name);
  const strokes = calls.filter(({ name, color }) => name.startsWith("stroke") && color !== HALO);
  return { count, calls, named, strokes };
}

test("edges lie within half a pixel of the picture at every zoom, and on whole device pixels wherever that allows it", () => {
  const random = randomNumbers(3);
  let sharp = 0;
  let all = 0;
  for (let round = 0; round < 2000; round += 1) {
    const density = [1, 1.25, 1.5, 2, 3][round % 5];
    const scale = 0.05 * 1280 ** random();
    const view = { ...VIEW, x: 100 * random(), y: 100 * random(), scale, density };
    const [left, top] = [(300 * random()) / scale, (300 * random()) / scale];
    const box = [left, top, left + (200 * random() + 10) / scale, top + (200 * random() + 10) / scale];
    const [{ args: [x, y, width, height], lineWidth }] = drawn([{ box }], { view }).strokes;
    const zoom = scale * density;
    const edges = [x / zoom - (view.x / scale), y / zoom - view.y / scale, (x + width) / zoom - view.x / scale, (y + height) / zoom - view.y / scale];
    edges.forEach((edge, i) => assert.ok(Math.abs(edge - box[i]) <= 0.5 + 1e-9, `at ${zoom}: ${edge} is not ${box[i]}`));
    assert.ok(Number.isInteger(lineWidth) && lineWidth >= density && lineWidth <= 2 * density, `${lineWidth} at ${density}`);
    for (const at of [x, y, x + width, y + height]) {
      const outer = at - lineWidth / 2;
      const isSharp = Math.abs(outer - Math.round(outer)) < 1e-9;
      assert.ok(isSharp || zoom < 1, `${outer} is between two pixels at ${zoom}`);
      sharp += zoom < 1 && isSharp ? 1 : 0;
      all += zoom < 1 ? 1 : 0;
    }
  }
  assert.ok(sharp > 0.2 * all, `${sharp} of ${all} sharp where the picture is made smaller`);
});

test("a stroke is as wide at any zoom, with a halo round it that is drawn before all strokes", () => {
  for (const scale of [0.1, 1, 64]) {
    const { calls } = drawn([{ box: [1, 1, 6, 6] }, { label: "dog", box: [2, 2, 7, 7] }].map((shape) => ({ ...shape, box: shape.box.map((at) => at * (scale < 1 ? 50 : 1)) })), { view: { ...VIEW, scale } });
    const rects = calls.filter(({ name }) => name === "strokeRect");
    assert.deepEqual(rects.map(({ lineWidth }) => lineWidth), [4, 4, 2, 2]);
    assert.deepEqual(rects.map(({ color }) => color === HALO), [true, true, false, false]);
  }
});

test("only what is in view and visible is drawn and counted", () => {
  const shapes = [{ box: [0, 0, 50, 50] }, { box: [900, 0, 950, 50] }, { box: [10, 10, 60, 60] }, { kind: /** @type {const} */ ("cuboid") }, { box: [-50, -50, -9, -9] }];
  const { count, strokes } = drawn(shapes, { visible: Uint8Array.of(1, 1, 0, 1, 1) });
  assert.deepEqual([count, strokes.length], [1, 1]);
  assert.equal(drawn(shapes, { view: { ...VIEW, x: -860 } }).count, 1);
  assert.equal(drawn([]).count, 0);
});

test("a huge box keeps its edges in view exact, and the others just outside", () => {
  const { strokes } = drawn([{ box: [10, 20, 1e6, 1e6] }], { view: { ...VIEW, scale: 64, x: -600, y: -1200 } });
  assert.deepEqual(strokes[0].args, [40, 80, 824, 584]);
});

test("classes that share a hue are told apart by dashes, as long as they are few", () => {
  const names = Array.from({ length: 60 }, (_, i) => `class ${i}`);
  const shapes = names.map((label, i) => ({ label, box: [10 * i, 0, 10 * i + 8, 99] }));
  const looks = new Set(drawn(shapes).strokes.map(({ color, dash }) => color + dash));
  assert.ok(looks.size > 20 && looks.size <= 24, String(looks.size));
  const crowd = Array.from({ length: 50 }, () => shapes).flat();
  assert.deepEqual(new Set(drawn(crowd).strokes.map(({ dash }) => dash.length)), new Set([0]));
});

test("polygons are filled lightly, lines are not, and both go through their points", () => {
  const { calls, named } = drawn([polygon([10, 10, 90, 10, 50, 90]), line([0, 0, 700, 500])]);
  assert.deepEqual(named("fill").map(({ alpha }) => alpha < 0.2), [true]);
  const path = calls.filter(({ name }) => ["moveTo", "lineTo", "closePath"].includes(name)).map(({ name, args }) => [name, ...args]);
  const outline = [["moveTo", 10, 10], ["lineTo", 90, 10], ["lineTo", 50, 90], ["closePath"]];
  assert.deepEqual(path.slice(0, 4), outline);
  assert.ok(path.some(([name, x, y]) => name === "lineTo" && x === 700 && y === 500));
  assert.equal(named("closePath").length, 3);
});

test("a pose has joints where they are to be seen, and bones between such", () => {
  const keypoints = [{ x: 10, y: 10, visible: true }, { x: 50, y: 10, visible: true }, { x: 50, y: 90, visible: false }];
  const { named } = drawn([{ kind: "keypoints", box: [10, 10, 50, 90], more: { keypoints, skeleton: [[0, 1], [1, 2]] } }]);
  assert.deepEqual(named("arc").map(({ args }) => args.slice(0, 2)), [[10, 10], [50, 10]]);
  assert.deepEqual(named("lineTo").map(({ args }) => args), [[50, 10], [50, 10]]);
});

test("the shape that is pointed at and the one that is selected lie over all others, stronger", () => {
  const shapes = Array.from({ length: 20 }, (_, i) => ({ box: [i, i, 100 + i, 100 + i] }));
  const { strokes, named } = drawn(shapes, { selected: 3, hovered: 5 });
  assert.deepEqual(strokes.slice(-2).map(({ args, lineWidth }) => [args[0], lineWidth]), [[5, 4], [3, 4]]);
  assert.equal(named("fillRect").length, 2);
  assert.equal(drawn(shapes, { selected: 99 }).strokes.length, 20);
});

test("what would be all stroke is a dot, and opacity is of everything", () => {
  const { count, named, strokes } = drawn([{ box: [100, 100, 101, 102] }, { box: [0, 0, 50, 50] }], { opacity: 0.5 });
  assert.deepEqual([count, named("fillRect").length, strokes.length, strokes[0].alpha], [2, 1, 1, 0.5]);
});

test("twenty thousand boxes take one call each and few changes of color", () => {
  const random = randomNumbers();
  const shapes = Array.from({ length: 20_000 }, (_, i) => {
    const [x, y] = [700 * random(), 500 * random()];
    return { label: `class ${i % 80}`, box: [x, y, x + 4 + 40 * random(), y + 4 + 40 * random()] };
  });
  const { count, calls, strokes } = drawn(shapes);
  assert.deepEqual([count, strokes.length], [20_000, 20_000]);
  assert.ok(calls.length < 20_100, String(calls.length));
  const changes = strokes.filter(({ color }, i) => color !== strokes[i - 1]?.color).length;
  assert.ok(changes <= 24, String(changes));
});
