import assert from "node:assert/strict";
import { test } from "node:test";

import { FrameList } from "../../static/js/viewer/frame-list.js";
import { CannotShow } from "../../static/js/viewer/frame-source.js";
import { openFrames } from "../../static/js/viewer/sources/frames.js";
import { settled } from "./controllable.js";

const GIF = Uint8Array.from([...'GIF89a'].map((letter) => letter.charCodeAt(0)).concat([0x40, 1, 0xc8, 0], Array(20).fill(0)));

/** What the browser makes of a file or an element: a bitmap of any size, or nothing. */
function makeBitmap(width = 320, height = 200) {
  const bitmap = { width, height, isClosed: false, close: () => void (bitmap.isClosed = true) };
  return bitmap;
}

/** An image element: loads what the host has, whether or not a page may read it. */
class FakeImage extends EventTarget {
  naturalWidth = 320;
  naturalHeight = 200;
  #loads;

  /** @param {(url: string) => boolean} loads */
  constructor(loads) {
    super();
    this.#loads = loads;
  }

  set src(/** @type {string} */ url) {
    queueMicrotask(() => this.dispatchEvent(new Event(this.#loads(url) ? "load" : "error")));
  }

  removeAttribute() {}
}

/**
 * A browser in front of hosts: those of `readable` allow reading, those of `silent` are not there, the others only show.
 * @param {{readable?: string[], silent?: string[], answer?: (url: string) => Response, decode?: (from: unknown) => unknown,
 *   list?: FrameList, rate_hz?: number | null, ring_bytes?: number, known?: Map<string, boolean>}} situation
 */
async function makeSource({ readable = [], silent = [], answer = () => new Response(GIF), decode = () => makeBitmap(),
  list = listOf("https://a.example/"), rate_hz = 30, ring_bytes = 1000, known = new Map() } = {}) {
  /** @type {string[]} */
  const asked = [];
  /** @type {RequestInit[]} */
  const manners = [];
  /** @type {string[]} */
  const shown = [];
  const browser = {
    fetch: async (/** @type {unknown} */ url, /** @type {RequestInit | undefined} */ manner) => {
      asked.push(String(url));
      manners.push(manner ?? {});
      await settled();
      manner?.signal?.throwIfAborted();
      if (!readable.some((origin) => String(url).startsWith(origin))) throw new TypeError("Failed to fetch");
      return answer(String(url));
    },
    makeImage: () => {
      const image = new FakeImage((url) => {
        shown.push(url);
        return !silent.some((origin) => url.startsWith(origin));
      });
      return /** @type {HTMLImageElement} */ (/** @type {unknown} */ (image));
    },
    createBitmap: async (/** @type {unknown} */ from) => /** @type {ImageBitmap} */ (decode(from)),
  };
  const abilities = {
    readable: (/** @type {string} */ origin) => known.get(origin),
    learn: (/** @type {string} */ origin, /** @type {{readable: boolean}} */ learned) => void known.set(origin, learned.readable),
  };
  const signal = new AbortController().signal;
  const source = await openFrames(list, { rate_hz, signal, abilities, ring_bytes, browser });
  const load = (/** @type {number} */ index) => source.load(index, new AbortController().signal);
  return { source, load, asked, manners, shown, known };
}

/** @param {string[]} prefixes one frame from each */
function listOf(...prefixes) {
  const urls = prefixes.length > 1 ? prefixes : [0, 1, 2, 3].map((n) => `${prefixes[0]}${n}.jpg`);
  const list = new FrameList({ count: urls.length, first: null });
  list.take({ prefix: "", urls, ids: urls, references: urls });
  return list;
}

test("a host that may be read is fetched from, without cookies and Referer", async () => {
  const { load, asked, manners, shown, known } = await makeSource({ readable: ["https://a.example"] });
  assert.equal((await load(1)).width, 320);
  assert.deepEqual([asked, shown], [["https://a.example/1.jpg"], []]);
  assert.equal(manners[0]?.mode, "cors");
  assert.equal(manners[0]?.credentials, "omit");
  assert.equal(manners[0]?.referrerPolicy, "no-referrer");
  assert.equal(known.get("https://a.example"), true);
});

test("a host that may not be read is asked once, and then by image elements", async () => {
  const { load, asked, shown, known } = await makeSource();
  await load(0);
  await load(1);
  assert.deepEqual([asked.length, shown], [1, ["https://a.example/0.jpg", "https://a.example/1.jpg"]]);
  assert.equal(known.get("https://a.example"), false);
});

test("while it is not known whether a host may be read, one load finds out and the others wait", async () => {
  const { load, asked, shown } = await makeSource();
  await Promise.all([load(0), load(1), load(2)]);
  assert.deepEqual([asked.length, shown.length], [1, 3]);
});

test("a trial that is given up is followed by another", async () => {
  const { source, load, asked, known } = await makeSource({ readable: ["https://a.example"] });
  const life = new AbortController();
  const first = source.load(0, life.signal);
  const second = load(1);
  await Promise.resolve();
  life.abort();
  await assert.rejects(first, { name: "AbortError" });
  assert.equal((await second).width, 320);
  assert.deepEqual([asked.length, known.get("https://a.example")], [2, true]);
});

test("a host that is not there teaches nothing", async () => {
  const { load, known, asked } = await makeSource({ silent: ["https://a.example"] });
  await assert.rejects(load(0));
  await assert.rejects(load(1));
  assert.deepEqual([known.size, asked.length], [0, 2]);
});

test("what is known already is not tried again", async () => {
  const { load, asked } = await makeSource({ known: new Map([["https://a.example", false]]) });
  await load(0);
  assert.deepEqual(asked, []);
});

test("each origin of a scene is known by itself", async () => {
  const list = listOf("https://a.example/0.jpg", "https://b.example/1.jpg");
  const { load, known } = await makeSource({ list, readable: ["https://b.example"] });
  await Promise.all([load(0), load(1)]);
  assert.deepEqual([...known].sort(), [["https://a.example", false], ["https://b.example", true]]);
});

test("a frame that a readable host redirects away is still shown by an image element", async () => {
  const { load, shown, known } = await makeSource({ known: new Map([["https://a.example", true]]) });
  assert.equal((await load(0)).width, 320);
  assert.deepEqual([shown.length, known.get("https://a.example")], [1, true]);
});

test("the first question goes past the browser's cache, the next ones do not", async () => {
  const { load, manners } = await makeSource({ readable: ["https://a.example"] });
  await load(0);
  await load(1);
  assert.deepEqual(manners.map(({ cache }) => cache), ["reload", "default"]);
});

test("coming back to a frame costs no request, as long as its file is held", async () => {
  const { load, asked } = await makeSource({ readable: ["https://a.example"], ring_bytes: GIF.length });
  for (const index of [0, 0, 1, 0]) await load(index);
  assert.deepEqual(asked.map((url) => url.at(-5)), ["0", "1", "0"]);
});

test("a load of a frame not yet listed waits for the list", async () => {
  const list = new FrameList({ count: 4, first: null });
  const { load, asked } = await makeSource({ list, readable: ["https://a.example"] });
  const loading = load(2);
  await settled();
  assert.deepEqual(asked, []);
  list.take({ prefix: "https://a.example/", urls: ["0", "1", "2", "3"], ids: [], references: [] });
  await loading;
  assert.deepEqual(asked, ["https://a.example/2"]);
});

test("a refusal names the host and the status, and no path", async () => {
  const answer = () => new Response("gone", { status: 404 });
  const { load } = await makeSource({ readable: ["https://a.example"], answer });
  await assert.rejects(load(0), new CannotShow("a.example answered 404 for this frame."));
});

test("what is no picture is called by its name, and the other frames show", async () => {
  const bodies = ["<!DOCTYPE html><title>Sign in", "", "II*\0 tiff", GIF];
  const { load } = await makeSource({
    readable: ["https://a.example"],
    answer: (url) => new Response(bodies[Number(url.at(-5))]),
    decode: (from) => {
      if (/** @type {Blob} */ (from).size !== GIF.length) throw new DOMException("no", "InvalidStateError");
      return makeBitmap();
    },
  });
  await assert.rejects(load(0), { name: "CannotShow", message: /sign-in page/ });
  await assert.rejects(load(1), { name: "CannotShow", message: /empty file/ });
  await assert.rejects(load(2), { name: "CannotShow", message: /TIFF/ });
  assert.equal((await load(3)).width, 320);
});

test("a picture that claims more pixels than a browser can hold is not decoded", async () => {
  const huge = Uint8Array.from([...GIF.subarray(0, 6), 0xff, 0xff, 0xff, 0xff, ...GIF.subarray(10)]);
  let decoded = 0;
  const { load } = await makeSource({ readable: ["https://a.example"], answer: () => new Response(huge), decode: () => (decoded += 1) });
  await assert.rejects(load(0), { name: "CannotShow", message: /65\u202f535 × 65\u202f535/ });
  assert.equal(decoded, 0);
});

test("a picture of more than 16 megapixels is made smaller, and the large one closed", async () => {
  const large = makeBitmap(8000, 4000);
  /** @type {unknown[]} */
  const decoded = [];
  const { load } = await makeSource({
    readable: ["https://a.example"],
    decode: (from) => {
      decoded.push(from);
      return from === large ? makeBitmap(5656, 2828) : large;
    },
  });
  assert.equal((await load(0)).width, 5656);
  assert.deepEqual([decoded[1] === large, large.isClosed], [true, true]);
});

test("a source that was disposed of loads nothing, and a load under way ends", async () => {
  const { source, load } = await makeSource({ readable: ["https://a.example"] });
  const loading = load(0);
  source.dispose();
  await assert.rejects(loading, { name: "AbortError" });
  await assert.rejects(load(1), { name: "AbortError" });
});

test("a scene says what it shows, and where its rate is only assumed", async () => {
  const { source } = await makeSource();
  assert.deepEqual([source.kind, source.says, source.timeline.count, source.timeline.rate_hz], ["frames", "frames, exact", 4, 30]);
  assert.match((await makeSource({ rate_hz: null })).source.says, /no rate given/);
});

test("a scene without frames cannot be shown", async () => {
  const list = new FrameList({ count: 0, first: null });
  await assert.rejects(openFrames(list, { rate_hz: 30, signal: new AbortController().signal }), CannotShow);
});
