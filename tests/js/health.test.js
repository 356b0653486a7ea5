import assert from "node:assert/strict";
import test from "node:test";

import { CheckRun } from "../../static/js/health/check-run.js";
import { differencesOf, toWrite, uncountedFrames } from "../../static/js/health/measures.js";
import { reportAsCsv, reportAsJson, withoutAddresses } from "../../static/js/health/report.js";
import { endingsOf, healthByHost } from "../../static/js/health/summary.js";
import { verdict } from "../../static/js/media/verdicts.js";

/** @typedef {import("../../static/js/health/check-run.js").FileToCheck} FileToCheck */
/** @typedef {import("../../static/js/health/check-run.js").Checked} Checked */
/** @typedef {import("../../static/js/health/check-run.js").Outcome} Outcome */

const ONE = "https://one.corp.example";
const TWO = "https://two.corp.example";
const SECRET = "s3cret";

/** @param {number} n @param {Partial<FileToCheck>} [more] @returns {FileToCheck} */
const file = (n, more = {}) => ({
  id: `di_${n}`,
  reference_id: `quay/${n}`,
  href: `/datasets/ds_1/items/di_${n}`,
  url: `${ONE}/private/${n}.jpg?X-Amz-Date=20260101T000000Z&X-Amz-Expires=${n * 3600}&X-Amz-Signature=${SECRET}`,
  kind: "item",
  stored: { width: null, height: null },
  taken: [],
  frame_count: 0,
  ...more,
});

/** @param {FileToCheck} one @param {Partial<Checked>} [more] @returns {Checked} */
const checked = (one, more = {}) => ({
  file: one,
  origin: new URL(one.url).origin,
  state: "came",
  diagnosis: null,
  measured: {},
  isUnread: false,
  took_ms: 10,
  at_ms: 0,
  ...more,
});

/** @type {Outcome} */
const CAME = { state: "came", diagnosis: null, measured: { width: 4, height: 3 } };
const originOf = (/** @type {string} */ url) => new URL(url).origin;

/** A load that a test settles by hand. */
function controllable() {
  /** @type {(outcome: Outcome) => void} */
  let resolve = () => {};
  /** @type {(reason: Error) => void} */
  let reject = () => {};
  const promise = new Promise((/** @type {(outcome: Outcome) => void} */ take, refuse) => ([resolve, reject] = [take, refuse]));
  return { promise, resolve: (/** @type {Outcome} */ outcome) => resolve(outcome), reject: (/** @type {Error} */ reason) => reject(reason) };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

/** @param {number} count @param {(file: FileToCheck, signal: AbortSignal) => Promise<Outcome>} check @param {(n: number) => Partial<FileToCheck>} [more] */
function runOf(count, check, more = () => ({})) {
  /** @type {string[]} */
  const begun = [];
  const files = Array.from({ length: count }, (_, n) => file(n, more(n)));
  const run = new CheckRun(files, {
    check: (one, signal) => {
      begun.push(one.id);
      return check(one, signal);
    },
    originOf,
  });
  return { run, begun };
}

test("six files are tried at once, two videos among them", async () => {
  const held = controllable();
  const { run, begun } = runOf(12, () => held.promise, (n) => (n < 5 ? { kind: "video" } : {}));
  run.go();
  assert.deepEqual(begun, ["di_0", "di_1", "di_5", "di_6", "di_7", "di_8"]);
  held.resolve(CAME);
  await settled();
  assert.equal(run.state, "done");
  assert.equal(run.checked.length, 12);
});

test("a check rests, goes on and is ended", async () => {
  let held = controllable();
  const { run, begun } = runOf(20, () => held.promise);
  run.go();
  run.rest();
  held.resolve(CAME);
  await settled();
  assert.deepEqual([run.state, begun.length, run.checked.length], ["resting", 6, 6]);
  held = controllable();
  run.go();
  run.end();
  held.reject(new Error("given up"));
  await settled();
  assert.deepEqual([run.state, begun.length, run.checked.length], ["ended", 12, 6]);
});

test("a host that is down is left alone at once, and the other is checked", async () => {
  const silent = verdict("host-silent", { origin: TWO });
  const { run, begun } = runOf(
    40,
    async ({ url }) => (url.startsWith(TWO) ? { state: "down", diagnosis: silent, measured: {} } : CAME),
    (n) => (n % 2 ? { url: `${TWO}/a.jpg` } : {}),
  );
  run.go();
  await settled();
  assert.equal(run.state, "done");
  assert.ok(begun.length < 26, `${begun.length} were tried`);
  assert.equal(run.left.length, 20);
  const again = new CheckRun(run.left, { check: async () => CAME, originOf }, run.checked.filter(({ state }) => state !== "left"));
  again.go();
  await settled();
  assert.deepEqual([again.total, again.checked.length, again.left.length], [40, 40, 0]);
  const [two, one] = healthByHost(run.checked);
  assert.deepEqual([two?.origin, two?.left, two?.came, two?.causes[0]?.diagnosis.kind], [TWO, 20, 0, "host-silent"]);
  assert.deepEqual([one?.origin, one?.left, one?.came], [ONE, 0, 20]);
});

test("failures are put together by host and cause, the most frequent first", () => {
  const of = (/** @type {number} */ n, /** @type {"denied" | "not-found"} */ kind) =>
    checked(file(n), { state: "failed", diagnosis: verdict(kind, { origin: ONE, status: 403 }) });
  const [host] = healthByHost([checked(file(0)), of(1, "not-found"), ...[2, 3, 4, 5, 6, 7, 8].map((n) => of(n, "denied"))]);
  assert.deepEqual(host?.causes.map(({ diagnosis, count, examples }) => [diagnosis.kind, count, examples.length]), [["denied", 7, 5], ["not-found", 1, 1]]);
  assert.deepEqual([host?.total, host?.came, host?.failed, host?.typical_ms], [9, 1, 8, 10]);
});

test("links that end are counted by hour, and by day where some last longer", () => {
  const begin_ms = Date.UTC(2026, 0, 1);
  const hours = endingsOf([1, 1, 2, 5].map((n) => file(n)), begin_ms + 1800_000);
  assert.deepEqual(hours.bars.map(({ count }) => count), [2, 1, 0, 0, 1]);
  assert.deepEqual([hours.unit, hours.ended, hours.ending, hours.next?.end_ms], ["hour", 0, 4, begin_ms + 3600_000]);
  const days = endingsOf([1, 30, 100, 24 * 60].map((n) => file(n)).concat(file(0, { url: `${ONE}/plain.jpg` })), begin_ms + 7200_000);
  assert.deepEqual([days.unit, days.ended, days.ending, days.total, days.bars.length, days.later], ["day", 1, 4, 5, 24, 1]);
  assert.deepEqual(days.bars.flatMap(({ count }, place) => (count ? [[place, count]] : [])), [[1, 1], [4, 1]]);
  assert.deepEqual(endingsOf([], 0).bars, []);
});

const FILM = { video_width: 1280, video_height: 720, video_duration_s: 12.5, video_frame_count: 375 };

test("sizes that are missing or another are told, and what is the same is not", () => {
  const size = { width: 640, height: 480 };
  const sized = (/** @type {number} */ n, /** @type {Record<string, number | null>} */ stored) => checked(file(n, { stored }), { measured: size });
  const found = differencesOf([
    sized(1, { width: null, height: null }),
    sized(2, size),
    sized(3, { width: 480, height: 640 }),
    sized(4, { width: 640, height: null }),
    checked(file(5), { state: "failed" }),
  ]);
  assert.deepEqual(
    found.map(({ checked: { file: one }, isMissing, isTurned, stored, found: is }) => [one.id, isMissing, isTurned, stored, is]),
    [
      ["di_3", false, true, "480 × 640", "640 × 480"],
      ["di_1", true, false, "", "640 × 480"],
      ["di_4", true, false, "", "640 × 480"],
    ],
  );
  assert.deepEqual(toWrite(found).sizes[2], { id: "di_4", seen: [640, null], found: [640, 480] });
});

test("of an mp4 only what differs is written, with what the page was told", () => {
  const film = (/** @type {Record<string, number | null>} */ stored, /** @type {string[]} */ taken = []) =>
    checked(file(1, { id: "scn_1", kind: "video", stored, taken, frame_count: 300 }), { measured: FILM });
  const [part] = differencesOf([film({ video_width: 1280, video_height: null, video_duration_s: 12.52, video_frame_count: 300 })]);
  assert.deepEqual([part?.isMissing, part?.stored, part?.found], [false, "300 frames", "720 high, 375 frames"]);
  assert.deepEqual(toWrite(part ? [part] : []).videos, [
    { id: "scn_1", seen: { video_height: null, video_frame_count: 300 }, found: { video_height: 720, video_frame_count: 375 } },
  ]);
  const [all] = differencesOf([film({})]);
  assert.deepEqual([all?.isMissing, all?.found], [true, "1280 × 720, 12.5 s, 375 frames"]);
  assert.deepEqual(toWrite(all ? [all] : []).videos, [{ id: "scn_1", seen: {}, found: FILM }]);
  assert.deepEqual(differencesOf([film(FILM), film({}, Object.keys(FILM))]), []);
  assert.equal(uncountedFrames([film({})]).length, 1);
});

test("a report holds no address, no path, no query and no signature, whatever a reference id holds", () => {
  const named = (/** @type {string} */ reference_id) =>
    checked(file(1, { reference_id }), { state: "failed", diagnosis: verdict("denied", { origin: ONE, status: 403 }) });
  const rows = [
    named("quay/1"),
    named(file(7).url),
    named(encodeURIComponent(file(7).url)),
    named(`https://user:${SECRET}@one.corp.example/private/a.jpg`),
    named(`private.jpg?sig=${SECRET}&se=1`),
    named(`s3://bucket/${SECRET}/private`),
  ];
  const about = { dataset: `Quays ${file(7).url}`, dataset_id: "ds_1", seed: 7, size: 10, looked_at: 6, total: 6, isWhole: true, at_ms: 0 };
  for (const text of [reportAsJson(rows, about), reportAsCsv(rows)]) {
    assert.doesNotMatch(text, /s3cret|X-Amz|%3A|\/private/);
    assert.match(text, /quay\/1/);
    assert.match(text, /https:\/\/one\.corp\.example/);
    assert.match(text, /denied/);
  }
  const read = JSON.parse(reportAsJson(rows, about));
  assert.deepEqual([read.seed, read.hosts[0].failed, read.files.length, read.files[0].link_ends_at], [7, 6, 6, "2026-01-01T01:00:00.000Z"]);
});

test("a sentence keeps its origins and loses what stands after them", () => {
  const said = "https://one.corp.example, which asked http://[::1]:9000/a/b?c=d why, is down.";
  assert.equal(withoutAddresses(said), "https://one.corp.example, which asked http://[::1]:9000/… why, is down.");
  assert.equal(withoutAddresses("100% of it, R&D = fine?"), "100% of it, R&D = fine?");
});

test("a table holds no formula, and quotes what it must", () => {
  const row = checked(file(1, { reference_id: '=HYPERLINK("a"),b' }), { measured: { width: 4, height: 3 } });
  const [head, first] = reportAsCsv([row]).split("\r\n");
  assert.ok(first?.startsWith(`"'=HYPERLINK(""a""),b",di_1,item,${ONE},came,,,10,`));
  assert.equal(head?.split(",").length, 18);
  assert.ok(first?.endsWith(",,,,,4,3,,"));
});
