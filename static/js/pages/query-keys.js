/** The keys of the query bar: `/` goes to it, Escape leaves it. */

import { bindKeys } from "../lib/keys.js";

/** @param {Document} page */
export function bindQueryBar(page) {
  const bar = page.getElementById("q");
  if (!(bar instanceof HTMLInputElement)) return;
  const goThere = () => {
    bar.focus();
    bar.select();
  };
  bindKeys(page, { "/": goThere }, new AbortController().signal);
  bar.addEventListener("keydown", (press) => {
    if (press.key === "Escape" && !press.isComposing) bar.blur();
  });
}
