/** Where a key leads from one cell of a grid whose rows are filled from the left. */

/**
 * The index of the cell a key leads to; null when the key does not move, or leads nowhere.
 * @param {string} key as `KeyboardEvent.key`
 * @param {{index: number, columns: number, count: number}} place
 * @returns {number | null}
 */
export function gridStep(key, { index, columns, count }) {
  const target = targetOf(key, { index, columns, count });
  return target === null || target === index || target < 0 || target >= count ? null : target;
}

/**
 * @param {string} key
 * @param {{index: number, columns: number, count: number}} place
 */
function targetOf(key, { index, columns, count }) {
  const isAboveLastRow = Math.floor(index / columns) < Math.floor((count - 1) / columns);
  switch (key) {
    case "ArrowLeft":
      return index - 1;
    case "ArrowRight":
      return index + 1;
    case "ArrowUp":
      return index - columns;
    case "ArrowDown":
      // Below a full row may be a short one: its last cell is meant.
      return isAboveLastRow ? Math.min(index + columns, count - 1) : null;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}
