/** `<facet-chart>`: a panel of what one field holds, asked of this server once in sight; bars narrow the query. */

import { asking, exactCounts, firstCounts, readFeed } from "../facets/facet-feed.js";
import { make, part } from "../lib/markup.js";
import { columns } from "./facet-columns.js";
import { facetTable, restLine, valueRows } from "./facet-rows.js";
import { valueSearch } from "./facet-search.js";

/** @typedef {import("../facets/facet-feed.js").Facet} Facet */

const ROWS = 7;
const FEW_ROWS = 5;

export class FacetChart extends HTMLElement {
  #life = new AbortController();
  /** What is drawn now, which ends when something else is. */
  #drawn = new AbortController();
  /** @type {Facet | null} */
  #facet = null;
  #isTable = false;
  /** How often it was asked for: of two answers the later one counts. */
  #asked = 0;

  connectedCallback() {
    this.#life = new AbortController();
    this.querySelector("[data-show=table]")?.addEventListener("click", () => this.#turn(), { signal: this.#life.signal });
    this.#wait();
  }

  disconnectedCallback() {
    this.#life.abort();
    this.#drawn.abort();
    firstCounts.remove(this);
    exactCounts.remove(this);
  }

  /** Counts anew; until then what is drawn stays. */
  renew() {
    exactCounts.remove(this);
    firstCounts.add(this, () => this.#load());
  }

  get #body() {
    return part(this, "div", "chart__body");
  }

  get #isCompact() {
    return this.hasAttribute("data-compact");
  }

  #wait() {
    this.dataset.state = "loading";
    this.setAttribute("aria-busy", "true");
    this.#body.replaceChildren(make("p", { class: "chart__said" }, "Counting…"));
    firstCounts.add(this, () => this.#load());
  }

  async #load() {
    const { signal } = this.#life;
    const turn = (this.#asked += 1);
    const answer = await readFeed(this.dataset.feed ?? "", signal);
    if (signal.aborted || turn !== this.#asked) return;
    this.removeAttribute("aria-busy");
    if (typeof answer === "string") {
      this.#fail(answer);
      return;
    }
    await this.#show(/** @type {Facet} */ (answer));
    if (this.#facet?.note && !signal.aborted) exactCounts.add(this, () => this.#count());
  }

  /** Puts exact numbers in the place of estimated ones; where that takes too long these stay. */
  async #count() {
    const { signal } = this.#life;
    const turn = this.#asked;
    const answer = await readFeed(asking(this.dataset.feed ?? "", { exact: "1" }), signal);
    if (signal.aborted || !this.#facet || turn !== this.#asked) return;
    if (typeof answer !== "string") await this.#show(/** @type {Facet} */ (answer));
    else await this.#show({ ...this.#facet, note: `${this.#facet.note} An exact count takes too long here.` });
  }

  /** @param {string} sentence */
  #fail(sentence) {
    this.dataset.state = "failed";
    const again = make("button", { type: "button", class: "button" }, "Try again");
    again.addEventListener("click", () => this.#wait());
    this.#body.replaceChildren(make("p", { class: "chart__said", role: "status" }, sentence), again);
  }

  #turn() {
    this.#isTable = !this.#isTable;
    if (this.#facet) void this.#show(this.#facet);
  }

  /** @param {Facet} facet */
  async #show(facet) {
    this.#facet = facet;
    this.#drawn.abort();
    this.#drawn = new AbortController();
    const { signal } = this.#drawn;
    const foot = make("p", { class: "chart__foot number" });
    const tell = (/** @type {string | null} */ text) => foot.replaceChildren(...(text === null ? this.#figures(facet) : [text]));
    const made = await this.#drawing(facet, tell, signal);
    if (signal.aborted) return;
    this.dataset.state = facet.shape;
    const toggle = this.querySelector("[data-show=table]");
    toggle?.toggleAttribute("hidden", facet.bars.length === 0);
    toggle?.setAttribute("aria-pressed", String(this.#isTable));
    tell(null);
    this.#body.replaceChildren(...made, foot);
  }

  /**
   * @param {Facet} facet
   * @param {(text: string | null) => void} tell
   * @param {AbortSignal} signal
   * @returns {Promise<Node[]>}
   */
  async #drawing(facet, tell, signal) {
    const name = this.dataset.name ?? "";
    if (facet.shape === "text") return [valueSearch(facet, this.dataset.feed ?? "", name, signal), restLine(facet)];
    if (facet.bars.length === 0) return [make("p", { class: "chart__said" }, facet.says), restLine(facet)];
    if (this.#isTable) return [facetTable(facet, name), ...(this.#isCompact ? [this.#turnLine(facet.shape === "values" ? "Fewer" : "Chart")] : [])];
    if (facet.shape === "values") {
      const most = (this.#isCompact ? FEW_ROWS : ROWS) - (facet.beside === undefined ? 0 : 3);
      return [valueRows(facet, most), this.#rest(facet, most)];
    }
    if (this.#isCompact) return [columns(facet, tell), this.#restWith(facet, "Table")];
    // The library comes only where it draws.
    const plot = await import("./facet-plot.js").catch(() => null);
    if (signal.aborted) return [];
    // Where it does not come, the plain columns say the same.
    if (!plot) return [columns(facet, tell), restLine(facet)];
    return [new plot.FacetPlot(facet, tell, signal).element, restLine(facet)];
  }

  /**
   * @param {Facet} facet
   * @param {number} most
   */
  #rest(facet, most) {
    const more = facet.bars.length > most + 1 ? facet.bars.length - most : 0;
    return more > 0 ? this.#restWith(facet, `${more} more`) : restLine(facet);
  }

  /**
   * @param {Facet} facet
   * @param {string} text of the button that turns to the table
   */
  #restWith(facet, text) {
    const line = restLine(facet);
    line.prepend(this.#turnButton(text));
    return line;
  }

  /** @param {string} text */
  #turnButton(text) {
    const button = make("button", { type: "button", class: "chart__all" }, text);
    button.addEventListener("click", () => this.#turn());
    return button;
  }

  /** @param {string} text */
  #turnLine(text) {
    return make("p", { class: "chart__rest" }, this.#turnButton(text));
  }

  /** @param {Facet} facet */
  #figures(facet) {
    // Beside other things only what the drawing does not say.
    const told = this.#isCompact && facet.shape !== "numbers" ? [] : facet.figures;
    const figures = told.map(([name, text]) => make("span", {}, ...(name ? [make("span", { class: "chart__figure" }, name), " "] : []), text));
    return [...figures, ...(facet.note ? [make("span", { class: "chart__note", title: facet.note }, "≈ estimated")] : [])];
  }
}

customElements.define("facet-chart", FacetChart);
