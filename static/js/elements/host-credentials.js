/**
 * `<host-credentials data-origin>`: what this browser has to be let in by one media host: set, tried, forgotten. Whoever
 * places it may set `sample`, which finds a file of that host to try it with. `data-state` says how things stand.
 */

import { accessTo, isRefusal, isRefused, noteAnswer } from "../credentials/access.js";
import { declaredWords, standing, summary } from "../credentials/credential-words.js";
import { credentialChanges, forgetProfile, pageProfiles, saveProfile } from "../credentials/page-profiles.js";
import { HostAbilities } from "../hosts/abilities.js";
import { pageHost } from "../hosts/page-hosts.js";
import { make } from "../lib/markup.js";
import { loadImage } from "../media/image-load.js";
import { withDeadline } from "../media/loading.js";
import { CredentialForm } from "./credential-form.js";

/** @typedef {{url: string, medium: "image" | "video"}} SampleFile `url` as it is stored */

export class HostCredentials extends HTMLElement {
  /** Finds a file of the host; null where there is none to try with. @type {(() => Promise<SampleFile | null>) | null} */
  sample = null;
  #life = new AbortController();
  /** @type {CredentialForm | null} */
  #form = null;
  #isForgotten = false;
  #tried = "";
  #said = make("p", { class: "credentials__tried", role: "status" });

  connectedCallback() {
    const { signal } = (this.#life = new AbortController());
    credentialChanges.addEventListener("change", () => void this.#show(), { signal });
    void this.#show();
  }

  disconnectedCallback() {
    this.#life.abort();
    this.#form?.clear();
  }

  get origin() {
    return this.dataset.origin ?? "";
  }

  /** @param {boolean} [isChanging] whether the form is asked for */
  async #show(isChanging = false) {
    const profiles = await pageProfiles();
    if (this.#life.signal.aborted) return;
    const { access: declared, storage } = pageHost(this.origin);
    const profile = profiles.of(this.origin);
    const { state, mark, words } = standing({ profile, declared, isRefused: isRefused(this.origin), isForgotten: this.#isForgotten });
    const heading = make("h4", { class: "credentials__title" }, "Your key for this host");
    const head = make("div", { class: "credentials__head" }, heading, make("span", { class: "status", "data-state": mark }, words));
    const isAsked = isChanging || (!profile && state !== "not-needed");
    this.#form?.clear();
    this.#form = isAsked
      ? new CredentialForm({
          origin: this.origin,
          kind: profile?.access ?? declared,
          region: storage?.region,
          how: profiles.how,
          take: (entry, isRemembered) => void this.#save(entry, isRemembered),
          cancel: isChanging ? () => void this.#show() : null,
        })
      : null;
    this.#said.textContent = this.#tried;
    const facts = profile ? summary(profile, Date.now() / 1000) : declaredWords(declared);
    this.replaceChildren(head, make("p", { class: "quiet" }, facts), ...(this.#form ? [this.#form.element] : [this.#actions(profile !== null)]), this.#said);
    this.dataset.state = state;
  }

  /** @param {boolean} isSet */
  #actions(isSet) {
    const button = (/** @type {string} */ action, /** @type {string} */ words, /** @type {() => void} */ act) => {
      const made = make("button", { class: "button", type: "button", "data-action": action }, words);
      made.addEventListener("click", act);
      return made;
    };
    const change = button("change", isSet ? "Enter another" : "Enter a key", () => void this.#show(true));
    if (!isSet) return make("p", { class: "credentials__actions" }, change);
    const test = this.sample ? [button("test", "Try it", () => void this.#try())] : [];
    return make("p", { class: "credentials__actions" }, ...test, change, button("forget", "Forget", () => void this.#forget()));
  }

  /**
   * @param {import("../credentials/entries.js").Entry} entry
   * @param {boolean} isRemembered
   */
  async #save(entry, isRemembered) {
    this.#isForgotten = false;
    this.#tried = "";
    this.#relearn();
    const isKept = await saveProfile(this.origin, entry, isRemembered);
    if (!isKept) this.#tried = "It is in this page’s memory only: the browser did not keep it.";
    await this.#show();
    if (this.sample) await this.#try();
  }

  async #forget() {
    this.#isForgotten = true;
    this.#tried = "";
    this.#relearn();
    await forgetProfile(this.origin);
  }

  /** What the host lets pages read may be something else with another key. */
  #relearn() {
    new HostAbilities().forget(this.origin);
  }

  /** Asks the host for one of its files with what is set, and says what came of it. */
  async #try() {
    this.#tried = "";
    this.#said.textContent = "Asking for a file…";
    this.#tried = await this.#outcome();
    await this.#show();
  }

  async #outcome() {
    try {
      const file = await this.sample?.();
      if (!file) return "There is no file of this dataset at this host to try it with.";
      return await withDeadline((signal) => outcomeOf(file, this.origin, signal), { signal: this.#life.signal });
    } catch {
      return `${this.origin} did not answer in a way that this page can read. Check the host above: it says why.`;
    }
  }
}

/**
 * @param {SampleFile} file
 * @param {string} origin
 * @param {AbortSignal} signal
 */
async function outcomeOf({ url, medium }, origin, signal) {
  const access = await accessTo(url, { medium });
  try {
    const response = await fetch(access.href, { mode: "cors", ...access.init, referrerPolicy: "no-referrer", cache: "no-store", signal });
    void response.body?.cancel();
    noteAnswer(access, response.status);
    if (response.ok) return "It works: the host sent a file.";
    if (isRefusal(access, response.status)) return `${origin} refuses it (status ${response.status}).`;
    return `${origin} answered ${response.status}, which is not about your key.`;
  } catch (reason) {
    signal.throwIfAborted();
    if (!access.element || medium !== "image") throw reason;
    // The host lets no page read its files: a picture that shows says as much.
    await loadImage(new Image(), access.href, signal);
    noteAnswer(access, 200);
    return "It works: the host sent a picture.";
  }
}

customElements.define("host-credentials", HostCredentials);
