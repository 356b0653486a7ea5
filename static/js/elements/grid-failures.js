/** Says over a grid's cells what is the matter with their hosts, and what many of them fail of for one reason. */

import { many } from "../grid/failure-causes.js";
import { outages } from "../hosts/outages.js";
import { debounce } from "../lib/debounce.js";
import { outageSummary } from "./outage-summary.js";

/** Failures of a screen of cells are counted together. */
const COUNT_S = 0.25;

/**
 * Keeps the summary, and has the cells tried again when their host is back.
 * @param {HTMLElement} grid
 * @param {{cells: import("./grid-cells.js").GridCells, changed: () => void, signal: AbortSignal}} about changed: the summary has another height
 */
export function summarizeFailures(grid, { cells, changed, signal }) {
  const summary = outageSummary();
  grid.before(summary);
  const height = new ResizeObserver(changed);
  height.observe(summary);
  summary.addEventListener("retry-wish", (event) => {
    const { origin, kind } = /** @type {CustomEvent<{origin: string, kind: string}>} */ (event).detail;
    cells.retry((diagnosis) => diagnosis.origin === origin && diagnosis.kind === kind);
  });
  const isBack = (/** @type {Event} */ event) => {
    const { origin } = /** @type {CustomEvent<{origin: string}>} */ (event).detail;
    cells.retry((diagnosis) => diagnosis.origin === origin && diagnosis.mayHeal);
  };
  outages.addEventListener("back", isBack, { signal });
  const countSoon = debounce(() => (summary.failures = many(cells.diagnoses)), COUNT_S, signal);
  const states = new MutationObserver(countSoon);
  states.observe(grid, { subtree: true, childList: true, attributeFilter: ["data-state"] });
  signal.addEventListener("abort", () => {
    states.disconnect();
    height.disconnect();
    summary.remove();
  });
}
