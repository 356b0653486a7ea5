import assert from "node:assert/strict";
import { test } from "node:test";

import { ResultOutline } from "../../static/js/grid/result-outline.js";
import { RowBlocks } from "../../static/js/grid/row-blocks.js";
import { settled } from "./controllable.js";

/** @typedef {import("../../static/js/grid/row-blocks.js").Row} Row */
/** @typedef {import("../../static/js/grid/row-blocks.js").RowsPlace} RowsPlace */

const STEP = 250;

/** A result of so many rows, served as the feeds do. */
class Result {
  /** @type {RowsPlace[]} */
  asked = [];
  /** @type {Error | null} */
  fault = null;
  isHeld = false;

  /** @param {number} count */
  constructor(count) {
    this.rows = Array.from({ length: count }, (_, n) => /** @type {Row} */ ({ id: idOf(n), href: `/${n}` }));
  }

  /**
   * @param {RowsPlace} place
   * @param {AbortSignal} signal
   */
  read = async (place, signal) => {
    this.asked.push(place);
    await settled();
    if (this.isHeld) await new Promise((resolve) => signal.addEventListener("abort", resolve));
    if (this.fault) throw this.fault;
    return this.answer(place);
  };

  /** @param {RowsPlace} place */
  answer({ from, after, before, limit }) {
    const at = (/** @type {string | undefined} */ id) => this.rows.findIndex((row) => row.id === id);
    const end = before ? at(before) : undefined;
    const start = end !== undefined ? Math.max(0, end - limit) : from ? at(from) : after ? at(after) + 1 : 0;
    const rows = this.rows.slice(start, end ?? start + limit);
    const last = this.rows.at(-1);
    return {
      rows,
      after: rows.at(-1) === last ? null : /** @type {Row} */ (rows.at(-1)).id,
      before: start === 0 ? null : /** @type {Row} */ (rows[0]).id,
      version: 1,
    };
  }

  /** @param {number} perAnswer anchors */
  outline(perAnswer) {
    const anchors = this.rows.filter((_, n) => n % STEP === 0).map(({ id }) => id);
    return (/** @type {string | null} */ token) => {
      const start = Number(token ?? 0);
      const isLast = start + perAnswer >= anchors.length;
      return Promise.resolve({
        step: STEP,
        anchors: anchors.slice(start, start + perAnswer),
        count: isLast ? this.rows.length : (start + perAnswer) * STEP,
        is_exact: isLast,
        looked_at: 0,
        total: 0,
        continue: isLast ? null : String(start + perAnswer),
        version: 1,
      });
    };
  }
}

/** @param {number} n */
function idOf(n) {
  return `di_${String(n).padStart(7, "0")}`;
}

/**
 * The rows of a result as a page that begins at `start` has them.
 * @param {Result} result
 * @param {{start?: number, claimed?: number | null, isOutlined?: boolean, perAnswer?: number}} page
 */
async function open(result, { start = 0, claimed = start, isOutlined = true, perAnswer = 1000 } = {}) {
  const outline = new ResultOutline(result.outline(perAnswer), { changed: () => {}, shown: 120 });
  /** @type {{moved: number[], failed: unknown[]}} */
  const heard = { moved: [], failed: [] };
  const told = { changed: () => {}, moved: (/** @type {number} */ by) => heard.moved.push(by), failed: (/** @type {unknown} */ reason) => heard.failed.push(reason) };
  if (isOutlined) await outline.read(new AbortController().signal);
  const blocks = new RowBlocks(result.read, outline, told, result.answer({ from: idOf(start), limit: 120 }), claimed);
  return { blocks, outline, heard };
}

/**
 * @param {RowBlocks} blocks
 * @param {number} start
 * @param {number} end
 */
async function see(blocks, start, end) {
  blocks.want({ start, end });
  for (let round = 0; round < 12; round += 1) await settled();
}

/**
 * Fails where any row held is at another position than its own.
 * @param {RowBlocks} blocks
 * @param {number} count
 */
function assertTrue(blocks, count) {
  for (let position = 0; position < count; position += 1) {
    const row = blocks.row(position);
    assert.ok(row === null || row.id === idOf(position), `${row?.id} at ${position}`);
  }
}

test("an outline grows answer by answer, and says what is certain", async () => {
  const result = new Result(1030);
  /** @type {[number, boolean][]} */
  const seen = [];
  const changed = () => seen.push([outline.count, outline.isExact]);
  const outline = new ResultOutline(result.outline(2), { changed, shown: 120 });
  assert.deepEqual([outline.count, outline.isExact], [120, false]);
  await outline.read(new AbortController().signal);
  assert.deepEqual(seen, [[500, false], [1000, false], [1030, true]]);
  assert.equal(outline.anchor(4), idOf(1000));
  assert.equal(outline.anchor(5), null);
  assert.equal(outline.blockOf(idOf(500)), 2);
});

test("an outline goes on where a failure stopped it", async () => {
  const result = new Result(1030);
  const serve = result.outline(2);
  let failures = 1;
  const ask = (/** @type {string | null} */ token) => (token === "2" && failures-- > 0 ? Promise.reject(new Error("offline")) : serve(token));
  const outline = new ResultOutline(ask, { changed: () => {}, shown: 120 });
  const { signal } = new AbortController();
  await assert.rejects(outline.read(signal), /offline/);
  await outline.read(signal);
  assert.deepEqual([outline.count, outline.isExact, outline.anchor(4)], [1030, true, idOf(1000)]);
});

test("a place far away is read from its anchor, and every row is at its own position", async () => {
  const { blocks } = await open(new Result(20_000));
  await see(blocks, 12_400, 12_480);
  assert.equal(blocks.row(12_400)?.id, idOf(12_400));
  assert.equal(blocks.row(12_479)?.id, idOf(12_479));
  assertTrue(blocks, 20_000);
});

test("memory is bounded, and what was seen last is held", async () => {
  const { blocks } = await open(new Result(60_000));
  for (let start = 0; start < 60_000; start += 500) await see(blocks, start, start + 80);
  assert.ok(blocks.size <= 40 * STEP + 120, `${blocks.size} rows`);
  assert.equal(blocks.row(59_500)?.id, idOf(59_500));
  assert.equal(blocks.row(20_000), null);
});

test("what is far is not waited for", async () => {
  const result = new Result(20_000);
  const { blocks } = await open(result);
  result.isHeld = true;
  await see(blocks, 5_000, 5_080);
  await see(blocks, 15_000, 15_080);
  result.isHeld = false;
  result.asked.length = 0;
  await see(blocks, 10_000, 10_080);
  assert.equal(blocks.row(10_000)?.id, idOf(10_000));
});

test("two are asked at once at most", async () => {
  const result = new Result(20_000);
  const { blocks } = await open(result);
  result.isHeld = true;
  await see(blocks, 5_000, 7_000);
  assert.equal(result.asked.length, 2);
});

test("before the outline comes, rows join what is there on both sides", async () => {
  const { blocks, heard } = await open(new Result(3_000), { start: 700, isOutlined: false });
  await see(blocks, 700, 800);
  await see(blocks, 800, 900);
  assert.equal(blocks.row(899)?.id, idOf(899));
  await see(blocks, 640, 720);
  assert.equal(blocks.row(640)?.id, idOf(640));
  assert.ok(!blocks.isPinned);
  await see(blocks, 0, 80);
  assert.ok(blocks.isPinned);
  assert.deepEqual(heard.moved, []);
  assertTrue(blocks, 3_000);
});

test("a wrong claim of an address is put right, and says by how much", async () => {
  for (const claimed of [690, 5, 2_800, null]) {
    const { blocks, heard } = await open(new Result(3_000), { start: 700, claimed });
    await see(blocks, blocks.start, blocks.start + 80);
    assert.ok(blocks.isPinned, `${claimed}`);
    assert.deepEqual(heard.moved, [700 - (claimed ?? STEP)]);
    await see(blocks, 700, 780);
    assertTrue(blocks, 3_000);
  }
});

test("a claim at the very end is proved, though no anchor follows", async () => {
  const { blocks, heard } = await open(new Result(1_240), { start: 1_200, claimed: 300 });
  await see(blocks, 300, 340);
  assert.deepEqual(heard.moved, [900]);
  assertTrue(blocks, 1_240);
});

test("after a failure nothing is asked until somebody says so", async () => {
  const result = new Result(20_000);
  const { blocks, heard } = await open(result);
  result.fault = new Error("offline");
  await see(blocks, 5_000, 5_080);
  assert.equal(heard.failed.length, 1);
  const asked = result.asked.length;
  await see(blocks, 9_000, 9_080);
  assert.equal(result.asked.length, asked);
  result.fault = null;
  blocks.retry();
  await see(blocks, 9_000, 9_080);
  assert.equal(blocks.row(9_000)?.id, idOf(9_000));
});

test("the rows of a range come whole and in order, held or not", async () => {
  const { blocks } = await open(new Result(20_000));
  await see(blocks, 5_000, 5_080);
  const rows = await blocks.rows({ start: 60, end: 9_060 }, new AbortController().signal);
  assert.equal(rows.length, 9_000);
  assert.ok(rows.every((row, index) => row.id === idOf(60 + index)));
});

test("a range where the outline has not come yet is refused", async () => {
  const { blocks } = await open(new Result(20_000), { isOutlined: false });
  await assert.rejects(blocks.rows({ start: 0, end: 5_000 }, new AbortController().signal), RangeError);
});
