/** A dataset's saved queries: the text of each is edited as in the bar. */

import "../elements/query-field.js";
import { startFrame } from "./frame.js";

startFrame();
