/**
 * `<facet-panel>`: facets beside a grid. In a wide window a column that stays as it was left, in a narrow one a sheet.
 * The cookie tells the server how it was left, so that the page comes with it so and nothing moves.
 */

import "./facet-chart.js";

const WIDE = "(min-width: 1100px)";
const A_YEAR_S = 31_536_000;

export class FacetPanelElement extends HTMLElement {
  #life = new AbortController();
  #isWide = matchMedia(WIDE);

  connectedCallback() {
    this.#life = new AbortController();
    const on = { signal: this.#life.signal };
    for (const button of this.#buttons) button.addEventListener("click", () => this.#turn(), on);
    this.querySelector("[data-closes=facets]")?.addEventListener("click", () => this.#turn(), on);
    this.addEventListener("toggle", () => this.#tell(), on);
    // Before the grid's own keys, of which Escape is one.
    document.addEventListener("keydown", (press) => this.#leave(press), { ...on, capture: true });
    this.#isWide.addEventListener("change", () => this.#leaveSheet(), on);
    const find = this.querySelector("input[type=search]");
    find?.addEventListener("input", () => this.#find(/** @type {HTMLInputElement} */ (find).value), on);
    this.#tell();
  }

  disconnectedCallback() {
    this.#life.abort();
  }

  get #buttons() {
    return document.querySelectorAll("[data-opens=facets]");
  }

  get #isSheet() {
    return this.matches(":popover-open");
  }

  get #isOpen() {
    return this.#isWide.matches ? this.dataset.state === "open" : this.#isSheet;
  }

  #turn() {
    if (!this.#isWide.matches) {
      this.togglePopover();
      return;
    }
    this.dataset.state = this.#isOpen ? "closed" : "open";
    document.cookie = `facets=${this.dataset.state}; path=/; max-age=${A_YEAR_S}; samesite=lax`;
    this.#tell();
    if (!this.#isOpen) /** @type {HTMLElement | undefined} */ ([...this.#buttons][0])?.focus({ preventScroll: true });
  }

  /** @param {KeyboardEvent} press */
  #leave(press) {
    if (press.key !== "Escape" || !this.#isSheet) return;
    press.preventDefault();
    press.stopPropagation();
    this.hidePopover();
  }

  #leaveSheet() {
    if (this.#isSheet) this.hidePopover();
    this.#tell();
  }

  #tell() {
    for (const button of this.#buttons) button.setAttribute("aria-expanded", String(this.#isOpen));
  }

  /** @param {string} text */
  #find(text) {
    const wanted = text.trim().toLowerCase();
    for (const field of this.querySelectorAll("[data-name]")) {
      if (field instanceof HTMLLIElement) field.hidden = !(field.dataset.name ?? "").includes(wanted);
    }
  }
}

customElements.define("facet-panel", FacetPanelElement);
