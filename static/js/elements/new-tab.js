/**
 * "Open the address in a new tab". What stands in the page is the address without a signature: where the host wants an S3 access
 * key, the address is signed when the button is pressed, and is nowhere but in the new tab. Other tokens are in no tab's address,
 * for browsers write those into their history.
 */

import { CredentialsMissing, StorageUnresolved, accessKind, accessTo, hrefOf } from "../credentials/access.js";
import { checkHref } from "../hosts/page-hosts.js";
import { make } from "../lib/markup.js";

const WORDS = "Open the address in a new tab";
const TOKENLESS = "A tab does not send the token that this host wants, so it may be refused there.";

/**
 * @param {string} location as it is stored
 * @param {{isQuiet?: boolean}} [look] whether it stands beside buttons that matter more
 * @returns {HTMLElement}
 */
export function newTab(location, { isQuiet = false } = {}) {
  const kind = isQuiet ? { "data-kind": "quiet" } : {};
  const note = make("span", { class: "new-tab__note quiet", role: "status" });
  const href = hrefOf(location);
  if (href === null) {
    note.textContent = "Nothing says at which address this file is, so there is nothing to open.";
    return make("span", { class: "new-tab" }, note);
  }
  const access = accessKind(href);
  if (access === "s3") {
    const button = make("button", { type: "button", class: "button", ...kind }, WORDS);
    button.addEventListener("click", () => void openSigned(location, note));
    return make("span", { class: "new-tab" }, button, note);
  }
  if (access === "bearer" || access === "azure" || access === "query") note.textContent = TOKENLESS;
  // The media host learns neither which page linked to it nor gets a handle on this window.
  const link = make("a", { class: "button", ...kind, href, target: "_blank", rel: "noopener noreferrer" }, WORDS);
  return make("span", { class: "new-tab" }, link, note);
}

/**
 * @param {string} location
 * @param {HTMLElement} note says why it does not open
 */
async function openSigned(location, note) {
  note.replaceChildren();
  try {
    const { href } = await accessTo(location, { medium: "file" });
    open(href, "_blank", "noopener,noreferrer");
  } catch (reason) {
    if (reason instanceof CredentialsMissing) note.replaceChildren(...missing(reason.origin));
    else if (!(reason instanceof StorageUnresolved)) throw reason;
  }
}

/** @param {string} origin */
function missing(origin) {
  const check = checkHref(origin);
  const words = `This browser has no key for ${origin}, and without one the address opens nothing.`;
  return check ? [`${words} `, make("a", { href: check }, "Enter yours"), "."] : [words];
}
