import assert from "node:assert/strict";
import { test } from "node:test";

import { ACCEPTED, placeEntry } from "../../static/js/viewer/place-entry.js";
import { Timeline } from "../../static/js/viewer/timeline.js";

const timeline = Timeline.even(3000, 30);

/** @param {string} text */
const place = (text) => placeEntry(text, { timeline, current: 100 });

/**
 * @param {Record<string, number>} meant
 */
function assertMeant(meant) {
  for (const [text, index] of Object.entries(meant)) assert.equal(place(text), index, text);
}

test("a number is a frame", () => {
  assertMeant({ 120: 120, "  7 ": 7, "2\u202f999": 2999, "1 200": 1200, "0012": 12 });
});

test("a number with a sign is a step from here", () => {
  assertMeant({ "+30": 130, "-30": 70, "−30": 70, "+ 1": 101, "-0": 100 });
});

test("a time is the frame on screen then", () => {
  assertMeant({ "00:04.2": 126, "1:02": 1860, "0:01:02.5": 1875, "4.2s": 126, "4,2 s": 126, "4S": 120, ".5s": 15, "0:00": 0 });
});

test("a time with a sign is a step in seconds from here", () => {
  assertMeant({ "+1s": 130, "-2.5s": 25, "+0:10": 400, "-1:00": 0 });
});

test("a share is of the way from the first frame to the last", () => {
  assertMeant({ "0%": 0, "50%": 1500, "100 %": 2999, "33.3%": 999 });
});

test("what lies beyond the ends is the nearest frame", () => {
  assertMeant({ 3000: 2999, 99999999999999999999: 2999, "-500": 0, "+9999": 2999, "9:00:00": 2999, "250%": 2999 });
});

for (const text of ["", "  ", "abc", "1.5", "--3", "4.2", "1:", ":", "%", "s", "1:2:3:4", "12 frames", "0x10", "1e3"]) {
  test(`"${text}" is answered with what is accepted`, () => {
    assert.equal(place(text), ACCEPTED);
  });
}

test("times are the timeline's own, wherever it begins and however long its frames are", () => {
  const uneven = new Timeline([10, 10.5, 12, 12.1], 13);
  assert.equal(placeEntry("0:12", { timeline: uneven, current: 0 }), 2);
  assert.equal(placeEntry("+0.6s", { timeline: uneven, current: 0 }), 1);
  assert.equal(placeEntry("1s", { timeline: uneven, current: 3 }), 0);
});
