/**
 * Lets an element with its controls have the whole screen: `data-full` is there while it has.
 * Where the browser gives no screen to elements, as on iPhones, it takes the window.
 */

import { nameWithKey } from "../viewer/shortcuts.js";
import { actionButton, icon, nameButton } from "./action-button.js";

export class FullScreen {
  button = actionButton("fullScreen", () => this.toggle());
  #element;

  /**
   * @param {HTMLElement} element
   * @param {AbortSignal} signal
   */
  constructor(element, signal) {
    this.#element = element;
    document.addEventListener("fullscreenchange", () => this.#show(document.fullscreenElement === element), { signal });
    document.addEventListener("keydown", (press) => this.#leave(press), { signal });
    signal.addEventListener("abort", () => this.#isFull && void this.toggle());
    this.#show(document.fullscreenElement === element);
  }

  /** Takes the screen, or gives it back. */
  async toggle() {
    if (document.fullscreenElement === this.#element) await document.exitFullscreen();
    else if (this.#isFull) this.#show(false);
    else await this.#take();
  }

  get #isFull() {
    return this.#element.hasAttribute("data-full");
  }

  async #take() {
    try {
      await this.#element.requestFullscreen();
    } catch {
      // Not there, or not allowed here.
      this.#show(true);
    }
  }

  /** The browser leaves its full screen by Escape; ours has to. @param {KeyboardEvent} press */
  #leave(press) {
    if (press.key !== "Escape" || press.defaultPrevented || !this.#isFull || document.fullscreenElement) return;
    if (document.querySelector("dialog[open]")) return;
    this.#show(false);
  }

  /** @param {boolean} isFull */
  #show(isFull) {
    this.#element.toggleAttribute("data-full", isFull);
    nameButton(this.button, nameWithKey("fullScreen", isFull ? "Leave full screen" : undefined));
    this.button.replaceChildren(icon(isFull ? "window" : "fullScreen"));
  }
}
