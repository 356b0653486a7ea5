/** Jobs: bars that follow what is under way. When a job ends, the server writes its outcome into the page. */

import "../elements/job-progress.js";
import { grouped, lasted } from "../lib/digits.js";
import { startFrame } from "./frame.js";

startFrame();

document.addEventListener("job-progress", (event) => {
  const { errors, took_s } = /** @type {CustomEvent<import("../elements/job-progress.js").JobProgress>} */ (event).detail;
  const errorCount = document.querySelector("[data-job-errors]");
  if (errorCount) errorCount.textContent = grouped(errors);
  const took = document.querySelector("[data-job-took]");
  if (took && took_s !== null) took.textContent = lasted(took_s);
});

document.addEventListener("job-ended", () => location.reload());
