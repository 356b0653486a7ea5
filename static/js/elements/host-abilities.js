/**
 * `<host-abilities data-origins>`: what this browser knows of the media hosts so far, a line for each. It asks nobody: what
 * pages of this tab loaded has taught it that, or the page of media hosts.
 */

import { abilityRows } from "../hosts/ability-words.js";
import { HostAbilities } from "../hosts/abilities.js";
import { make } from "../lib/markup.js";

const STATES = { good: "completed", limited: "warning", bad: "errored" };
/** As short as a column's head has to be. @type {[import("../hosts/abilities.js").Ability, string][]} */
const COLUMNS = [
  ["reachable", "Answers"],
  ["readable", "Lets pages read"],
  ["ranges", "Sends parts"],
  ["space", "Network"],
  ["latency_ms", "Delay"],
];
const NOTHING = "–";
const abilities = new HostAbilities();

class HostAbilitiesTable extends HTMLElement {
  connectedCallback() {
    const origins = (this.dataset.origins ?? "").split(" ").filter(Boolean);
    const head = make("tr", {}, make("th", {}, "Host"), ...COLUMNS.map(([, name]) => make("th", {}, name)));
    const table = make("table", { class: "table" }, make("thead", {}, head), make("tbody", {}, ...origins.map(rowOf)));
    this.replaceChildren(table);
  }
}

customElements.define("host-abilities", HostAbilitiesTable);

/** @param {string} origin */
function rowOf(origin) {
  const rows = abilityRows(abilities.of(origin));
  const cells = COLUMNS.map(([ability, name]) => {
    const row = rows.find((one) => one.ability === ability);
    return make("td", { "data-name": name, "data-finding": row?.finding ?? "unknown" }, wordsOf(row));
  });
  return make("tr", {}, make("td", { class: "table__main mono" }, origin), ...cells);
}

/** @param {import("../hosts/ability-words.js").AbilityRow | undefined} row */
function wordsOf(row) {
  if (!row || row.finding === "unknown") return make("span", { class: "quiet" }, NOTHING);
  return row.finding === "plain" ? row.found : make("span", { class: "status", "data-state": STATES[row.finding], title: row.means }, row.found);
}
