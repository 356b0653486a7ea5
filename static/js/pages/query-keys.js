/** The keys of the query bar: `/` goes to it, Escape leaves it. */

import "../elements/query-field.js";
import { bindKeys } from "../lib/keys.js";

/** @param {Document} page */
export function bindQueryBar(page) {
  const bar = page.getElementById("q");
  if (!(bar instanceof HTMLTextAreaElement)) return;
  const goThere = () => {
    bar.focus();
    bar.select();
  };
  bindKeys(page, { "/": goThere }, new AbortController().signal);
  bar.addEventListener("keydown", (press) => {
    // The first Escape closes what is open below it.
    if (press.key === "Escape" && !press.isComposing && !press.defaultPrevented) bar.blur();
  });
}
