/** What is said of one host that is down, and the step before the first use of the local network. */

import { localNetwork } from "../hosts/local-network.js";
import { outages } from "../hosts/outages.js";
import { grouped } from "../lib/digits.js";
import { verdict } from "../media/verdicts.js";
import { SummaryRow } from "./summary-row.js";

/** How long "Still no answer" stays. */
const SAID_S = 3;

export class OutageRow {
  #origin;
  #row = new SummaryRow();
  element = this.#row.element;
  #isAsking = false;
  #kind = "";

  /** @param {string} origin */
  constructor(origin) {
    this.#origin = origin;
    this.#row.act.addEventListener("click", () => void this.#act());
  }

  /**
   * @param {import("../hosts/host-outages.js").Outage} outage
   * @param {number} waiting how many pictures wait for it
   */
  show({ diagnosis, isAsking }, waiting) {
    const isStep = diagnosis.kind === "local-network-prompt";
    const step = { sentence: `${this.#origin} is in your local network, or looks so.`, remedy: STEP };
    if (this.#kind !== diagnosis.kind) this.#row.say(isStep ? { ...diagnosis, ...step, maybe: [] } : diagnosis);
    this.#kind = diagnosis.kind;
    delete this.element.dataset.back;
    this.element.style.minBlockSize = "";
    this.#row.doing = meanwhile(waiting, isAsking);
    if (!this.#isAsking) this.#offer(isStep ? "Ask my browser" : "Try now");
    this.#row.act.dataset.kind = isStep ? "primary" : "";
  }

  /** Says that the host answers again. */
  tellBack() {
    this.#kind = "";
    this.element.dataset.back = "";
    // Nothing below moves for the moment that it stays.
    this.element.style.minBlockSize = `${this.element.offsetHeight}px`;
    this.#row.sayShortly(`${this.#origin} answers again.`);
  }

  /** @param {string} text */
  #offer(text) {
    const { act } = this.#row;
    if (act.textContent !== text) act.textContent = text;
    act.disabled = false;
  }

  async #act() {
    const { act } = this.#row;
    if (this.#isAsking) return;
    this.#isAsking = true;
    const isStep = this.#kind === "local-network-prompt";
    act.textContent = isStep ? "Choose Allow in the browser’s question" : "Asking…";
    act.disabled = true;
    const isBack = isStep ? await this.#askPerson() : await outages.tryNow(this.#origin);
    if (!isBack && !isStep) {
      act.textContent = "Still no answer";
      await new Promise((resolve) => setTimeout(resolve, SAID_S * 1000));
    }
    this.#isAsking = false;
    this.#offer(this.#kind === "local-network-prompt" ? "Ask my browser" : "Try now");
  }

  /** @returns {Promise<boolean>} whether pictures may come now */
  async #askPerson() {
    const state = await localNetwork.ask(this.#origin);
    if (state === "denied") outages.reportFailure(verdict("local-network-denied", { origin: this.#origin }));
    else await outages.tryNow(this.#origin);
    return state !== "denied";
  }
}

const STEP =
  "Your browser asks once whether this site may reach devices there. Nothing was loaded yet: press the button, then choose Allow in the browser’s question.";

/**
 * @param {number} waiting
 * @param {boolean} isAsking
 */
function meanwhile(waiting, isAsking) {
  const [who, itself] = waiting === 1 ? ["1 picture waits", "itself"] : [`${grouped(waiting)} pictures wait`, "themselves"];
  if (!isAsking) return waiting > 0 ? `${who}.` : "";
  return waiting > 0 ? `${who}, and will come by ${itself} once it answers.` : "It is asked again by itself.";
}
