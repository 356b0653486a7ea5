import assert from "node:assert/strict";
import { test } from "node:test";

import { hostKind } from "../../static/js/media/host-kind.js";

const KINDS = {
  loopback: ["localhost", "media.localhost", "127.0.0.1", "127.9.9.9", "[::1]"],
  "private-address": ["10.1.2.3", "192.168.0.9", "172.16.0.1", "172.31.255.1", "169.254.1.1", "[fd00::1]", "[fe80::1]"],
  "public-address": ["8.8.8.8", "172.32.0.1", "100.64.0.1", "[2606:4700::1]"],
  "local-name": ["nas.local"],
  name: ["media.corp.example", "intranet", "10.example", "localhost.example"],
};

for (const [kind, hosts] of Object.entries(KINDS)) {
  for (const host of hosts) test(`${host} is a ${kind}`, () => assert.equal(hostKind(host), kind));
}
