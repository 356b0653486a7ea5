/** A field in a panel of too many texts to draw: what contains what is typed, each a link with its count. */

import { asking, readFeed } from "../facets/facet-feed.js";
import { debounce } from "../lib/debounce.js";
import { make } from "../lib/markup.js";
import { valueRow } from "./facet-rows.js";

/** @typedef {import("../facets/facet-feed.js").Facet} Facet */
/** @typedef {import("../facets/facet-feed.js").FoundValues} FoundValues */

const QUIET_S = 0.25;
const SHOWN = 50;

/**
 * @param {Facet} facet
 * @param {string} feed
 * @param {string} name
 * @param {AbortSignal} signal
 */
export function valueSearch(facet, feed, name, signal) {
  const field = make("input", { type: "search", class: "input chart__sought", "aria-label": `Values of ${name} with this in them`, placeholder: "Find a value", autocomplete: "off", spellcheck: "false" });
  const said = make("p", { class: "chart__said", role: "status" }, facet.says);
  const list = make("ul", { class: "chart__rows chart__found" });
  let asked = new AbortController();
  const ask = async () => {
    asked.abort();
    asked = new AbortController();
    const sought = field.value.trim();
    if (!sought) {
      list.replaceChildren();
      said.textContent = facet.says;
      return;
    }
    const mine = asked;
    const answer = await readFeed(asking(feed, { find: sought }), AbortSignal.any([signal, mine.signal]));
    if (signal.aborted || mine.signal.aborted) return;
    if (typeof answer === "string") {
      said.textContent = answer;
      return;
    }
    const found = /** @type {FoundValues} */ (answer);
    const highest = Math.max(1, ...found.bars.map((bar) => bar.count));
    const leading = { href: found.href, about: "", total: 0 };
    list.replaceChildren(...found.bars.slice(0, SHOWN).map((bar) => make("li", {}, valueRow(leading, bar, highest))));
    said.textContent = found.bars.length === 0 ? "No value has this in it." : found.has_more ? `The first ${found.bars.length}; type more of it.` : `${found.bars.length} found`;
  };
  field.addEventListener("input", debounce(() => void ask(), QUIET_S, signal));
  return make("div", { class: "chart__search" }, field, said, list);
}
