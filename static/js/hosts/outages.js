/** The page's one account of which media hosts are down; see host-outages.js. */

import { credentialChanges, originOf } from "../credentials/access.js";
import { HostOutages } from "./host-outages.js";
import { localNetwork } from "./local-network.js";

export { HostDown } from "./host-outages.js";

export const outages = new HostOutages({ originOf, entry: (origin) => localNetwork.bar(origin) });

const tryAll = () => outages.tryAll();
globalThis.addEventListener?.("online", tryAll);
globalThis.document?.addEventListener("visibilitychange", () => document.visibilityState === "visible" && tryAll());
localNetwork.addEventListener("change", () => outages.allowed());
credentialChanges.addEventListener("change", (event) => outages.unlocked(/** @type {CustomEvent<string | null>} */ (event).detail));
