import assert from "node:assert/strict";
import { test } from "node:test";

import { TimelineView } from "../../static/js/viewer/timeline-view.js";

/** A bar of 1224 px, of which 1200 hold frames. */
function makeView({ count = 3000, width_px = 1224 } = {}) {
  const view = new TimelineView({ inset_px: 12 });
  view.width_px = width_px;
  view.count = count;
  return view;
}

test("all frames fill the bar between its insets", () => {
  const view = makeView();
  assert.equal(view.xOf(0), 12);
  assert.equal(view.xOf(3000), 1212);
  assert.equal(view.frame_px, 0.4);
  assert.deepEqual(view.visible, { first: 0, last: 2999 });
  assert.equal(view.isZoomed, false);
});

test("every frame is found under its own cell, whatever the count and the width", () => {
  for (const count of [1, 2, 5, 7, 300, 899, 3000]) {
    for (const width_px of [390, 1224, 1440, 1919.5]) {
      const view = makeView({ count, width_px });
      for (let index = 0; index < count; index += 1) {
        assert.equal(view.frameAt(view.xOf(index)), index);
        assert.equal(view.frameAt(view.xOf(index + 0.5)), index);
      }
    }
  }
});

test("beyond the ends the frame at that end is meant", () => {
  const view = makeView();
  assert.equal(view.frameAt(-400), 0);
  assert.equal(view.frameAt(99_999), 2999);
  view.show(100, 50);
  assert.equal(view.frameAt(-400), 100);
  assert.equal(view.frameAt(99_999), 149);
});

test("a scene of one frame, and a bar without room, still have a place for it", () => {
  assert.equal(makeView({ count: 1 }).frameAt(600), 0);
  const narrow = makeView({ count: 10, width_px: 0 });
  assert.equal(narrow.frameAt(0), 0);
  assert.ok(Number.isFinite(narrow.xOf(9)));
  assert.equal(makeView({ count: 0 }).frameAt(50), 0);
});

test("zooming leaves the position under the pointer where it is", () => {
  const view = makeView();
  const position = view.positionAt(812);
  const { first, span } = view.zoomedAbout(position, 0.5);
  view.show(first, span);
  assert.equal(view.span, 1500);
  assert.ok(Math.abs(view.xOf(position) - 812) < 1e-6);
});

test("zooming ends where all is seen, and where a frame is 96 px wide", () => {
  const view = makeView();
  const near = view.zoomedAbout(1500, 1e-9);
  assert.equal(near.span, 12.5);
  view.show(near.first, near.span);
  assert.equal(view.frame_px, 96);
  assert.deepEqual(view.zoomedAbout(1500, 1e9), { first: 0, span: 3000 });
});

test("a few frames that are wider than that already do not zoom", () => {
  const view = makeView({ count: 5 });
  assert.deepEqual(view.zoomedAbout(2, 0.5), { first: 0, span: 5 });
  assert.equal(view.isZoomed, false);
});

test("the view never leaves the scene", () => {
  const view = makeView();
  view.show(-50, 100);
  assert.equal(view.first, 0);
  view.show(2990, 100);
  assert.equal(view.first, 2900);
});

test("two fingers keep the positions under them", () => {
  const view = makeView();
  const { first, span } = view.pinched([1000, 1100], [300, 900]);
  view.show(first, span);
  assert.ok(Math.abs(view.xOf(1000) - 300) < 1e-6);
  assert.ok(Math.abs(view.xOf(1100) - 900) < 1e-6);
});

test("a step past the end turns the page, in both directions, and a jump lands in the middle", () => {
  const view = makeView();
  view.show(1000, 100);
  assert.equal(view.firstToReveal(1050), 1000);
  assert.equal(view.firstToReveal(1100), 1090);
  assert.equal(view.firstToReveal(999), 910);
  assert.equal(view.firstToReveal(2000), 1950.5);
  assert.equal(view.firstToReveal(0), 0);
});

test("another width shows the same frames", () => {
  const view = makeView();
  view.show(1000, 100);
  view.width_px = 624;
  assert.deepEqual([view.first, view.span], [1000, 100]);
});
