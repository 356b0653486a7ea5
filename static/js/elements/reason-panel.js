/** What stands where a picture should be: why it is not there, who can help, and buttons for it. */

import { make } from "../lib/markup.js";

/**
 * Makes the panel of a diagnosis.
 * @param {{kind: string, sentence: string, remedy: string, maybe?: string[]}} diagnosis
 * @param {{url: string, retry: () => void}} next the address that failed, and what Try again does
 * @param {string[]} [also] sentences about the other ways that were tried
 */
export function reasonPanel({ kind, sentence, remedy, maybe = [] }, { url, retry }, also = []) {
  const again = make("button", { type: "button", class: "button" }, "Try again");
  again.addEventListener("click", retry);
  // The media host learns neither which page linked to it nor gets a handle on this window.
  const elsewhere = { href: url, target: "_blank", rel: "noopener noreferrer" };
  const open = make("a", { class: "button", "data-kind": "quiet", ...elsewhere }, "Open the address in a new tab");
  return make(
    "div",
    { class: "media-reason", "data-kind": kind, role: "status" },
    make("p", { class: "media-reason__sentence" }, sentence),
    ...(maybe.length > 0 ? [make("p", {}, "It may be one of these:"), make("ul", { class: "media-reason__also" }, ...maybe.map((one) => make("li", {}, one)))] : []),
    ...(also.length > 0 ? [make("ul", { class: "media-reason__also" }, ...also.map((other) => make("li", {}, other)))] : []),
    make("p", { class: "media-reason__remedy" }, remedy),
    make("p", { class: "media-reason__actions" }, again, open),
  );
}
