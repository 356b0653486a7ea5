/** The setup of a labelling project: an editor for its classes. */

import "../elements/ontology-editor.js";
import { startFrame } from "./frame.js";

startFrame();
