/**
 * `<kept-pictures>`: how many thumbnails this browser keeps for its person, and a button that removes them.
 * On the page of those who are not signed in, all of them go.
 */

import { forgetProfiles } from "../credentials/page-profiles.js";
import { grouped } from "../lib/digits.js";
import { make } from "../lib/markup.js";
import { forgetPictures } from "../thumbnails/picture-store.js";
import { keptFor, pagePictures } from "./page-pictures.js";

const MB = 1_000_000;

if (keptFor() === "") void forgetPictures();
forgetOthersCredentials();

class KeptPictures extends HTMLElement {
  #said = make("span", { class: "kept-pictures__said", role: "status" });
  #clear = make("button", { class: "button", type: "button" }, "Clear");
  #life = new AbortController();

  connectedCallback() {
    const on = { signal: (this.#life = new AbortController()).signal };
    this.replaceChildren(this.#said, this.#clear);
    this.#clear.addEventListener("click", () => void this.#remove(), on);
    // In a menu the figures are of the moment in which it opens.
    const menu = this.closest("details");
    if (menu) menu.addEventListener("toggle", () => menu.open && void this.#show(), on);
    else void this.#show();
  }

  disconnectedCallback() {
    this.#life.abort();
  }

  async #show() {
    const store = await pagePictures();
    const { count, bytes } = (await store?.sum()) ?? { count: 0, bytes: 0 };
    this.#clear.disabled = count === 0;
    this.#said.textContent = store ? sentence(count, bytes, store.cap_bytes) : "This browser lets the page keep no pictures.";
  }

  async #remove() {
    await (await pagePictures())?.clear();
    await this.#show();
  }
}

/** What opens media hosts stays with one person: it goes where somebody signed out, and where another is signed in. */
function forgetOthersCredentials() {
  const seal = document.querySelector('meta[name="credentials-seal"]')?.getAttribute("content");
  const owner = keptFor();
  if (seal === "") void forgetProfiles();
  else if (seal && owner) void forgetProfiles(owner);
}

/**
 * @param {number} count
 * @param {number} bytes
 * @param {number} cap_bytes
 */
function sentence(count, bytes, cap_bytes) {
  const thumbnails = `${grouped(count)} ${count === 1 ? "thumbnail" : "thumbnails"}`;
  return `Pictures kept on this computer: ${megabytes(bytes)} of ${megabytes(cap_bytes)}, ${thumbnails}`;
}

/** @param {number} bytes */
function megabytes(bytes) {
  return bytes > 0 && bytes < MB ? "less than 1 MB" : `${grouped(Math.round(bytes / MB))} MB`;
}

customElements.define("kept-pictures", KeptPictures);
