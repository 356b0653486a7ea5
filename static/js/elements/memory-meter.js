/** How much memory the decoded frames take, of how much they may: "212 / 512 MiB". The limit is kept by this browser. */

import { grouped } from "../lib/digits.js";
import { make } from "../lib/markup.js";
import { ViewerMenu } from "./viewer-menu.js";

const MIB = 2 ** 20;
const STORED = "transom-frame-memory";
const LIMITS_MIB = [128, 256, 512, 1024];

export class MemoryMeter {
  #menu;
  #text = make("span", { class: "memory-meter__text number" });
  #fill = make("span", { class: "memory-meter__fill" });
  #held_bytes = 0;
  #capacity_bytes;

  /**
   * @param {number} capacity_bytes
   * @param {(capacity_bytes: number) => void} changed
   */
  constructor(capacity_bytes, changed) {
    this.#capacity_bytes = capacity_bytes;
    this.#menu = new ViewerMenu({ name: "viewer-memory", title: "Memory for decoded frames" }, (value) => {
      this.capacity_bytes = Number(value) * MIB;
      remember(Number(value));
      changed(this.#capacity_bytes);
    });
    this.#menu.element.classList.add("memory-meter");
    this.#menu.say(this.#text, make("span", { class: "memory-meter__bar", "aria-hidden": "true" }, this.#fill));
    this.#menu.append(make("p", { class: "viewer-menu__note" }, "Frames held decoded come back at once. What is farthest from the frame on screen goes first."));
    this.capacity_bytes = capacity_bytes;
  }

  get element() {
    return this.#menu.element;
  }

  /** @param {number} bytes */
  set held_bytes(bytes) {
    this.#held_bytes = bytes;
    this.#show();
  }

  /** The most that decoded frames may take. */
  get capacity_bytes() {
    return this.#capacity_bytes;
  }

  set capacity_bytes(bytes) {
    this.#capacity_bytes = bytes;
    const limit_MiB = Math.round(bytes / MIB);
    const limits = [...new Set([...LIMITS_MIB, limit_MiB])].sort((one, other) => one - other);
    const choices = limits.map((MiB) => ({ value: String(MiB), name: `${grouped(MiB)} MiB` }));
    this.#menu.offer(choices, String(limit_MiB));
    this.#show();
  }

  #show() {
    const held_MiB = grouped(Math.round(this.#held_bytes / MIB));
    const text = `${held_MiB} / ${grouped(Math.round(this.#capacity_bytes / MIB))} MiB`;
    if (text === this.#text.textContent) return;
    this.#text.textContent = text;
    this.#fill.style.transform = `scaleX(${Math.min(1, this.#held_bytes / this.#capacity_bytes)})`;
  }
}

/**
 * The limit that was chosen in this browser before, in bytes.
 * @returns {number | null}
 */
export function chosenCapacity_bytes() {
  try {
    const MiB = Number(localStorage.getItem(STORED));
    return LIMITS_MIB.includes(MiB) ? MiB * MIB : null;
  } catch {
    return null;
  }
}

/** @param {number} MiB */
function remember(MiB) {
  try {
    localStorage.setItem(STORED, String(MiB));
  } catch {
    // Storage may be forbidden: then the limit lasts as long as the page.
  }
}
