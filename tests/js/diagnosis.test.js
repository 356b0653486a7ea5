import assert from "node:assert/strict";
import { test } from "node:test";

import { diagnose } from "../../static/js/media/diagnosis.js";

/** @typedef {import("../../static/js/media/diagnosis.js").Witnesses} Witnesses */
/** @typedef {import("../../static/js/media/probe.js").Reading} Reading */

const URL_HERE = "https://media.corp.example/cats/1.jpg?signature=secret";
const POLICY = "default-src 'none'; img-src 'self' blob: https://media.corp.example; media-src 'self'";
const JPEG = Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0]);
const text = (/** @type {string} */ words) => new TextEncoder().encode(words);
const NOW_MS = Date.UTC(2026, 10, 22);

/**
 * What the page would see, by who is asked. By default the picture failed, everything answers, and a sound JPEG is read.
 * @typedef {object} World
 * @property {string} [url]
 * @property {"image" | "video"} [medium]
 * @property {"failed" | "late"} [seen]
 * @property {string} [page]
 * @property {string} [permission]
 * @property {string} [space] of the page
 * @property {() => boolean} [isOnline]
 * @property {{policy: string, directive: string} | null} [violation]
 * @property {string} [touch]
 * @property {string} [root]
 * @property {string} [app]
 * @property {string} [load]
 * @property {boolean} [canSeek]
 * @property {string} [decode]
 * @property {Partial<Reading>} [read]
 * @property {Partial<Reading>} [readWithCookies]
 * @property {boolean} [hasCredentials]
 * @property {boolean} [mayAsk]
 * @property {(type: string) => boolean | null} [shows]
 */

/** @param {World} world */
async function verdictIn(world) {
  /** @type {string[]} */
  const asked = [];
  /** @type {<Answer>(who: string, answer: Answer) => Promise<Answer & {took_ms: number}>} */
  const answer = async (who, said) => {
    asked.push(who);
    return { ...said, took_ms: 7 };
  };
  const page = world.page ?? "https://transom.corp.example/datasets/ds_1/";
  const reading = { saw: "read", status: 206, type: "image/jpeg", address: URL_HERE, isRedirected: false, isPart: true, bytes: JPEG };
  const asks = {
    load: () => answer("load", { saw: world.load ?? "failed", ...("canSeek" in world ? { canSeek: world.canSeek } : {}) }),
    touch: ({ isLocal = false } = {}) => answer(isLocal ? "local" : "touch", { saw: world.touch ?? "answered" }),
    decode: () => answer("decode", { saw: world.decode ?? "failed" }),
    root: () => answer("root", { saw: world.root ?? "answered" }),
    app: () => answer("app", { saw: world.app ?? "answered" }),
    read: ({ withCookies = false, from = 0 } = {}) =>
      answer(withCookies ? "cookies" : from ? "header" : "read", { ...reading, ...(withCookies ? world.readWithCookies : world.read) }),
  };
  const failure = { url: world.url ?? URL_HERE, medium: world.medium ?? "image", seen: world.seen ?? "failed" };
  const diagnosis = await diagnose(failure, {
    pageAddress: page,
    isSecure: page.startsWith("https:") || page.includes("localhost"),
    pageSpace: async () => /** @type {any} */ (world.space ?? "unknown"),
    isOnline: world.isOnline ?? (() => true),
    now_ms: async () => NOW_MS,
    permission: async () => /** @type {any} */ (world.permission ?? "granted"),
    violation: () => world.violation ?? null,
    hasCredentials: world.hasCredentials ?? false,
    canShow: async (type) => world.shows?.(type) ?? null,
    asks: world.mayAsk === false ? null : /** @type {any} */ (asks),
  });
  return { ...diagnosis, asked };
}

/** @param {World} world */
const kindIn = async (world) => (await verdictIn(world)).kind;

/** An answer that pages may not read. */
const UNREAD = /** @type {const} */ ({ read: { saw: "refused", status: 0, bytes: new Uint8Array() } });
const REFUSED = /** @type {const} */ ({ touch: "refused", ...UNREAD });
const GONE = /** @type {const} */ ({ ...REFUSED, root: "refused" });
const MUTE = /** @type {const} */ ({ seen: "late", touch: "silent", root: "silent" });

test("a violation on a declared origin is a redirect elsewhere, on another one an undeclared origin", async () => {
  const redirected = await verdictIn({ violation: { policy: POLICY, directive: "img-src" } });
  assert.equal(redirected.kind, "redirected");
  assert.match(redirected.sentence, /redirect/);
  assert.deepEqual(redirected.asked, []);
  const undeclared = await verdictIn({ violation: { policy: POLICY, directive: "media-src" } });
  assert.equal(undeclared.kind, "undeclared");
  assert.match(undeclared.sentence, /may not contact https:\/\/media\.corp\.example/);
});

test("what connect-src held explains nothing, unless a file was sent on elsewhere", async () => {
  assert.equal(await kindIn({ violation: { policy: "connect-src 'self'", directive: "connect-src" }, ...GONE }), "unreachable");
  const policy = "connect-src 'self' https://media.corp.example";
  assert.equal(await kindIn({ violation: { policy, directive: "connect-src" } }), "redirected");
});

test("plain http by name on an https page is mixed content, and says whether the host is there", async () => {
  const there = await verdictIn({ url: "http://media.corp.example/1.jpg" });
  assert.equal(there.kind, "mixed-content");
  assert.deepEqual(there.asked, ["local"]);
  assert.match(there.remedy, /is there and answers/);
  // The question would open the browser's own one.
  const unasked = await verdictIn({ url: "http://203.0.113.7/1.jpg", permission: "prompt", page: "https://198.51.100.1/" });
  assert.equal(unasked.kind, "mixed-content");
});

test("what browsers let through over plain http is no mixed content", async () => {
  for (const host of ["localhost:9000", "10.1.2.3", "nas.local"]) assert.equal(await kindIn({ url: `http://${host}/1.jpg`, ...GONE }), "unreachable");
  assert.equal(await kindIn({ url: "http://media.corp.example/1.jpg", page: "http://localhost:8000/", ...GONE }), "unreachable");
});

test("an offline browser is not blamed on the host, even when it notices late", async () => {
  const known = await verdictIn({ isOnline: () => false });
  assert.equal(known.kind, "offline");
  assert.deepEqual(known.asked, []);
  let looks = 0;
  assert.equal(await kindIn({ isOnline: () => ++looks < 2, ...GONE }), "offline");
  assert.equal(await kindIn({ url: "http://localhost:9000/1.jpg", isOnline: () => false, ...UNREAD }), "answered-unread");
});

test("a link that has ended by what it says needs no asking", async () => {
  const ended = await verdictIn({ url: "https://s3.example/b/1.jpg?X-Amz-Date=20261121T230000Z&X-Amz-Expires=900&X-Amz-Signature=1" });
  assert.equal(ended.kind, "expired");
  assert.match(ended.sentence, /ended 45 min ago/);
  assert.deepEqual(ended.asked, []);
  assert.equal(await kindIn({ url: "https://s3.example/1.jpg?X-Amz-Date=20261121T235900Z&X-Amz-Expires=900&X-Amz-Signature=1" }), "broken-file");
});

test("a denied local network is certain for a private address and merged for a name", async () => {
  for (const url of ["http://10.1.2.3/1.jpg", "http://nas.local/1.jpg", "http://127.0.0.1:9000/1.jpg"]) {
    const sure = await verdictIn({ url, permission: "denied", ...GONE });
    assert.equal(sure.kind, "local-network-denied");
    assert.ok(sure.isSure);
    assert.deepEqual(sure.asked, []);
  }
  const merged = await verdictIn({ permission: "denied", ...GONE });
  assert.equal(merged.kind, "local-network-or-unreachable");
  assert.match(merged.maybe.join(), /local network.*nothing listens/);
  assert.equal(await kindIn({ permission: "denied", ...UNREAD }), "answered-unread");
});

test("from one place on the local network to another no permission is needed", async () => {
  for (const page of ["http://localhost:8000/", "https://192.168.1.2/"]) assert.equal(await kindIn({ page, permission: "denied", ...GONE }), "unreachable");
  // A page over plain http is always said to be denied; only its network decides.
  const near = { page: "http://transom.corp.example/", url: "http://10.1.2.3/1.jpg", permission: "denied", ...GONE };
  assert.equal(await kindIn({ ...near, space: "local" }), "unreachable");
  assert.equal(await kindIn({ ...near, space: "unknown" }), "local-network-or-unreachable");
  const far = await verdictIn({ ...near, space: "public" });
  assert.equal(far.kind, "local-network-denied");
  assert.match(far.remedy, /https/);
});

test("a question of the browser that may be open is named beside what looks the same", async () => {
  const open = await verdictIn({ permission: "prompt", ...MUTE });
  assert.equal(open.kind, "local-network-prompt");
  assert.match(open.maybe.join(), /question.*VPN off/);
  assert.equal(await kindIn({ permission: "prompt", url: "http://10.1.2.3/1.jpg", ...GONE }), "local-network-prompt");
  const name = await verdictIn({ permission: "prompt", ...GONE });
  assert.equal(name.kind, "unreachable");
  assert.match(name.maybe.join(), /question about the local network/);
  assert.equal(await kindIn({ permission: "prompt", page: "http://localhost:8000/", ...MUTE }), "host-silent");
});

test("the status of an answer that may be read is exact", async () => {
  const kinds = { 401: "denied", 403: "denied", 404: "not-found", 410: "not-found", 429: "host-error", 500: "host-error", 503: "host-error", 416: "broken-file" };
  for (const [status, kind] of Object.entries(kinds)) {
    const answer = { status: Number(status), type: "text/html", bytes: text("<html>no</html>") };
    const verdict = await verdictIn({ read: answer, readWithCookies: answer });
    assert.equal(verdict.kind, kind, status);
    assert.ok(verdict.isSure);
  }
});

test("a refusal is told from an ended link, from a key that is not taken, and from a missing cookie", async () => {
  const said = (/** @type {string} */ code, message = "no") => ({ status: 403, bytes: text(`<Error><Code>${code}</Code><Message>${message}</Message></Error>`) });
  const refused = { read: said("SignatureDoesNotMatch"), readWithCookies: said("SignatureDoesNotMatch") };
  assert.match((await verdictIn(refused)).sentence, /403, SignatureDoesNotMatch/);
  assert.equal(await kindIn({ read: said("AccessDenied", "Request has expired"), readWithCookies: said("AccessDenied", "Request has expired") }), "expired");
  assert.equal(await kindIn({ ...refused, hasCredentials: true }), "credentials-refused");
  assert.equal(await kindIn({ read: { status: 401 }, readWithCookies: { status: 404 } }), "not-found");
});

test("what came in place of a picture is named", async () => {
  const came = async (/** @type {Partial<Reading>} */ read) => verdictIn({ read: { type: "text/html", ...read } });
  assert.equal((await came({ bytes: text("<!DOCTYPE html><title>Sign in</title>") })).kind, "sign-in-page");
  assert.equal((await came({ bytes: text('<html><form><input type="password">') })).kind, "sign-in-page");
  const moved = await came({ bytes: text("<html>Hello"), isRedirected: true });
  assert.equal(moved.kind, "sign-in-page");
  assert.equal(moved.isSure, false);
  const other = await came({ bytes: text("<html><h1>Not found</h1><a href=/login>Log in</a>") });
  assert.deepEqual([other.kind, other.isSure], ["sign-in-page", false]);
  const page = await came({ bytes: text("<html><h1>Index of /") });
  assert.equal(page.kind, "not-an-image");
  assert.match(page.sentence, /a web page/);
  assert.match((await came({ bytes: text('{"error": 1}') })).sentence, /a JSON text/);
  assert.match((await came({ bytes: text("version https://git-lfs.github.com/spec/v1") })).sentence, /Git LFS/);
  assert.equal((await came({ bytes: new Uint8Array() })).kind, "broken-file");
});

test("a file that should show and does not is broken, misnamed or of a kind this browser lacks", async () => {
  const broken = await verdictIn({});
  assert.equal(broken.kind, "broken-file");
  assert.match(broken.sentence, /a JPEG picture and cannot be shown/);
  assert.equal((await verdictIn({ decode: "silent" })).isSure, false);
  assert.equal(await kindIn({ read: { type: "binary/octet-stream" } }), "broken-file");
  const misnamed = await verdictIn({ read: { type: "text/plain" }, decode: "shown" });
  assert.equal(misnamed.kind, "not-an-image");
  assert.equal(misnamed.cures[0], "content-type");
  const tiff = Uint8Array.from([0x49, 0x49, 0x2a, 0, 8, 0]);
  assert.equal(await kindIn({ read: { bytes: tiff, type: "image/tiff" }, shows: () => false }), "codec");
  assert.equal((await verdictIn({ read: { bytes: tiff, type: "image/tiff" } })).isSure, false);
  assert.equal(await kindIn({ read: { bytes: text("<svg>"), type: "text/xml" } }), "not-an-image");
  assert.equal(await kindIn({ read: { bytes: text("<svg>"), type: "image/svg+xml" } }), "broken-file");
  // A host that answers what a page reads, and not what a page shows.
  assert.match((await verdictIn({ decode: "shown" })).sentence, /sound when it is read/);
  assert.equal(await kindIn({ read: { bytes: tiff }, shows: () => true }), "broken-file");
  const lossless = Uint8Array.from([0xff, 0xd8, 0xff, 0xc3, 0, 11, 16, 0, 1, 0, 1, 1]);
  assert.equal(await kindIn({ read: { bytes: lossless } }), "codec");
});

test("what loads by now works", async () => {
  for (const seen of [{}, UNREAD, REFUSED]) assert.equal(await kindIn({ ...seen, ...(seen === REFUSED ? { read: {} } : {}), load: "shown" }), "works");
});

test("an answer that may not be read names all that it may be", async () => {
  const { kind, isSure, maybe } = await verdictIn(UNREAD);
  assert.equal(kind, "answered-unread");
  assert.equal(isSure, false);
  assert.match(maybe.join(), /401, 403.*404.*sign-in page.*5xx.*broken/);
  const withKey = await verdictIn({ ...UNREAD, hasCredentials: true });
  assert.equal(withKey.cures[0], "cors");
});

test("a file that the host will not hand over is told from a host that is not there", async () => {
  const merged = await verdictIn(REFUSED);
  assert.equal(merged.kind, "reset-or-forbidden");
  assert.match(merged.maybe.join(), /Cross-Origin-Resource-Policy.*breaks the connection off/);
  // Reading is let through by that header, and everything else is not.
  const forbidden = await verdictIn({ touch: "refused" });
  assert.ok(forbidden.kind === "reset-or-forbidden" && forbidden.isSure && forbidden.cures[0] === "corp");
  assert.ok((await verdictIn({ read: { saw: "broken", status: 206 } })).isSure);
  const gone = await verdictIn(GONE);
  assert.equal(gone.kind, "unreachable");
  assert.match(gone.maybe.join(), /name.*listens.*certificate.*certificate of your own.*https/);
  assert.doesNotMatch((await verdictIn({ url: "http://10.1.2.3/1.jpg", ...GONE })).maybe.join(), /certificate/);
});

test("what hangs is told from who hangs", async () => {
  assert.equal(await kindIn(MUTE), "host-silent");
  assert.equal(await kindIn({ ...MUTE, root: "answered" }), "file-silent");
  assert.equal(await kindIn({ ...MUTE, root: "refused" }), "unreachable");
  // Its first bytes come, and the picture does not.
  assert.equal(await kindIn({ seen: "late", load: "silent" }), "file-silent");
  assert.equal(await kindIn({ seen: "late", read: { saw: "stalled", status: 200 } }), "file-silent");
  assert.equal(await kindIn({ seen: "late", ...UNREAD, load: "silent" }), "file-silent");
});

test("a host is not blamed when our own server does not answer either", async () => {
  assert.equal(await kindIn({ ...GONE, app: "refused" }), "app-unreachable");
  assert.equal(await kindIn({ ...MUTE, app: "silent" }), "app-unreachable");
});

test("a video is told from what this browser cannot play", async () => {
  const mp4 = (/** @type {string} */ codec) => text(`\0\0\0\x18ftypisom\0\0\0\0isomiso2\0\0\x02\0moov\0\0\x01\0${codec}`);
  const video = { medium: /** @type {const} */ ("video"), shows: (/** @type {string} */ type) => !type.includes("hvc1") };
  const hevc = await verdictIn({ ...video, read: { bytes: mp4("hvc1"), type: "video/mp4" } });
  assert.equal(hevc.kind, "codec");
  assert.match(hevc.sentence, /mp4 video in HEVC/);
  const damaged = await verdictIn({ ...video, read: { bytes: mp4("avc1"), type: "video/mp4" } });
  assert.equal(damaged.kind, "broken-file");
  assert.equal(damaged.isSure, false);
  assert.equal(await kindIn({ ...video, read: { bytes: JPEG } }), "not-a-video");
  assert.equal(await kindIn({ ...video, load: "shown", canSeek: false, read: { bytes: mp4("avc1"), isPart: false } }), "no-range");
});

test("the header of an mp4 is read where it stands", async () => {
  const head = Uint8Array.from([...text("\0\0\0\x10ftypisom\0\0\0\0"), 0, 1, 0, 0, ...text("mdat"), 1, 2, 3, 4, 5, 6, 7, 8]);
  const { asked } = await verdictIn({ medium: "video", read: { bytes: head, type: "video/mp4" } });
  assert.deepEqual(asked, ["touch", "read", "load", "header"]);
});

test("a page that may show pictures and ask nothing says no more than that", async () => {
  const { kind, asked } = await verdictIn({ mayAsk: false });
  assert.equal(kind, "no-picture");
  assert.deepEqual(asked, []);
});

test("a shared link that opens nothing has ended, unless nobody answers there", async () => {
  const url = `https://files.corp.example/shared/MS4yLjM:1790000000:${"a".repeat(43)}`;
  assert.equal(await kindIn({ url, ...UNREAD }), "link-ended");
  assert.equal(await kindIn({ url, read: { status: 404 } }), "link-ended");
  assert.equal(await kindIn({ url, mayAsk: false }), "link-ended");
  assert.equal(await kindIn({ url, ...GONE }), "unreachable");
});

test("every question is told as evidence, with its time and without the address", async () => {
  const { evidence } = await verdictIn(GONE);
  assert.deepEqual(
    evidence.map(({ took_ms }) => took_ms),
    [null, null, 7, 7, 7, 7],
  );
  assert.doesNotMatch(JSON.stringify(evidence), /cats|signature|secret/);
});
