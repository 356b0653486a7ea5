/** The one JSON island of a page: what the server gives its script. */

/**
 * Reads the page's island. Its shape is the page's own; the entry module names it.
 * @template Shape
 * @param {Document} page
 * @returns {Shape | null} null where the page has no island
 */
export function readIsland(page) {
  const text = page.getElementById("island")?.textContent;
  return text ? JSON.parse(text) : null;
}
