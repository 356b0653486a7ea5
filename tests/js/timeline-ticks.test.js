import assert from "node:assert/strict";
import { test } from "node:test";

import { Timeline } from "../../static/js/viewer/timeline.js";
import { frameSteps, timeAt, timeTicks } from "../../static/js/viewer/timeline-ticks.js";
import { TimelineView } from "../../static/js/viewer/timeline-view.js";

/** @param {number} count */
function makeView(count) {
  const view = new TimelineView({ inset_px: 12 });
  view.width_px = 1224;
  view.count = count;
  return view;
}

test("every frame has its tick as soon as it is 6 px wide", () => {
  assert.equal(frameSteps(6, 24).tick, 1);
  assert.equal(frameSteps(5.99, 24).tick, 5);
  assert.equal(frameSteps(0.4, 24).tick, 50);
});

test("ticks are never closer than 6 px, nor numerals than their width, at any zoom", () => {
  for (let frame_px = 0.0005; frame_px < 100; frame_px *= 1.013) {
    const { tick, numeral } = frameSteps(frame_px, 28);
    assert.ok(tick * frame_px >= 6);
    assert.ok(numeral * frame_px >= 28 + 16);
    assert.equal(numeral % tick, 0);
  }
});

test("times are written in steps of the clock", () => {
  const ticks = timeTicks(makeView(3000), Timeline.even(3000, 30), () => 30);
  assert.deepEqual(ticks.slice(0, 3), [
    { position: 0, text: "00:00" },
    { position: 150, text: "00:05" },
    { position: 300, text: "00:10" },
  ]);
  assert.equal(ticks.at(-1)?.text, "01:40");
});

test("close up, times have the decimals their step needs", () => {
  const view = makeView(3000);
  view.show(120, 15.5);
  const texts = timeTicks(view, Timeline.even(3000, 30), () => 120).map(({ text }) => text);
  assert.deepEqual(texts, ["00:04.0", "00:04.1", "00:04.2", "00:04.3", "00:04.4", "00:04.5"]);
});

test("where frames last unevenly, times stand at their frames and never over one another", () => {
  const starts_s = Array.from({ length: 300 }, (_, index) => (index < 150 ? index * 0.01 : 1.5 + (index - 150) * 0.5));
  const timeline = new Timeline(starts_s, 76.5);
  const view = makeView(300);
  const ticks = timeTicks(view, timeline, () => 30);
  assert.ok(ticks.length > 5);
  for (const [index, { position }] of ticks.entries()) {
    const next = ticks[index + 1];
    if (next) assert.ok(view.xOf(next.position) - view.xOf(position) >= 30);
  }
  for (const { position, text } of ticks) {
    const [minutes = 0, seconds = 0] = text.split(":").map(Number);
    assert.ok(Math.abs(timeAt(timeline, position) - (minutes * 60 + seconds)) < 1e-6);
  }
});

test("hours appear when there are some", () => {
  const ticks = timeTicks(makeView(7200), Timeline.even(7200, 1), () => 40);
  assert.equal(ticks.at(-1)?.text, "2:00:00");
  assert.equal(ticks[0]?.text, "00:00");
});

test("one frame has its times", () => {
  assert.ok(timeTicks(makeView(1), Timeline.even(1, 30), () => 40).length > 0);
});
