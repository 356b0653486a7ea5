import assert from "node:assert/strict";
import { test } from "node:test";

import { ViolationLog } from "../../static/js/media/violations.js";

const URL_A = "https://media.example/a.jpg?signature=1";

/** @param {{blockedURI: string, effectiveDirective?: string}} facts */
function violation({ blockedURI, effectiveDirective = "img-src" }) {
  return Object.assign(new Event("securitypolicyviolation"), { blockedURI, effectiveDirective, originalPolicy: "img-src 'self'" });
}

function makeLog() {
  const page = new EventTarget();
  const life = new AbortController();
  return { page, life, log: new ViolationLog(page, life.signal) };
}

test("a violation explains the failure of the same address, once", () => {
  const { page, log } = makeLog();
  page.dispatchEvent(violation({ blockedURI: URL_A }));
  assert.equal(log.take("https://media.example/b.jpg"), null);
  assert.equal(log.take(URL_A)?.directive, "img-src");
  assert.equal(log.take(URL_A), null);
});

test("a violation reported by origin alone explains a failure of that origin", () => {
  const { page, log } = makeLog();
  page.dispatchEvent(violation({ blockedURI: "https://media.example" }));
  assert.notEqual(log.take(URL_A), null);
});

test("an address that was signed anew is the same one", () => {
  const { page, log } = makeLog();
  page.dispatchEvent(violation({ blockedURI: URL_A, effectiveDirective: "connect-src" }));
  assert.equal(log.take("https://media.example/a.jpg?signature=2")?.directive, "connect-src");
});

test("what styles and scripts are held by explains no picture", () => {
  const { page, log } = makeLog();
  page.dispatchEvent(violation({ blockedURI: URL_A, effectiveDirective: "script-src-elem" }));
  assert.equal(log.take(URL_A), null);
});

test("nothing is heard after the log's life", () => {
  const { page, life, log } = makeLog();
  life.abort();
  page.dispatchEvent(violation({ blockedURI: URL_A }));
  assert.equal(log.take(URL_A), null);
});
