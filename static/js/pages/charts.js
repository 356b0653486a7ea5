/** Charts: each draws itself once it is in sight. */

import "../elements/facet-chart.js";
import { startFrame } from "./frame.js";
import { bindQueryBar } from "./query-keys.js";

startFrame();
bindQueryBar(document);
