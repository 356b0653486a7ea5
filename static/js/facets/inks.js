/**
 * Colors for what is drawn by script. They are the stylesheet's: each ink is the computed `color` of a swatch, so themes,
 * tokens and the forced colors of the system need no second truth here.
 */

import { make } from "../lib/markup.js";

const PREFERENCES = ["(prefers-color-scheme: dark)", "(forced-colors: active)", "(prefers-contrast: more)"];

/** @template {string} Name */
export class Inks {
  element = make("span", { class: "inks", "aria-hidden": "true" });
  /** @type {Record<Name, string> | null} */
  #known = null;

  /**
   * @param {readonly Name[]} names
   * @param {() => void} changed when what was drawn has the wrong colors
   * @param {AbortSignal} signal
   */
  constructor(names, changed, signal) {
    this.names = names;
    for (const name of names) this.element.append(make("i", { "data-ink": name }));
    const forget = () => {
      this.#known = null;
      changed();
    };
    for (const query of PREFERENCES) matchMedia(query).addEventListener("change", forget, { signal });
    document.fonts.addEventListener("loadingdone", forget, { signal });
    const theme = new MutationObserver(forget);
    theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    signal.addEventListener("abort", () => theme.disconnect());
  }

  /** What to draw with now. */
  get now() {
    if (this.#known) return this.#known;
    const inks = this.#read();
    // Outside of the page nothing has a style yet.
    if (this.element.isConnected) this.#known = inks;
    return inks;
  }

  /** The font of numbers on a canvas. */
  font(size = 11) {
    return `${size}px ${getComputedStyle(document.documentElement).fontFamily}`;
  }

  #read() {
    const swatches = [...this.element.children].map((swatch) => getComputedStyle(swatch).color);
    return /** @type {Record<Name, string>} */ (Object.fromEntries(this.names.map((name, place) => [name, swatches[place] ?? ""])));
  }
}
