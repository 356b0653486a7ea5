/** Lines of pasted text. */

/**
 * The lines that hold something, without what surrounds them; of a table's first column, for cells are parted by tabs.
 * @param {string} text
 */
export function linesOf(text) {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => (line.split("\t")[0] ?? "").trim())
    .filter((line) => line !== "");
}
