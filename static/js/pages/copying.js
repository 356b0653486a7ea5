/** Copies text to the clipboard, or selects it where the browser does not allow that. */

import { make } from "../lib/markup.js";

const COPIED_FOR_S = 2;

/**
 * Copies an element's text, and says so on the button that asked for it.
 * @param {Element} code
 * @param {Element} button
 */
export async function copyText(code, button) {
  if (button.hasAttribute("data-state")) return;
  const label = button.querySelector("span") ?? button;
  const before = label.textContent;
  const isCopied = await write(code);
  label.textContent = isCopied ? "Copied" : "Selected: press Ctrl+C";
  button.setAttribute("data-state", isCopied ? "copied" : "selected");
  announce(label.textContent);
  setTimeout(() => {
    label.textContent = before;
    button.removeAttribute("data-state");
  }, COPIED_FOR_S * 1000);
}

/**
 * Puts an element's text on the clipboard; selects it where the browser does not allow that.
 * @param {Element} code
 * @returns {Promise<boolean>} whether it was copied
 */
async function write(code) {
  try {
    // There is no clipboard on a page served over plain http by name.
    await navigator.clipboard.writeText(code.textContent ?? "");
    return true;
  } catch {
    getSelection()?.selectAllChildren(code);
    return false;
  }
}

/** Lets a screen reader hear what a button's own label only shows. @param {string} sentence */
function announce(sentence) {
  const said = make("div", { class: "visually-hidden", role: "status" });
  document.body.append(said);
  // A live region must be there before its text comes.
  setTimeout(() => (said.textContent = sentence), 50);
  setTimeout(() => said.remove(), COPIED_FOR_S * 1000);
}
