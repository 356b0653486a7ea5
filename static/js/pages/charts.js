/** Charts: each draws itself once it is in sight. */

import "../elements/facet-chart.js";
import "../elements/facet-map.js";
import { startFrame } from "./frame.js";
import { bindQueryBar } from "./query-keys.js";

startFrame();
document.querySelector("select[data-sends]")?.addEventListener("change", (event) => /** @type {HTMLSelectElement} */ (event.target).form?.requestSubmit());
bindQueryBar(document);
