/** The pages that need nothing but their frame. */

import { startFrame } from "./frame.js";

startFrame();
