/** A dataset's settings: what this browser knows of its media hosts, beside the forms. */

import "../elements/host-abilities.js";
import { startFrame } from "./frame.js";

startFrame();
