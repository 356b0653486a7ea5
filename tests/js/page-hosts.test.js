import assert from "node:assert/strict";
import { test } from "node:test";

import { checkHref, hostsOf } from "../../static/js/hosts/page-hosts.js";

const ORIGIN = "https://media.example:8443";
const HOST = { origin: ORIGIN, access: "s3", storage: null, resolver: null };

test("a page that was told nothing knows no hosts and no page to check them on", () => {
  const hosts = hostsOf(null);
  assert.deepEqual([hosts.hosts, hosts.check, hosts.dataset, hosts.may_administer], [[], null, null, false]);
  assert.equal(checkHref(ORIGIN, hosts), null);
});

test("a page is told its hosts, and where one of them is looked into", () => {
  const hosts = hostsOf(JSON.stringify({ dataset: "ds_1", hosts: [HOST], check: "/datasets/ds_1/hosts/" }));
  assert.deepEqual(hosts.hosts, [HOST]);
  assert.equal(hosts.may_curate, false);
  assert.equal(checkHref(ORIGIN, hosts), "/datasets/ds_1/hosts/?origin=https%3A%2F%2Fmedia.example%3A8443");
});
