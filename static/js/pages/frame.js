/** What every page has around its content: the choice of theme, copying, keys for links. */

import { make } from "../lib/markup.js";
import { bindKeys } from "../lib/keys.js";

const STORED_THEME = "transom-theme";
const COPIED_FOR_S = 2;

/** Brings the frame of the page to life, for as long as the page lives. */
export function startFrame() {
  offerThemes();
  document.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("[data-copy]");
    if (button instanceof HTMLButtonElement) void copy(button);
  });
  closeMenus();
  const shortcuts = [...document.querySelectorAll("[data-shortcut]")].filter((control) => control instanceof HTMLElement);
  const actions = Object.fromEntries(shortcuts.map((control) => [control.dataset.shortcut ?? "", () => control.click()]));
  bindKeys(document, actions, new AbortController().signal);
}

function offerThemes() {
  const choices = [...document.querySelectorAll("[data-theme-choice]")].filter((choice) => choice instanceof HTMLElement);
  const show = () => {
    const { theme } = document.documentElement.dataset;
    for (const choice of choices) choice.setAttribute("aria-pressed", String(choice.dataset.themeChoice === theme));
  };
  for (const choice of choices) {
    choice.addEventListener("click", () => {
      const theme = choice.dataset.themeChoice ?? "system";
      document.documentElement.dataset.theme = theme;
      store(theme);
      show();
    });
  }
  show();
}

/** @param {string} theme */
function store(theme) {
  try {
    localStorage.setItem(STORED_THEME, theme);
  } catch {
    // Storage may be forbidden: then the choice lasts as long as the page.
  }
}

/** Copies the code beside a button. @param {HTMLButtonElement} button */
async function copy(button) {
  const code = button.closest(".snippet")?.querySelector(".snippet__code");
  if (!code) return;
  const label = button.querySelector("span") ?? button;
  const before = label.textContent;
  const isCopied = await write(code);
  label.textContent = isCopied ? "Copied" : "Selected: press Ctrl+C";
  button.dataset.state = isCopied ? "copied" : "selected";
  announce(label.textContent);
  setTimeout(() => {
    label.textContent = before;
    delete button.dataset.state;
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

/** A menu is a `<details>`; it also closes by Escape and by a click elsewhere. */
function closeMenus() {
  const openMenu = () => document.querySelector("details.menu[open]");
  document.addEventListener("click", (event) => {
    const menu = openMenu();
    if (menu && !menu.contains(/** @type {Node} */ (event.target))) menu.removeAttribute("open");
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" ? openMenu() : null;
    if (!menu) return;
    menu.removeAttribute("open");
    menu.querySelector("summary")?.focus();
    event.preventDefault();
  });
}
