/** Reads a page of this server once more, to put what has changed of it in the place of what is shown. */

/**
 * Reads a page as a document. Nothing in it runs, and nothing of it is markup text here, which Trusted Types forbid.
 * @param {string} href
 * @param {AbortSignal} signal
 * @returns {Promise<Document | null>} null where this page does not come: it is gone, or somebody has to sign in
 */
export function readAnew(href, signal) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("GET", href);
    request.responseType = "document";
    request.addEventListener("loadend", () => {
      const isIt = request.status === 200 && new URL(request.responseURL).pathname === new URL(href).pathname;
      resolve(isIt ? request.responseXML : null);
    });
    signal.addEventListener("abort", () => request.abort());
    request.send();
  });
}

/**
 * Takes the parts of a page that are marked `data-renewed`, by the names they have there, from another.
 * @param {Document} shown
 * @param {Document} page
 */
export function renewParts(shown, page) {
  for (const part of shown.querySelectorAll("[data-renewed]")) {
    const fresh = page.querySelector(`[data-renewed="${part.getAttribute("data-renewed") ?? ""}"]`);
    if (fresh && !fresh.isEqualNode(part)) part.replaceWith(fresh);
  }
}
