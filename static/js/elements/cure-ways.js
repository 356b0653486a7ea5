/** A cure on the page: its steps, what to paste with a button that copies it, and tabs where there are several ways. */

import { TabMemory } from "../lib/tab-memory.js";
import { make } from "../lib/markup.js";

/** @typedef {import("../cures/cures.js").Cure} Cure */
/** @typedef {import("../cures/cures.js").Way} Way */
/** @typedef {import("../cures/rule.js").Step} Step */

/** Whoever mends one thing of a server mends the next of the same. */
const chosen = new TabMemory("way");
let made = 0;

/**
 * The body of a cure.
 * @param {Cure} cure
 */
export function cureBody({ says, steps, ways }) {
  return make(
    "div",
    { class: "cure__body" },
    make("p", { class: "cure__says" }, says),
    ...(steps.length > 0 ? [stepList(steps)] : []),
    ...(ways.length > 1 ? [tabbed(ways)] : ways.map((way) => stepList(way.steps))),
  );
}

/** @param {readonly Step[]} steps */
function stepList(steps) {
  const rows = steps.map(({ says, code }) => make("li", { class: "cure__step" }, make("p", {}, says), ...(code ? [snippet(code)] : [])));
  return make("ol", { class: "cure__steps", "data-count": String(steps.length) }, ...rows);
}

/** @param {string} code */
function snippet(code) {
  const copy = make("button", { class: "button snippet__copy", type: "button", "data-kind": "quiet", "data-copy": true }, make("span", {}, "Copy"));
  return make("div", { class: "snippet" }, make("pre", {}, make("code", { class: "snippet__code" }, code)), copy);
}

/**
 * Tabs as they are known from elsewhere: arrows go from one to the next, Tab into what is shown.
 * @param {readonly Way[]} ways
 */
function tabbed(ways) {
  const topic = ways.map(({ name }) => name).sort().join();
  const remembered = ways.findIndex(({ name }) => name === chosen.read(topic));
  const start = Math.max(0, remembered);
  made += 1;
  const tabs = ways.map(({ name }, at) => make("button", { class: "cure__tab", type: "button", role: "tab", id: `way-${made}-${at}`, "aria-controls": `way-panel-${made}-${at}` }, name));
  const panels = ways.map(({ steps }, at) => make("div", { class: "cure__panel", role: "tabpanel", id: `way-panel-${made}-${at}`, "aria-labelledby": `way-${made}-${at}` }, stepList(steps)));
  const show = (/** @type {number} */ which) => {
    tabs.forEach((tab, at) => {
      tab.setAttribute("aria-selected", String(at === which));
      tab.tabIndex = at === which ? 0 : -1;
    });
    panels.forEach((panel, at) => (panel.hidden = at !== which));
  };
  const go = (/** @type {number} */ which) => {
    show(which);
    tabs[which]?.focus();
    chosen.write(topic, ways[which]?.name);
  };
  tabs.forEach((tab, at) => tab.addEventListener("click", () => go(at)));
  const list = make("div", { class: "cure__tabs", role: "tablist", "aria-label": "Where" }, ...tabs);
  list.addEventListener("keydown", (event) => {
    const at = tabs.findIndex((tab) => tab === document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    go((to + tabs.length) % tabs.length);
  });
  show(start);
  return make("div", { class: "cure__ways" }, list, ...panels);
}
