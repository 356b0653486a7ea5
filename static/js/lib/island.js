/** The one JSON island of a page: what the server gives its script. */

/**
 * Reads the page's island. Its shape is the page's own; the entry module names it.
 * @template Shape
 * @param {Document} page
 * @returns {Shape | null} null where the page has no island
 */
export function readIsland(page) {
  const text = page.getElementById("island")?.textContent;
  return text ? parseExactly(text) : null;
}

/**
 * Parses JSON without losing digits: whole numbers beyond 2^53, such as nanoseconds in metadata, become BigInt.
 * Browsers that do not hand the digits over (Firefox before 135, Safari before 18.4) round them.
 * @param {string} text
 */
export function parseExactly(text) {
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  /** @type {(key: string, value: unknown, context?: {source?: string}) => unknown} */
  const keepDigits = (_, value, context) => {
    if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
    return /^-?\d+$/.test(context?.source ?? "") ? BigInt(/** @type {string} */ (context?.source)) : value;
  };
  return JSON.parse(text, keepDigits);
}
