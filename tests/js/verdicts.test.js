import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { KINDS, verdict } from "../../static/js/media/verdicts.js";

const ORIGIN = "https://media.corp.example";
const DOC = readFileSync(new URL("../../docs/doctor.md", import.meta.url), "utf8");

/** All that changes the words of a verdict. */
const FACTS = [
  {},
  { medium: /** @type {const} */ ("video"), status: 401, code: "NoSuchKey", answersLocally: true, isInsecure: true },
  { isForbidden: true, isOnlyLikely: true, status: 429, hasCredentials: true },
  { isBrokenOff: true, found: "a web page", flaw: "is empty", ended: "3 days ago" },
];

test("every verdict names the origin, says who can mend it and what to do, in plain sentences", () => {
  for (const kind of KINDS) {
    for (const facts of FACTS) {
      const { sentence, remedy, who, cures, maybe, isSure } = verdict(kind, { origin: ORIGIN, ...facts });
      assert.ok(sentence.includes(ORIGIN), kind);
      assert.match(sentence, /^[A-Z\p{Ll}].*\.$/u, kind);
      assert.match(remedy, /\.$/, kind);
      assert.ok(remedy.length > 20 && cures.length > 0, kind);
      assert.ok(who.length > 0 || kind === "works", kind);
      assert.equal(isSure, maybe.length === 0, kind);
      assert.notEqual(maybe.length, 1, `${kind}: one cause alone is sure`);
      assert.doesNotMatch(sentence + remedy + maybe.join(), /undefined|null|NaN/, kind);
    }
  }
});

test("the last cure is to open the address, where there is one to open", () => {
  const closed = ["offline", "link-ended", "credentials-missing", "storage-unresolved"];
  for (const kind of KINDS) {
    const { cures } = verdict(kind, { origin: ORIGIN });
    assert.equal(cures.at(-1) === "new-tab", !closed.includes(kind), kind);
    assert.equal(new Set(cures).size, cures.length, kind);
  }
});

test("no verdict uses a word of the web without saying what it is", () => {
  /** What a person who does not know the web platform stumbles over, and what must stand beside it. */
  const words = { CORS: /lines with which a host names|its CORS (headers|rules)/, redirect: /sen(ds?|t).* on/, "Resource-Policy": /forbids/, Range: /part/, http: /plain http|https/ };
  for (const kind of KINDS) {
    for (const facts of FACTS) {
      const { sentence, remedy, maybe } = verdict(kind, { origin: "media.corp.example", ...facts });
      const said = [sentence, remedy, ...maybe].join(" ");
      assert.doesNotMatch(said, /\b(DNS|TLS|SSL|CSP|ORB|CORP|preflight|opaque|fetch|TypeError|mixed content)\b/, kind);
      for (const [word, meaning] of Object.entries(words)) if (said.includes(word)) assert.match(said, meaning, `${kind}: ${word}`);
    }
  }
});

test("the manual has every verdict", () => {
  for (const kind of KINDS) assert.ok(DOC.includes(`| \`${kind}\` |`), kind);
});
