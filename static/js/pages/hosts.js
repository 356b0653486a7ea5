/** The media hosts of a dataset: what this browser finds of each. The first look at the page asks those that are open. */

import "../elements/local-network-state.js";
import "../elements/local-network-state.js";
import "../elements/media-host.js";
import { startFrame } from "./frame.js";

/** More at once would measure each other. */
const AT_ONCE = 2;

startFrame();

const hosts = /** @type {import("../elements/media-host.js").MediaHost[]} */ ([...document.querySelectorAll("media-host")]);
const button = /** @type {HTMLButtonElement | null} */ (document.querySelector("[data-check-all]"));

void each(hosts.filter((host) => host.isOpen), (host) => host.firstLook());
for (const host of hosts) host.querySelector("details")?.addEventListener("toggle", () => host.isOpen && void host.firstLook());
if (button) {
  button.hidden = false;
  button.addEventListener("click", () => void checkAll(button));
}

/** @param {HTMLButtonElement} button */
async function checkAll(button) {
  button.disabled = true;
  await each(hosts, (host) => host.check());
  button.disabled = false;
}

/**
 * @template Thing
 * @param {Thing[]} things
 * @param {(thing: Thing) => Promise<void>} work never rejects
 */
async function each(things, work) {
  const waiting = [...things];
  const next = async () => {
    for (let thing = waiting.shift(); thing !== undefined; thing = waiting.shift()) await work(thing);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
}
