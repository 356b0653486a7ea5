/** The way back from a row's page to the grid it was opened in: kept in this tab alone, so that no address carries it. */

const STORED = "transom-way-back";

/**
 * @typedef {object} WayBack
 * @property {string} address of the grid, with its place
 * @property {string} id of the row opened
 * @property {number} position of that row
 * @property {string} within the beginning of the addresses that lead back by it
 */

/**
 * @param {WayBack} way
 * @param {Storage} [storage]
 */
export function rememberWayBack(way, storage = sessionStorage) {
  try {
    storage.setItem(STORED, JSON.stringify(way));
  } catch {
    // Storage may be forbidden: then the browser's own way back remains.
  }
}

/**
 * @param {Storage} [storage]
 * @returns {WayBack | null}
 */
export function readWayBack(storage = sessionStorage) {
  try {
    const way = JSON.parse(storage.getItem(STORED) ?? "null");
    const isWhole = ["address", "id", "within"].every((name) => typeof way?.[name] === "string") && Number.isSafeInteger(way.position);
    return isWhole ? way : null;
  } catch {
    return null;
  }
}

/**
 * The stretch of an address that a row's page shares with the pages of its neighbors: all but the row.
 * @param {string} path as `URL.pathname`
 */
export function withinOf(path) {
  return path.replace(/[^/]*\/?$/, "");
}
