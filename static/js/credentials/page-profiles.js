/** The one set of profiles of this page's person, and whether there is any at all. */

import { TabMemory } from "../lib/tab-memory.js";
import { NoKeeping, PlainKeeping } from "./plain-keeping.js";
import { Profiles } from "./profiles.js";
import { Seal } from "./seal.js";
import { SealedKeeping, forgetCredentials } from "./sealed-keeping.js";

/** Says in this browser that somebody saved a profile, so that all others' pages open no database for it. */
const FLAG = "transom-credentials";
/** Between the tabs of one person. */
const CHANNEL = "transom-credentials";

/** @type {Promise<Profiles> | null} */
let opened = null;
/** @type {Profiles | null} */
let ready = null;

/** Whether a profile may be kept, or is in this page's memory. */
export function mayHaveProfiles() {
  return opened !== null || isFlagged();
}

/** The profiles, once they are read. */
export function pageProfiles() {
  return (opened ??= open());
}

/** The profiles; null while nobody asked for them or they are being read. */
export function profilesNow() {
  return ready;
}

/** Hears of each change of a profile, of this page or of another tab. */
export const credentialChanges = new EventTarget();

/**
 * Takes a profile for an origin.
 * @param {string} origin
 * @param {import("./entries.js").Entry} entry
 * @param {boolean} isRemembered
 * @returns {Promise<boolean>} whether it outlives this page
 */
export async function saveProfile(origin, entry, isRemembered) {
  const profiles = await pageProfiles();
  const isKept = await profiles.save(origin, entry, isRemembered);
  if (isKept) flag(true);
  tellTabs();
  return isKept;
}

/** @param {string} origin */
export async function forgetProfile(origin) {
  await (await pageProfiles()).forget(origin);
  tellTabs();
}

/**
 * Forgets what was kept for anybody, or for anybody else, as pages do where a person has gone.
 * @param {string} [except]
 */
export async function forgetProfiles(except) {
  if (!isFlagged()) return;
  if (except === undefined) {
    PlainKeeping.forget();
    flag(false);
  }
  await forgetCredentials(except);
}

async function open() {
  const owner = written("pictures-kept-for");
  const half = written("credentials-seal");
  const profiles = new Profiles(owner && half ? await keepingFor(owner, half) : new NoKeeping());
  await profiles.load();
  ready = profiles;
  profiles.addEventListener("change", (event) => {
    credentialChanges.dispatchEvent(new CustomEvent("change", { detail: /** @type {CustomEvent<string | null>} */ (event).detail }));
  });
  if ("BroadcastChannel" in globalThis) channel().onmessage = () => void profiles.load();
  return profiles;
}

/**
 * @param {string} owner
 * @param {string} half
 * @returns {Promise<import("./profiles.js").Keeping>}
 */
async function keepingFor(owner, half) {
  // A page over http from another computer has none; there the tab's storage is all there is.
  if (!globalThis.crypto?.subtle) return new PlainKeeping(owner);
  try {
    const keeping = await SealedKeeping.open({ owner, seal: await Seal.of(half), tab: tabName(), gone: () => ready?.drop() });
    void keeping.sweep();
    return keeping;
  } catch {
    return new NoKeeping();
  }
}

/** What this tab is called on all of its pages: a word that nobody can guess. */
function tabName() {
  const memory = new TabMemory("tab");
  const known = memory.read("name");
  if (typeof known === "string") return known;
  const name = crypto.randomUUID();
  memory.write("name", name);
  return name;
}

/** @type {BroadcastChannel | null} */
let opening = null;

function channel() {
  return (opening ??= new BroadcastChannel(CHANNEL));
}

function tellTabs() {
  if ("BroadcastChannel" in globalThis) channel().postMessage("change");
}

function isFlagged() {
  try {
    return localStorage.getItem(FLAG) !== null;
  } catch {
    // Where storage is forbidden, nothing is kept.
    return false;
  }
}

/** @param {boolean} isSet */
function flag(isSet) {
  try {
    if (isSet) localStorage.setItem(FLAG, "1");
    else localStorage.removeItem(FLAG);
  } catch {
    // Where storage is forbidden, nothing is kept.
  }
}

/** @param {string} name of a meta element */
function written(name) {
  return globalThis.document?.querySelector(`meta[name="${name}"]`)?.getAttribute("content") ?? "";
}
