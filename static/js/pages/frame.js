/** What every page has around its content: the choice of theme, copying, keys for links. */

import "../elements/kept-pictures.js";
import { bindKeys } from "../lib/keys.js";
import { copyText } from "./copying.js";

const STORED_THEME = "transom-theme";

/** Brings the frame of the page to life, for as long as the page lives. */
export function startFrame() {
  offerThemes();
  document.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("[data-copy]");
    const code = button?.closest(".snippet")?.querySelector(".snippet__code");
    if (button && code) void copyText(code, button);
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
