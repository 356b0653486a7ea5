/** A dataset's health: a sample of its files is tried by this browser when somebody asks for it. */

import { HealthCheck } from "../elements/health-check.js";
import { readIsland } from "../lib/island.js";
import { startFrame } from "./frame.js";

startFrame();

const island = /** @type {import("../elements/health-check.js").HealthIsland | null} */ (readIsland(document));
const check = document.querySelector("health-check");
if (island && check instanceof HealthCheck) check.open(island);
