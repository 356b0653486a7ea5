/**
 * `<health-check>`: draws a sample of a dataset, tries its files in this browser, and says what came while it goes on.
 * Carries `data-state`: `idle`, `drawing`, then the state of the run.
 */

import { originOf } from "../credentials/access.js";
import { CheckRun } from "../health/check-run.js";
import { reportAsCsv, reportAsJson } from "../health/report.js";
import { tryFile } from "../health/try-file.js";
import { outages } from "../hosts/outages.js";
import { GetRefused, getJson } from "../lib/get.js";
import { make } from "../lib/markup.js";
import { throttle } from "../lib/throttle.js";
import { EditDesk } from "./edit-desk.js";
import { EndingLinks } from "./health-endings.js";
import { HostList } from "./health-hosts.js";
import { MeasureList } from "./health-measures.js";
import { RunProgress } from "./health-progress.js";

/** @typedef {import("../health/check-run.js").FileToCheck} FileToCheck */
/** @typedef {import("../health/check-run.js").Checked} Checked */

/**
 * @typedef {object} HealthIsland
 * @property {string} name of the dataset
 * @property {string} id
 * @property {string} sample where a sample is drawn
 * @property {string | null} measures where measures are written down; null for who may not
 * @property {import("./edit-desk.js").EditUrls | null} edits
 */

/**
 * @typedef {object} Sample
 * @property {number} seed
 * @property {number} size
 * @property {number} looked_at
 * @property {number} total
 * @property {{origin: string, seen: number, chosen: number}[]} hosts
 * @property {string[]} unmet the dataset's hosts that none of the addresses looked at is on
 * @property {FileToCheck[]} files
 * @property {import("../health/summary.js").Linked[]} masks of labels
 */

/** The page is brought up to date so often: quick enough to follow, and it costs the files no time. */
const SHOWN_EVERY_S = 0.25;

export class HealthCheck extends HTMLElement {
  #life = new AbortController();
  /** @type {HealthIsland | null} */
  #island = null;
  /** @type {EditDesk | null} */
  #desk = null;
  /** @type {CheckRun | null} */
  #run = null;
  /** Taken away with the sample that they are about. @type {AbortController} */
  #shown = new AbortController();

  /** @param {HealthIsland} island */
  open(island) {
    this.#island = island;
    this.#desk = island.edits && new EditDesk(island.edits, this.#life.signal);
    this.dataset.state = "idle";
    const form = this.querySelector("form");
    form?.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#draw(form);
    });
  }

  disconnectedCallback() {
    this.#run?.end();
    this.#shown.abort();
    this.#life.abort();
  }

  /** @param {HTMLFormElement} form */
  async #draw(form) {
    const { sample } = /** @type {HealthIsland} */ (this.#island);
    const asked = new FormData(form);
    const videos = form.elements.namedItem("videos") && !asked.get("videos") ? "&videos=0" : "";
    this.#clear();
    this.dataset.state = "drawing";
    const place = this.#place("Drawing a sample…");
    try {
      const drawn = /** @type {Sample} */ (await getJson(`${sample}?size=${asked.get("size")}${videos}`, this.#shown.signal));
      if (drawn.files.length === 0) this.#say(place, "None of this dataset’s files is on another host: there is nothing to check.");
      else this.#start(drawn, drawn.files);
    } catch (reason) {
      if (this.#shown.signal.aborted) return;
      this.#say(place, reason instanceof GetRefused ? reason.sentence : "No sample could be drawn. Load the page again.");
    }
  }

  /**
   * @param {Sample} sample
   * @param {FileToCheck[]} files
   * @param {Checked[]} [earlier] what came and did not of the others
   */
  #start(sample, files, earlier = []) {
    this.#clear();
    const island = /** @type {HealthIsland} */ (this.#island);
    const { signal } = this.#shown;
    const run = new CheckRun(files, { check: tryFile, originOf }, earlier);
    const progress = new RunProgress(run, sample, {
      again: () => this.#start(sample, run.left, run.checked.filter(({ state }) => state !== "left")),
      save: (kind) => this.#save(kind, run, sample),
      isBack: (origin) => !outages.isDown(origin),
    });
    const hosts = new HostList();
    const measures = new MeasureList({ desk: this.#desk, url: island.measures }, signal);
    this.#place("").replaceChildren(progress.element);
    this.append(hosts.element, new EndingLinks(sample.files, sample.masks, signal).element, measures.element);
    const show = () => {
      this.dataset.state = run.state;
      progress.show();
      hosts.show(run.checked, run.state);
      measures.show(run.checked, run.state);
    };
    run.addEventListener("change", throttle(show, SHOWN_EVERY_S, signal), { signal });
    outages.addEventListener("back", () => progress.show(), { signal });
    this.#run = run;
    run.go();
    show();
  }

  #clear() {
    this.#run?.end();
    this.#shown.abort();
    this.#shown = new AbortController();
    for (const section of this.querySelectorAll(":scope > .section ~ .section")) section.remove();
  }

  /**
   * Where the check says how far it is.
   * @param {string} text
   */
  #place(text) {
    const place = /** @type {HTMLElement} */ (this.querySelector(".health-run"));
    place.hidden = false;
    place.replaceChildren(make("p", { class: "quiet", role: "status" }, text));
    return place;
  }

  /**
   * @param {HTMLElement} place
   * @param {string} sentence
   */
  #say(place, sentence) {
    this.dataset.state = "idle";
    place.replaceChildren(make("p", { role: "status" }, sentence));
  }

  /**
   * @param {"json" | "csv"} kind
   * @param {CheckRun} run
   * @param {Sample} sample
   */
  #save(kind, run, { seed, size, looked_at, total }) {
    const { name, id } = /** @type {HealthIsland} */ (this.#island);
    const at_ms = Date.now();
    const about = { dataset: name, dataset_id: id, seed, size, looked_at, total, isWhole: run.state === "done" && run.left.length === 0, at_ms };
    const text = kind === "json" ? reportAsJson(run.checked, about) : reportAsCsv(run.checked);
    const file = new Blob([text], { type: kind === "json" ? "application/json" : "text/csv" });
    const href = URL.createObjectURL(file);
    make("a", { href, download: `health-${id}-${new Date(at_ms).toISOString().slice(0, 10)}.${kind}` }).click();
    // The browser has taken the file by then.
    setTimeout(() => URL.revokeObjectURL(href), 10_000);
  }
}

customElements.define("health-check", HealthCheck);
