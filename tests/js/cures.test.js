import assert from "node:assert/strict";
import { test } from "node:test";

import { cure } from "../../static/js/cures/cures.js";
import { browserOf } from "../../static/js/cures/local-network.js";

/** @typedef {import("../../static/js/cures/rule.js").Case} Case */

const PAGE = "https://transom.example:8443";
/** @type {Case} */
const ABOUT = { page: PAGE, media: "https://media.example", access: "none", storage: null };
const CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";
/** @type {import("../../static/js/media/verdicts.js").CureId[]} */
const IDS = [
  "connect", "local-network", "cors", "range", "corp", "https", "declare", "no-redirect", "sign-in", "fresh-link", "credentials",
  "content-type", "convert", "file-there", "host-log", "resolver", "storage", "new-tab", "reload", "wait",
];

/**
 * What one pastes, of one way.
 * @param {import("../../static/js/media/verdicts.js").CureId} id
 * @param {string} name
 * @param {Partial<Case>} [about]
 */
function pasted(id, name, about = {}) {
  const found = cure(id, { ...ABOUT, ...about }, CHROME).ways.find((way) => way.name === name);
  return (found?.steps ?? []).flatMap(({ code }) => (code ? [code] : []));
}

test("every cure has a heading and a sentence that ends", () => {
  for (const id of IDS) {
    const { title, says, steps, ways } = cure(id, ABOUT, CHROME);
    assert.ok(title && !title.endsWith("."), id);
    assert.match(says, /[.:]$/, id);
    for (const step of [...steps, ...ways.flatMap((way) => way.steps)]) assert.match(step.says, /[.:]$/, `${id}: ${step.says}`);
  }
});

test("the rule for reading lets in this page's origin, and no other, at every server", () => {
  const { ways } = cure("cors", ABOUT, CHROME);
  assert.deepEqual(ways.map(({ name }) => name), ["nginx", "Apache", "Caddy", "S3", "MinIO", "GCS", "Azure"]);
  for (const { name, steps } of ways) {
    const text = steps.map(({ code = "" }) => code).join("\n");
    assert.ok(text.includes(PAGE), name);
    assert.doesNotMatch(text, /\*|null|undefined/, name);
    assert.deepEqual(text.match(/https?:\/\/[^"'<\s]+/g)?.filter((origin) => origin !== PAGE) ?? [], [], name);
  }
});

test("nginx says it on refusals too, answers the preflight, and says nothing twice", () => {
  const [rule = ""] = pasted("cors", "nginx");
  const added = rule.split("\n").filter((line) => line.startsWith("add_header"));
  assert.ok(added.every((line) => line.endsWith(" always;")));
  assert.ok(rule.includes(`add_header Access-Control-Allow-Origin "${PAGE}" always;`));
  assert.ok(rule.includes("if ($request_method = OPTIONS) { return 204; }"));
  assert.ok(rule.includes("proxy_hide_header Access-Control-Allow-Origin;"));
  for (const name of ["Accept-Ranges", "Content-Length", "Content-Range", "ETag"]) assert.ok(rule.includes(name), name);
});

test("a host with cookies allows credentials, one with a token the header it comes in, any other neither", () => {
  for (const name of ["nginx", "Apache", "Caddy"]) {
    const [plain, cookies, bearer] = /** @type {const} */ (["none", "cookies", "bearer"]).map((access) => pasted("cors", name, { access }).join("\n"));
    assert.doesNotMatch(plain ?? "", /Credentials "|Authorization/, name);
    assert.match(cookies ?? "", /Access-Control-Allow-Credentials "true"/, name);
    assert.match(bearer ?? "", /Access-Control-Allow-Headers "Authorization, Range"/, name);
    assert.doesNotMatch(bearer ?? "", /Credentials "/, name);
  }
});

test("the rules that are JSON say what their service reads", () => {
  const [byHand = "", byCommand = ""] = pasted("cors", "S3");
  const rule = { AllowedOrigins: [PAGE], AllowedMethods: ["GET", "HEAD"], AllowedHeaders: ["Range"], ExposeHeaders: ["Accept-Ranges", "Content-Length", "Content-Range", "ETag"], MaxAgeSeconds: 86400 };
  assert.deepEqual(JSON.parse(byHand), [rule]);
  assert.deepEqual(JSON.parse(/'(.*)'/.exec(byCommand)?.[1] ?? ""), { CORSRules: [rule] });
  const [cors = ""] = pasted("cors", "GCS");
  assert.deepEqual(JSON.parse(cors).map((/** @type {{origin: string[], method: string[]}} */ one) => [one.origin, one.method]), [[[PAGE], ["GET", "HEAD", "OPTIONS"]]]);
});

test("a host whose name tells what it is has its own way first, with the bucket or account filled in", () => {
  /** @type {[string, string, string][]} */
  const known = [
    ["https://clips.s3.eu-west-1.amazonaws.com", "S3", "--bucket clips "],
    ["https://clips.archive.s3.amazonaws.com", "S3", "--bucket clips.archive "],
    ["https://s3.eu-west-1.amazonaws.com", "S3", "--bucket BUCKET "],
    ["https://clips.storage.googleapis.com", "GCS", "gs://clips "],
    ["https://storage.googleapis.com", "GCS", "gs://BUCKET "],
    ["https://clips7.blob.core.windows.net", "Azure", "--account-name clips7 "],
  ];
  for (const [media, name, text] of known) {
    assert.equal(cure("cors", { ...ABOUT, media }, CHROME).ways[0]?.name, name, media);
    assert.ok(pasted("cors", name, { media }).join("\n").includes(text), media);
  }
  /** @type {Case["storage"]} */
  const storage = { scheme: "s3", bucket: "told", region: null, path_style: true, prefix: "" };
  assert.ok(pasted("cors", "MinIO", { storage }).some((code) => code.includes("ALIAS/told ")));
});

test("only servers that can say it are offered for what only servers say", () => {
  assert.deepEqual(cure("corp", ABOUT, CHROME).ways.map(({ name }) => name), ["nginx", "Apache", "Caddy", "S3"]);
});

test("the settings of the browser in use come first, then the others', then the policies", () => {
  const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0";
  assert.deepEqual(cure("local-network", ABOUT, firefox).ways.map(({ name }) => name), ["Firefox", "Chrome", "Edge", "Safari", "For your IT"]);
  assert.equal(browserOf(CHROME), "Chrome");
  assert.equal(browserOf(CHROME.replace("Chrome/", "HeadlessChrome/")), "Chrome");
  assert.equal(browserOf(`${CHROME} Edg/156.0.0.0`), "Edge");
  assert.equal(browserOf("curl/8"), null);
});

test("the policies name this page for Chrome and Edge, and its host for Firefox", () => {
  const [file = "", registry = "", firefox = ""] = pasted("local-network", "For your IT");
  assert.deepEqual(JSON.parse(file), { LocalNetworkAccessAllowedForUrls: [PAGE], LocalNetworkAllowedForUrls: [PAGE] });
  assert.match(registry, /Policies\\Google\\Chrome\\.*\n.*Policies\\Microsoft\\Edge\\/);
  assert.deepEqual(JSON.parse(firefox).policies.LocalNetworkAccess.SkipDomains, ["transom.example"]);
});

test("a bucket that nothing is known of has its cure all the same", () => {
  assert.match(cure("storage", { ...ABOUT, media: "s3://clips" }, CHROME).says, /s3:\/\/clips/);
  assert.equal(cure("credentials", { ...ABOUT, media: "s3://clips" }, CHROME).lead, "hosts");
});
