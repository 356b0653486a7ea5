import assert from "node:assert/strict";
import { test } from "node:test";

import { FrameIndex } from "../../static/js/viewer/sources/mp4-index.js";
import { Runs } from "../../static/js/viewer/sources/mp4-runs.js";

/**
 * A film without B-frames.
 * @param {number} count
 * @param {number} group frames from one keyframe to the next
 */
function film(count, group) {
  const packets = Array.from({ length: count }, (_, position) => ({
    timestamp_s: position / 30,
    duration_s: 1 / 30,
    isKey: position % group === 0,
    isShown: true,
  }));
  return new FrameIndex(packets);
}

/** A decoder that holds nothing back, and counts what it was made to do. */
class Deck {
  starts = 0;
  fed = 0;
  /** @type {number[]} frames that went to the viewer, in that order */
  given = [];
  /** @type {number[]} */
  lost = [];

  /**
   * @param {Runs} runs
   * @param {{broken?: number[]}} [film] broken: positions that never come out
   */
  constructor(runs, { broken = [] } = {}) {
    this.runs = runs;
    this.broken = broken;
  }

  /**
   * Does what it is told until there is nothing to do.
   * @param {number} [most] packets at most
   */
  work(most = 100_000) {
    for (let done = 0; done < most; done += 1) {
      const step = this.runs.next();
      if (step.kind === "rest") return;
      if (step.kind === "end") {
        this.runs.ending();
        this.lost.push(...this.runs.ended());
      } else this.#feed(step.position, step.isStart);
    }
    if (most === 100_000) assert.fail("the decoder never rests");
  }

  /**
   * @param {number} position
   * @param {boolean} isStart
   */
  #feed(position, isStart) {
    if (isStart) this.runs.started(position);
    else this.runs.fed();
    this.starts += isStart ? 1 : 0;
    this.fed += 1;
    if (this.broken.includes(position)) return;
    if (this.runs.welcome().has(position)) {
      this.runs.delivered(position);
      this.given.push(position);
    }
    this.lost.push(...this.runs.out(position));
  }
}

/** @param {Iterable<number>} numbers */
const sorted = (numbers) => [...numbers].sort((one, other) => one - other);

test("a frame asked for is decoded from its keyframe, and those around it come along", () => {
  const runs = new Runs(film(100, 10), 6);
  const deck = new Deck(runs);
  runs.aim({ index: 45, step: 0 }, false);
  runs.ask(45);
  deck.work();
  assert.deepEqual(deck.given.slice(0, 4), [42, 43, 44, 45]);
  assert.deepEqual(sorted(deck.given), [42, 43, 44, 45, 46, 47, 48]);
});

test("the next frames are decoded by going on, without starting anew", () => {
  const runs = new Runs(film(100, 100), 6);
  const deck = new Deck(runs);
  for (let frame = 0; frame < 60; frame += 1) {
    runs.aim({ index: frame, step: frame && 1 }, true);
    if (!deck.given.includes(frame)) runs.ask(frame);
    deck.work();
  }
  assert.equal(deck.starts, 1);
  assert.ok(deck.fed <= 66, `${deck.fed}`);
});

test("a nearer keyframe is begun at instead of decoding all that lies between", () => {
  const runs = new Runs(film(100, 10), 2);
  const deck = new Deck(runs);
  runs.aim({ index: 0, step: 0 }, false);
  runs.ask(0);
  deck.work();
  runs.aim({ index: 75, step: 75 }, false);
  runs.ask(75);
  deck.work();
  assert.equal(deck.starts, 2);
  assert.ok(deck.fed < 12, `${deck.fed}`);
});

test("going back frame by frame decodes a group once for many steps, before the hand gets there", () => {
  const runs = new Runs(film(200, 200), 30);
  const deck = new Deck(runs);
  runs.aim({ index: 199, step: 0 }, false);
  runs.ask(199);
  deck.work();
  const seen = new Set(deck.given);
  let waits = 0;
  for (let frame = 198; frame >= 0; frame -= 1) {
    runs.aim({ index: frame, step: -1 }, true);
    if (!seen.has(frame)) {
      waits += 1;
      runs.ask(frame);
    }
    deck.work();
    for (const given of deck.given) seen.add(given);
  }
  assert.equal(waits, 0);
  assert.ok(deck.starts <= 20, `${deck.starts}`);
});

test("going back over short groups makes each group's pictures once", () => {
  const runs = new Runs(film(200, 15), 45);
  const deck = new Deck(runs);
  for (let frame = 199; frame >= 100; frame -= 1) {
    runs.aim({ index: frame, step: frame === 199 ? 0 : -1 }, true);
    if (!deck.given.includes(frame)) runs.ask(frame);
    deck.work();
  }
  assert.equal(new Set(deck.given).size, deck.given.length);
});

test("while the hand flies, one picture a step is made, and all when it rests", () => {
  const runs = new Runs(film(1000, 1000), 30);
  const deck = new Deck(runs);
  runs.aim({ index: 0, step: 0 }, false);
  runs.ask(0);
  deck.work();
  const before = deck.given.length;
  for (let frame = 8; frame <= 400; frame += 8) {
    runs.aim({ index: frame, step: 8 }, true);
    deck.work();
  }
  const flown = deck.given.slice(before);
  assert.ok(flown.every((frame) => frame % 8 === 0), `${flown}`);
  assert.ok(flown.length >= 45);
  runs.settle();
  deck.work();
  assert.deepEqual([395, 396, 397, 398, 399, 401].filter((frame) => !deck.given.includes(frame)), []);
});

test("a hand in motion sees what lies on the decoder's way, one at rest does not", () => {
  const runs = new Runs(film(1000, 250), 30);
  runs.aim({ index: 700, step: 0 }, false);
  runs.ask(700);
  runs.started(500);
  assert.equal(runs.flight(), null);
  runs.aim({ index: 704, step: 4 }, true);
  assert.deepEqual(runs.flight(), { from: 500, to: 784 });
  runs.settle();
  assert.equal(runs.flight(), null);
});

test("one long step after a rest is a jump: exactly that frame, at once", () => {
  const runs = new Runs(film(300, 300), 6);
  const deck = new Deck(runs);
  runs.aim({ index: 100, step: 0 }, false);
  runs.ask(100);
  deck.work();
  runs.aim({ index: 90, step: -10 }, false);
  runs.ask(90);
  deck.work(91);
  assert.ok(deck.given.includes(90));
});

test("a hand that flies far off still lets a run give its first picture", () => {
  const runs = new Runs(film(1000, 100), 6);
  const deck = new Deck(runs, { broken: [500, 501] });
  runs.aim({ index: 510, step: 200 }, true);
  runs.ask(510);
  deck.work(1);
  runs.withdraw(510);
  runs.aim({ index: 910, step: 400 }, true);
  runs.ask(910);
  assert.deepEqual(runs.next(), { kind: "feed", position: 501, isStart: false });
  deck.work(2);
  assert.deepEqual(runs.next(), { kind: "feed", position: 900, isStart: true });
});

test("what is no longer asked for is not worked for", () => {
  const runs = new Runs(film(100, 10), 2);
  runs.aim({ index: 0, step: 0 }, false);
  const deck = new Deck(runs);
  runs.ask(0);
  deck.work();
  runs.ask(77);
  runs.withdraw(77);
  assert.deepEqual(runs.next(), { kind: "rest" });
});

test("a frame that two runs did not bring is given up, and the others are not", () => {
  const runs = new Runs(film(30, 30), 6);
  const deck = new Deck(runs, { broken: [12] });
  runs.aim({ index: 12, step: 0 }, false);
  runs.ask(12);
  runs.ask(14);
  deck.work();
  assert.deepEqual(deck.lost, [12]);
  assert.ok(deck.given.includes(14));
  assert.ok(deck.starts <= 3);
});

test("a frame asked for elsewhere is not given up because other runs pass it by", () => {
  const runs = new Runs(film(100, 10), 2);
  const deck = new Deck(runs);
  runs.aim({ index: 95, step: 0 }, false);
  runs.ask(5);
  for (const frame of [95, 85, 75]) {
    runs.aim({ index: frame, step: -10 }, false);
    runs.ask(frame);
    deck.work(frame % 10 + 1);
  }
  deck.work();
  assert.deepEqual(deck.lost, []);
  assert.deepEqual([95, 85, 75, 5].filter((frame) => !deck.given.includes(frame)), []);
});

test("a decoder that breaks at the same place again is not started for ever", () => {
  const runs = new Runs(film(30, 30), 6);
  runs.aim({ index: 5, step: 0 }, false);
  runs.ask(5);
  const lost = [];
  for (let nth = 0; nth < 5 && runs.next().kind !== "rest"; nth += 1) {
    runs.started(0);
    lost.push(...runs.broke());
  }
  assert.deepEqual(lost, [5]);
  assert.deepEqual(runs.next(), { kind: "rest" });
});

test("where the file is cut off, what lies before comes out and the rest is refused", () => {
  const runs = new Runs(film(30, 30), 60);
  runs.aim({ index: 5, step: 0 }, false);
  runs.ask(5);
  runs.ask(25);
  assert.deepEqual(runs.cutOff(20), [25]);
  assert.equal(runs.ask(20), false);
  const deck = new Deck(runs);
  deck.work();
  assert.equal(Math.max(...deck.given), 19);
});

test("a packet that did not come fails the frames that need it, and nothing is asked for until the hand moves", () => {
  const runs = new Runs(film(40, 10), 20);
  runs.aim({ index: 15, step: 0 }, false);
  runs.ask(15);
  runs.ask(35);
  assert.deepEqual(runs.without(12), [15]);
  assert.deepEqual(runs.next(), { kind: "feed", position: 30, isStart: true });
  runs.withdraw(35);
  assert.deepEqual(runs.next(), { kind: "rest" });
  runs.aim({ index: 16, step: 1 }, true);
  assert.equal(runs.next().kind, "feed");
});

test("at the end of the film the decoder is told to let out what it holds back", () => {
  const runs = new Runs(film(10, 10), 4);
  const deck = new Deck(runs, { broken: [9] });
  runs.aim({ index: 9, step: 0 }, false);
  runs.ask(9);
  deck.work(10);
  assert.deepEqual(runs.next(), { kind: "end" });
  runs.ending();
  assert.deepEqual(runs.next(), { kind: "rest" });
  runs.delivered(9);
  assert.deepEqual(runs.ended(), []);
});

test("a frame that the viewer let go is made again when it is asked for", () => {
  const runs = new Runs(film(30, 30), 10);
  const deck = new Deck(runs);
  runs.aim({ index: 3, step: 0 }, false);
  runs.ask(3);
  deck.work();
  deck.given.length = 0;
  runs.ask(2);
  deck.work();
  assert.deepEqual(deck.given, [2]);
});
