/**
 * What a scene does while a host of its is down: the picture on screen stays, a line over it says what is the matter, and
 * what waited is asked for when the host is back.
 */

import { outages } from "../hosts/outages.js";
import { outageSummary } from "./outage-summary.js";

export class ViewerOutages {
  #owner;
  /** The hosts that something waits for. @type {Set<string>} */
  #held = new Set();

  /**
   * @param {HTMLElement} owner has `data-held` while the wanted frame waits for its host
   * @param {{stage: HTMLElement, back: () => void, signal: AbortSignal}} about back: the last host that something waited for is there again
   */
  constructor(owner, { stage, back, signal }) {
    this.#owner = owner;
    stage.append(outageSummary());
    const isBack = (/** @type {Event} */ event) => {
      const { origin } = /** @type {CustomEvent<{origin: string}>} */ (event).detail;
      if (!this.#held.delete(origin)) return;
      owner.removeAttribute("data-held");
      back();
    };
    outages.addEventListener("back", isBack, { signal });
  }

  /**
   * Takes note that something waits for these hosts, as far as they are down.
   * @param {string[]} origins
   * @returns {boolean} whether any is down
   */
  hold(origins) {
    const down = origins.filter((origin) => outages.isDown(origin));
    for (const origin of down) this.#held.add(origin);
    this.#owner.toggleAttribute("data-held", this.#held.size > 0);
    return down.length > 0;
  }
}

/**
 * Takes in why something did not come.
 * @param {{kind: string} | import("../media/verdicts.js").Diagnosis} diagnosis what is no verdict about a host is passed over
 */
export function noteFailure(diagnosis) {
  if ("scope" in diagnosis) outages.reportFailure(diagnosis);
}

/**
 * Whether the person has to allow something first: then the line over the stage is all there is to say.
 * @param {{kind: string}} diagnosis
 */
export function isAsked({ kind }) {
  return kind === "local-network-prompt";
}
