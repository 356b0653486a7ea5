/** The page's one account of which media hosts are down; see host-outages.js. */

import { credentialChanges, originOf } from "../credentials/access.js";
import { HostAbilities } from "./abilities.js";
import { HostOutages } from "./host-outages.js";
import { localNetwork } from "./local-network.js";

export { HostDown } from "./host-outages.js";

const abilities = new HostAbilities();

export const outages = new HostOutages({
  originOf,
  entry: (origin) => localNetwork.bar(origin),
  usual_s: (origin) => (abilities.latency_ms(origin) ?? 0) / 1000,
  slow: (origin, took_s) => abilities.learn(origin, { latency_ms: Math.round(took_s * 1000) }),
});

const tryAll = () => outages.tryAll();
globalThis.addEventListener?.("online", tryAll);
globalThis.document?.addEventListener("visibilitychange", () => document.visibilityState === "visible" && tryAll());
localNetwork.addEventListener("change", () => outages.allowed());
credentialChanges.addEventListener("change", (event) => outages.unlocked(/** @type {CustomEvent<string | null>} */ (event).detail));
