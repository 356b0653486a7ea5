/**
 * `<media-host data-origin data-files>`: one media host on the page "Media hosts": what this browser knows of it, what keeps its
 * media from coming, and a button that finds out. What is known from before, on this tab, is shown without asking anybody.
 */

import { accessTo, credentialChanges } from "../credentials/access.js";
import { profilesNow } from "../credentials/page-profiles.js";
import { abilityRows, inShort } from "../hosts/ability-words.js";
import { HostAbilities } from "../hosts/abilities.js";
import { checkHost } from "../hosts/host-check.js";
import { localNetwork } from "../hosts/local-network.js";
import { pageHost } from "../hosts/page-hosts.js";
import { getJson, GetRefused } from "../lib/get.js";
import { make } from "../lib/markup.js";
import { TabMemory } from "../lib/tab-memory.js";
import { loadImage } from "../media/image-load.js";
import { explain, forget } from "./doctor.js";
import { doctorReport, weightOf } from "./doctor-report.js";
import "./host-credentials.js";

/** @typedef {import("../media/verdicts.js").Diagnosis} Diagnosis */
/** @typedef {{url: string, medium: "image" | "video", href: string, name: string}} FileOnPage */
/** @typedef {{diagnosis: Diagnosis, at_s: number}} Check */

/** A check is shown again for so long; the host may be mended since. */
const STANDS_S = 300;
const abilities = new HostAbilities();
const checks = new TabMemory("check");
const STATES = { good: "completed", limited: "warning", bad: "errored", unknown: "queued" };
const NO_FILE = "No picture or video of this dataset was found on this host, so there is nothing to ask it for.";

export class MediaHost extends HTMLElement {
  #life = new AbortController();
  #table = make("table", { class: "table abilities" });
  #report = make("div", { class: "host__report" });
  #asked = make("p", { class: "host__asked quiet" });
  #button = make("button", { class: "button host__check", type: "button" }, "Check this host");
  /** @type {FileOnPage | null | undefined} */
  #file;
  #isChecking = false;

  connectedCallback() {
    const { signal } = (this.#life = new AbortController());
    this.#button.addEventListener("click", () => void this.check(), { signal });
    abilities.addEventListener("change", () => this.#showAbilities(), { signal });
    localNetwork.addEventListener("change", () => this.#isWaiting() && void this.check(), { signal });
    credentialChanges.addEventListener("change", (event) => this.#isMine(event) && this.isOpen && void this.check(), { signal });
    const access = /** @type {import("./host-credentials.js").HostCredentials} */ (document.createElement("host-credentials"));
    access.dataset.origin = this.origin;
    access.sample = () => this.#sample();
    this.#body?.replaceChildren(make("div", { class: "host__actions" }, this.#button, this.#asked), this.#report, this.#table, access);
    this.#show();
  }

  disconnectedCallback() {
    this.#life.abort();
  }

  get origin() {
    return this.dataset.origin ?? "";
  }

  get isOpen() {
    return this.querySelector("details")?.open ?? false;
  }

  /** Checks the host unless this tab knows already. Never rejects. */
  async firstLook() {
    if (!this.#known()) return this.check();
    await this.#sample().catch(() => null);
    this.#show();
  }

  /** Asks the host for one of its files, and shows what was found out. Never rejects. */
  async check() {
    if (this.#isChecking) return;
    this.#isChecking = true;
    this.#show();
    try {
      const file = await this.#sample();
      if (file) await this.#look(file);
    } catch (reason) {
      this.#asked.textContent = reason instanceof GetRefused ? reason.sentence : "The check did not end. Try again.";
    } finally {
      this.#isChecking = false;
      this.#show();
    }
  }

  /** @param {FileOnPage} file */
  async #look(file) {
    abilities.forget(this.origin);
    if (/^https?:/.test(file.url)) forget(file.url);
    const { diagnosis, learned } = await checkHost(file, thisBrowser());
    abilities.learn(this.origin, learned);
    checks.write(this.origin, { diagnosis, at_s: Date.now() / 1000 });
  }

  /** @returns {Promise<FileOnPage | null>} null where the dataset has none there */
  async #sample() {
    if (this.#file !== undefined) return this.#file;
    const { files } = /** @type {{files: FileOnPage[]}} */ (await getJson(`${this.dataset.files}?origin=${encodeURIComponent(this.origin)}`, this.#life.signal));
    return (this.#file = files[0] ?? null);
  }

  #show() {
    this.dataset.state = this.#isChecking ? "checking" : (this.#weight() ?? "unknown");
    this.#button.disabled = this.#isChecking;
    this.#button.textContent = this.#isChecking ? "Checking…" : this.#known() ? "Check again" : "Check this host";
    this.#showState();
    this.#showReport();
    this.#showAbilities();
    this.#showAsked();
  }

  #showState() {
    const state = /** @type {HTMLElement | null} */ (this.querySelector(".host__state"));
    if (!state) return;
    const known = this.#known();
    const says = this.#isChecking ? "checking" : known ? inShort(known.diagnosis) : "not checked yet";
    const shape = this.#isChecking ? "running" : STATES[this.#weight() ?? "unknown"];
    state.replaceChildren(make("span", { class: "status", "data-state": shape }, says));
  }

  #showReport() {
    const known = this.#known();
    // A host without faults needs no report: the table says it.
    const report = known && known.diagnosis.kind !== "works" ? doctorReport(known.diagnosis, { url: this.#file?.url ?? null }) : null;
    this.#report.replaceChildren(...(report ? [report] : this.#file === null ? [make("p", { class: "quiet" }, NO_FILE)] : []));
  }

  #showAbilities() {
    const access = profilesNow()?.of(this.origin)?.access ?? pageHost(this.origin).access;
    const rows = abilityRows(abilities.of(this.origin), access).map(({ ability, name, finding, found, means }) =>
      make(
        "tr",
        { "data-ability": ability, "data-finding": finding },
        make("td", { class: "abilities__name" }, name),
        make("td", { class: "abilities__found" }, finding === "plain" ? found : make("span", { class: "status", "data-state": STATES[finding] }, found)),
        make("td", { class: "abilities__means" }, means),
      ),
    );
    const head = make("tr", {}, make("th", {}, "What it does"), make("th", {}, "Here"), make("th", {}, "What that is good for"));
    this.#table.replaceChildren(make("thead", {}, head), make("tbody", {}, ...rows));
  }

  #showAsked() {
    const known = this.#known();
    if (!known) return this.#asked.replaceChildren();
    const file = this.#file ? [" It was asked for ", make("a", { class: "link", href: this.#file.href }, this.#file.name), "."] : [];
    this.#asked.replaceChildren(`Checked ${agoOf(Date.now() / 1000 - known.at_s)}, from this browser.`, ...file);
  }

  /** The last check that still stands. @returns {Check | null} */
  #known() {
    const check = /** @type {Check | undefined} */ (checks.read(this.origin));
    return check && Date.now() / 1000 - check.at_s < STANDS_S ? check : null;
  }

  #weight() {
    const known = this.#known();
    return known && weightOf(known.diagnosis.kind);
  }

  /** Whether all that is missing is the person's word to their browser. */
  #isWaiting() {
    return this.#known()?.diagnosis.kind.startsWith("local-network") ?? false;
  }

  /** Whether what the person has for this host changed. @param {Event} event */
  #isMine(event) {
    const { detail } = /** @type {CustomEvent<string | null>} */ (event);
    return detail === null || detail === this.origin;
  }

  get #body() {
    return this.querySelector(".host__body");
  }
}

customElements.define("media-host", MediaHost);

/** @returns {import("../hosts/host-check.js").Eyes} */
function thisBrowser() {
  return {
    fetch: (...asked) => fetch(...asked),
    access: (url, medium) => accessTo(url, { medium }),
    show: (access, medium, signal) => (medium === "video" ? loadVideo(access.href, access.element?.crossOrigin ?? null, signal) : loadPicture(access, signal)),
    explain,
    bar: (url) => (/^https?:/.test(url) ? localNetwork.bar(url) : null),
    now_ms: () => performance.now(),
    protocol: (href) => protocolOf(href),
    takesSpaces: "targetAddressSpace" in Request.prototype,
  };
}

/**
 * @param {import("../credentials/access.js").Access} access
 * @param {AbortSignal} signal
 */
function loadPicture({ href, element }, signal) {
  const image = new Image();
  if (element?.crossOrigin) image.crossOrigin = element.crossOrigin;
  return loadImage(image, href, signal);
}

/**
 * As far as its size and length.
 * @param {string} href
 * @param {string | null} crossOrigin
 * @param {AbortSignal} signal
 */
function loadVideo(href, crossOrigin, signal) {
  const video = document.createElement("video");
  Object.assign(video, { crossOrigin, preload: "metadata", muted: true });
  return new Promise((resolve, reject) => {
    video.addEventListener("loadedmetadata", () => resolve(video));
    video.addEventListener("error", () => reject(new Error("the video does not open")));
    signal.addEventListener("abort", () => reject(signal.reason));
    video.src = href;
  }).finally(() => {
    video.removeAttribute("src");
    video.load();
  });
}

/** @param {string} href */
function protocolOf(href) {
  const entries = /** @type {PerformanceResourceTiming[]} */ (performance.getEntriesByName(href, "resource"));
  return entries.map(({ nextHopProtocol }) => nextHopProtocol).filter(Boolean).at(-1);
}

/** @param {number} age_s */
function agoOf(age_s) {
  if (age_s < 60) return "just now";
  const minutes = Math.round(age_s / 60);
  return minutes === 1 ? "a minute ago" : `${minutes} minutes ago`;
}
