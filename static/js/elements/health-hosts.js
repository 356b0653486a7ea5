/** What came of each host, and of what did not the causes, with examples and the cure. Brought up to date in place. */

import { healthByHost } from "../health/summary.js";
import { grouped } from "../lib/digits.js";
import { make } from "../lib/markup.js";
import { openReport } from "./doctor-report.js";

/** @typedef {import("../health/summary.js").HostHealth} HostHealth */
/** @typedef {import("../health/summary.js").Cause} Cause */
/** @typedef {import("../health/check-run.js").Checked} Checked */

export class HostList {
  #body = make("div", { class: "section__body" });
  /** @type {Map<string, HostPanel>} */
  #panels = new Map();

  constructor() {
    const name = make("div", { class: "section__name" }, make("h2", {}, "Hosts"), make("p", {}, "What came, and why the rest did not."));
    this.element = make("section", { class: "section", hidden: true }, name, this.#body);
  }

  /**
   * @param {readonly Checked[]} checked
   * @param {import("../health/check-run.js").RunState} state
   */
  show(checked, state) {
    const hosts = healthByHost(checked);
    this.element.hidden = hosts.length === 0;
    for (const host of hosts) {
      const panel = this.#panels.get(host.origin) ?? new HostPanel(host.origin);
      panel.show(host);
      if (this.#panels.has(host.origin)) continue;
      this.#panels.set(host.origin, panel);
      this.#body.append(panel.element);
    }
    // While it goes on nothing changes its place.
    if (state === "done" || state === "ended") for (const { origin, causes } of hosts) this.#panels.get(origin)?.sort(causes);
  }
}

class HostPanel {
  #facts = make("p", { class: "health-host__facts number" });
  #bar = make("div", { class: "health-bar", "aria-hidden": "true" });
  #list = make("ul", { class: "health-causes", hidden: true });
  /** @type {Map<string, CausePanel>} */
  #causes = new Map();

  /** @param {string} origin */
  constructor(origin) {
    const head = make("div", { class: "health-host__head" }, make("h3", { class: "mono" }, origin), this.#facts);
    this.element = make("article", { class: "health-host" }, head, this.#bar, this.#list);
  }

  /** @param {HostHealth} host */
  show({ total, came, failed, left, typical_ms, causes }) {
    const parts = [
      `${grouped(came)} of ${grouped(total)} came`,
      left > 0 ? `${grouped(left)} not tried` : "",
      typical_ms === null ? "" : `half of them within ${span(typical_ms)}`,
    ];
    const text = parts.filter((part) => part !== "").join(" · ");
    if (this.#facts.textContent !== text) this.#facts.textContent = text;
    this.#bar.replaceChildren(...[["came", came], ["failed", failed], ["left", left]].flatMap(([name, count]) => (count ? [share(String(name), Number(count))] : [])));
    this.#list.hidden = causes.length === 0;
    for (const cause of causes) {
      const { kind } = cause.diagnosis;
      const panel = this.#causes.get(kind) ?? new CausePanel(cause);
      panel.show(cause);
      if (this.#causes.has(kind)) continue;
      this.#causes.set(kind, panel);
      this.#list.append(panel.element);
    }
  }

  /** @param {Cause[]} causes */
  sort(causes) {
    const order = causes.flatMap(({ diagnosis }) => this.#causes.get(diagnosis.kind)?.element ?? []);
    if (order.some((element, place) => this.#list.children[place] !== element)) this.#list.append(...order);
  }
}

class CausePanel {
  #count = make("b", { class: "health-cause__count number" });
  #examples = make("p", { class: "health-cause__examples" });

  /** @param {Cause} cause */
  constructor({ diagnosis, examples: [first] }) {
    const { kind, sentence, remedy } = diagnosis;
    const cures = make("button", { type: "button", class: "button", "data-action": "report" }, "Who can mend it, and how");
    cures.addEventListener("click", () => openReport(diagnosis, { url: first?.file.url ?? null }));
    const texts = [make("p", { class: "strong" }, sentence), make("p", { class: "quiet" }, remedy)];
    const says = make("div", { class: "health-cause__says" }, ...texts, this.#examples, make("p", {}, cures));
    this.element = make("li", { class: "health-cause", "data-kind": kind }, this.#count, says);
  }

  /** @param {Cause} cause */
  show({ count, examples }) {
    this.#count.textContent = grouped(count);
    if (this.#examples.querySelectorAll("a").length === examples.length) return;
    const links = examples.flatMap(({ file }, place) => [place > 0 ? ", " : "", make("a", { href: file.href }, file.reference_id)]);
    this.#examples.replaceChildren(count > examples.length ? "For example " : "", ...links);
  }
}

/**
 * @param {string} name
 * @param {number} count
 */
function share(name, count) {
  const part = make("span", { class: "health-bar__share", "data-part": name });
  part.style.flexGrow = String(count);
  return part;
}

/** @param {number} time_ms */
function span(time_ms) {
  return time_ms < 1000 ? `${Math.max(1, Math.round(time_ms))} ms` : `${(time_ms / 1000).toFixed(1)} s`;
}
