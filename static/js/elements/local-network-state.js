/**
 * `<local-network-state>`: whether this site may reach hosts of the local network, as the browser has it from its person, and a
 * button that lets it ask. `data-state` is granted, denied, prompt, unknown, or free where nothing is asked.
 */

import { localNetwork, spaceOf } from "../hosts/local-network.js";
import { outages } from "../hosts/outages.js";
import { pageHosts } from "../hosts/page-hosts.js";
import { make } from "../lib/markup.js";
import { verdict } from "../media/verdicts.js";

const SAYS = {
  free: "The browser asks no permission for these hosts: this page is on your computer or in your network itself, or they are on the internet.",
  granted: "Allowed. This site may reach the local network, the devices and servers near you, from this browser.",
  prompt: "Not asked yet. The browser asks once, the first time that this site wants a file from the local network, the devices and servers near you.",
  denied: "Denied. This browser lets this site reach nothing of the local network, the devices and servers near you.",
  unknown: "This browser tells pages nothing about it. It asks by itself where it has to: choose Allow then.",
};

export class LocalNetworkState extends HTMLElement {
  #life = new AbortController();
  #words = make("p", { class: "local-network__says", role: "status" });
  #remedy = make("p", { class: "quiet" });
  #button = make("button", { type: "button", class: "button", "data-action": "ask-local" }, "Ask my browser now");

  connectedCallback() {
    const { signal } = (this.#life = new AbortController());
    this.replaceChildren(make("h3", { class: "local-network__title" }, "Local network"), this.#words, this.#remedy, this.#button);
    localNetwork.addEventListener("change", () => void this.#show(), { signal });
    this.#button.addEventListener("click", () => void this.#ask(), { signal });
    void this.#show();
  }

  disconnectedCallback() {
    this.#life.abort();
  }

  /** The hosts that the browser asks about, the surest first. */
  get #origins() {
    const needs = pageHosts().hosts.map(({ origin }) => ({ origin, need: localNetwork.need(origin) }));
    return ["yes", "maybe"].flatMap((sure) => needs.filter(({ need }) => need === sure).map(({ origin }) => origin));
  }

  async #show() {
    const [first] = this.#origins;
    const state = first === undefined ? "free" : await localNetwork.state(spaceOf(new URL(first)));
    this.dataset.state = state;
    this.#words.textContent = SAYS[state];
    this.#remedy.textContent = state === "denied" ? verdict("local-network-denied", { origin: first ?? "" }).remedy : "";
    this.#remedy.hidden = state !== "denied";
    this.#button.hidden = state !== "prompt";
    this.#button.disabled = false;
  }

  async #ask() {
    const [first] = this.#origins;
    if (first === undefined) return;
    this.#button.disabled = true;
    this.#words.textContent = "The browser asks now: choose Allow.";
    await localNetwork.ask(first);
    outages.allowed();
    await this.#show();
  }
}

customElements.define("local-network-state", LocalNetworkState);
