/** Where a key leads from one cell of a grid whose rows are filled from the left. */

/**
 * The index of the cell a key leads to; null when the key does not move, or leads nowhere.
 * @param {string} key as `KeyboardEvent.key`
 * @param {{index: number, columns: number, count: number, rows?: number}} place `rows` are what PageUp and PageDown move by
 * @returns {number | null}
 */
export function gridStep(key, { index, columns, count, rows = 1 }) {
  const target = targetOf(key, { index, columns, count, rows });
  return target === null || target === index || target < 0 || target >= count ? null : target;
}

/**
 * @param {string} key
 * @param {{index: number, columns: number, count: number, rows: number}} place
 */
function targetOf(key, { index, columns, count, rows }) {
  switch (key) {
    case "ArrowLeft":
      return index - 1;
    case "ArrowRight":
      return index + 1;
    case "ArrowUp":
      return index - columns;
    case "ArrowDown":
      return below({ index, columns, count, rows: 1 });
    case "PageUp":
      return Math.max(index - rows * columns, index % columns);
    case "PageDown":
      return below({ index, columns, count, rows });
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}

/**
 * The cell so many rows further down, or in the last row. Below a full row may be a short one: its last cell is meant.
 * @param {{index: number, columns: number, count: number, rows: number}} place
 */
function below({ index, columns, count, rows }) {
  const left = Math.floor((count - 1) / columns) - Math.floor(index / columns);
  return Math.min(index + Math.min(rows, left) * columns, count - 1);
}
