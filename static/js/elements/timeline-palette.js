/**
 * The colors and the type of a timeline's canvas. They are the stylesheet's (viewer/timeline.css): each ink is the
 * computed `color` of a swatch, so themes, tokens and the forced colors of the system need no second truth here.
 */

import { make } from "../lib/markup.js";

const INKS = /** @type {const} */ ([
  "track", "edge", "held", "tick", "numeral", "strong", "current", "current-fill", "on-current", "section", "veil", "ground",
]);

/** @typedef {Record<typeof INKS[number], string> & {font: string}} Palette */

export class TimelinePalette {
  element = make("span", { class: "timeline-bar__palette", "aria-hidden": "true" });
  /** @type {Palette | null} */
  #palette = null;
  #life = new AbortController();

  /** @param {() => void} changed when what was drawn has the wrong colors */
  constructor(changed) {
    for (const ink of INKS) this.element.append(make("i", { "data-ink": ink }));
    const forget = () => {
      this.#palette = null;
      changed();
    };
    const on = { signal: this.#life.signal };
    for (const query of PREFERENCES) matchMedia(query).addEventListener("change", forget, on);
    document.fonts.addEventListener("loadingdone", forget, on);
    const theme = new MutationObserver(forget);
    theme.observe(document.documentElement, { attributeFilter: ["data-theme", "class", "style"] });
    on.signal.addEventListener("abort", () => theme.disconnect());
  }

  /** What to draw with now. */
  get now() {
    this.#palette ??= this.#read();
    return this.#palette;
  }

  dispose() {
    this.#life.abort();
  }

  #read() {
    const palette = /** @type {Palette} */ ({ font: getComputedStyle(this.element).fontFamily });
    for (const swatch of this.element.children) {
      const ink = /** @type {typeof INKS[number]} */ (/** @type {HTMLElement} */ (swatch).dataset.ink);
      palette[ink] = getComputedStyle(swatch).color;
    }
    return palette;
  }
}

const PREFERENCES = ["(prefers-color-scheme: dark)", "(forced-colors: active)", "(prefers-contrast: more)"];
