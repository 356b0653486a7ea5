/** The labels of one picture's own page. */

import { LabelSet, decodeColumns } from "../labels/label-columns.js";
import { bindKeys } from "../lib/keys.js";
import { LABEL_SHORTCUTS, keyActions } from "../viewer/shortcuts.js";
import { getJson } from "../lib/get.js";
import { LabelRoom, withRuns } from "./label-room.js";

/** @typedef {import("./media-stage.js").MediaStage} MediaStage */
/** @typedef {import("./label-room.js").LabelIsland & {factsUrl: string, review: import("./label-review.js").Status}} ItemLabels */

/**
 * Lays the labels over the picture, and their panel beside it.
 * @param {MediaStage} stage
 * @param {{id: string}} item
 * @param {ItemLabels} labels
 * @param {AbortSignal} signal
 */
export function labelItem(stage, item, labels, signal) {
  /** @type {import("./label-desk.js").Size | null} */
  let size = null;
  /** @type {LabelSet | null} */
  let set = null;
  const room = new LabelRoom(labels, { chooseRuns: () => void load(), pictureNow: () => ({ id: item.id, factsUrl: labels.factsUrl }) }, signal);
  /** The label that the address names, such as the object of a grid that one came from; null once it was selected. */
  let wanted = new URL(location.href).searchParams.get("label");
  const show = () => {
    room.desk.show(size && { key: item.id, index: 0, size, set });
    if (!wanted || !size || !set) return;
    void room.select(wanted);
    wanted = null;
  };
  const load = async () => {
    try {
      const url = withRuns(labels.url, room.chosen);
      set = new LabelSet(decodeColumns(await getJson(url, signal)));
      show();
    } catch {
      if (!signal.aborted) room.panel.fail(() => void load());
    }
  };
  const takeStage = () => {
    if (!stage.view) return;
    size = stage.view.size;
    room.stage = stage.view;
    show();
  };
  stage.addEventListener("picture-ready", takeStage, { signal });
  bindKeys(document, keyActions((action) => void room.act(action), LABEL_SHORTCUTS), signal);
  room.panel.pictureReview = labels.review;
  takeStage();
  void load();
}
