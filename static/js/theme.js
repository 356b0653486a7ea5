/* Pins the chosen theme before the first paint. A classic script on purpose: a module would run too late. */
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("transom-theme");
  } catch {
    // Storage may be forbidden in this browser; the system's theme stands.
  }
  if (chosen === "light" || chosen === "dark" || chosen === "system") document.documentElement.dataset.theme = chosen;
})();
