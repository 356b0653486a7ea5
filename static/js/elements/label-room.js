/**
 * A page's labels put together: desk, canvas, panel and review. What differs between a picture's page and a scene's,
 * which picture is on screen and where its labels come from, is theirs (label-item.js, label-scene.js).
 */

import { LabelFilter } from "../labels/label-filter.js";
import { throttle } from "../lib/throttle.js";
import { getJson } from "../lib/get.js";
import { LabelDesk } from "./label-desk.js";
import { LabelLayer } from "./label-layer.js";
import { LabelPanel } from "./label-panel.js";
import { LabelReview } from "./label-review.js";
import { MaskLayer } from "./mask-layer.js";

/** @typedef {import("../viewer/shortcuts.js").ActionName} ActionName */
/** @typedef {import("./label-sources.js").Run} Run */
/** @typedef {import("./label-review.js").Status} Status */
/** @typedef {{url: string, reviewUrl: string | null, runs: Run[], chosen: string[]}} LabelIsland */

/**
 * @typedef {object} RoomWishes
 * @property {(runs: string[]) => void} chooseRuns
 * @property {() => {id: string, factsUrl: string} | null} pictureNow the item on screen
 */

/** Browsers refuse too many changes of the address. */
const ADDRESS_PAUSE_S = 0.5;

export class LabelRoom {
  desk = new LabelDesk(LabelFilter.from(new URLSearchParams(location.search)));
  panel;
  #masks;
  #review;
  #wishes;
  #chosen;
  #signal;
  #layerLife = new AbortController();
  /** Facts by address and version, the last few. @type {Map<string, Promise<import("./label-facts.js").Facts | null>>} */
  #facts = new Map();

  /**
   * @param {LabelIsland} island
   * @param {RoomWishes} wishes
   * @param {AbortSignal} signal
   */
  constructor(island, wishes, signal) {
    this.#wishes = wishes;
    this.#chosen = island.chosen;
    this.#signal = signal;
    this.#masks = new MaskLayer(signal);
    this.#review = island.reviewUrl === null ? null : new LabelReview(island.reviewUrl, signal);
    this.panel = new LabelPanel(
      this.desk,
      {
        runs: island.runs,
        chosen: island.chosen,
        chooseRuns: (runs) => this.#chooseRuns(runs),
        masks: this.#masks,
        factsOf: () => this.#factsOf(),
        review: this.#review && ((status) => void this.#decide(status)),
      },
      signal,
    );
    const keep = throttle(() => this.#writeAddress(), ADDRESS_PAUSE_S, signal);
    this.desk.watch((change) => change === "look" && keep(), signal);
    this.#place();
    this.#carryOn();
  }

  /** Ids of the runs that are asked for. */
  get chosen() {
    return this.#chosen;
  }

  /** @param {import("./stage-view.js").StageView} stage where the picture is; another one takes the labels along */
  set stage(stage) {
    this.#layerLife.abort();
    this.#layerLife = new AbortController();
    new LabelLayer(stage, this.desk, { masks: this.#masks, signal: AbortSignal.any([this.#signal, this.#layerLife.signal]) });
    if (this.#review) stage.element.after(this.#review.element);
  }

  /** Does what a key says; false for what is no label's to do. @param {ActionName} action */
  act(action) {
    const actions = this.#actions;
    if (!(action in actions)) return false;
    actions[/** @type {keyof typeof actions} */ (action)]();
    return true;
  }

  /** Selects the label of the picture on screen that has this id, if there is one. @param {string} id */
  async select(id) {
    const facts = await this.#factsOf();
    const index = facts?.ids.indexOf(id) ?? -1;
    if (index >= 0) this.desk.select(index);
  }

  #actions = {
    showLabels: () => void (this.desk.isShown = !this.desk.isShown),
    showTags: () => void (this.desk.hasTags = !this.desk.hasTags),
    nextLabel: () => this.desk.selectNext(1),
    previousLabel: () => this.desk.selectNext(-1),
    unselect: () => this.desk.select(-1),
    accept: () => void this.#decide("accepted"),
    reject: () => void this.#decide("rejected"),
    undoReview: () => this.#review?.undo(),
    redoReview: () => this.#review?.redo(),
  };

  /** Takes the place that the server rendered for those without script. */
  #place() {
    const rendered = document.querySelector("[data-label-pane]");
    if (rendered) return rendered.replaceWith(this.panel.element);
    const aside = document.querySelector(".split__aside");
    const [promise] = aside?.children ?? [];
    if (promise) promise.after(this.panel.element);
    else aside?.prepend(this.panel.element);
  }

  /** @param {string[]} runs */
  #chooseRuns(runs) {
    this.#chosen = runs;
    this.#wishes.chooseRuns(runs);
    this.#writeAddress();
  }

  /** Reviews the selected label, or the picture while none is. @param {"accepted" | "rejected"} status */
  async #decide(status) {
    const picture = this.#wishes.pictureNow();
    if (!this.#review || !picture) return;
    const { set, selected } = this.desk;
    if (!set || selected < 0) {
      const show = (/** @type {Status} */ now) => {
        if (this.#wishes.pictureNow()?.id === picture.id) this.panel.pictureReview = now;
      };
      return this.#review.set({ id: picture.id, name: "the picture", show }, status);
    }
    const facts = await this.#factsOf();
    const id = facts?.ids[selected];
    if (!id) return;
    const show = (/** @type {Status} */ now) => {
      set.setReview(selected, now);
      this.desk.refresh();
    };
    this.#review.set({ id, name: set.label(selected) || "the label", show }, status);
  }

  /** Ids and metadata of the labels on screen; null when they did not come. */
  #factsOf() {
    const picture = this.#wishes.pictureNow();
    const version = this.desk.set?.columns.version;
    if (!picture) return Promise.resolve(null);
    const url = withRuns(picture.factsUrl, this.#chosen);
    const key = `${url} ${version}`;
    const asked = this.#facts.get(key) ?? getJson(url, this.#signal).catch(() => this.#forget(key));
    this.#facts.set(key, asked);
    for (const old of this.#facts.keys()) if (this.#facts.size > 8) this.#facts.delete(old);
    return asked;
  }

  /** The next question asks again. @param {string} key */
  #forget(key) {
    this.#facts.delete(key);
    return null;
  }

  #writeAddress() {
    const address = new URL(location.href);
    this.desk.filter.writeTo(address.searchParams);
    const [run] = this.#chosen;
    if (run) address.searchParams.set("run", run);
    if (address.href !== location.href) history.replaceState(history.state, "", address);
    this.#carryOn();
  }

  /** The way to the neighbors keeps what is shown: whoever looks through pictures chooses once. */
  #carryOn() {
    for (const link of document.querySelectorAll("a[rel=prev], a[rel=next]")) {
      if (!(link instanceof HTMLAnchorElement)) continue;
      const address = new URL(link.href);
      this.desk.filter.writeTo(address.searchParams);
      const [run] = this.#chosen;
      if (run) address.searchParams.set("run", run);
      link.href = address.href;
    }
  }
}

/**
 * @param {string} url
 * @param {string[]} runs
 */
export function withRuns(url, runs) {
  return runs.length > 0 ? `${url}${url.includes("?") ? "&" : "?"}runs=${runs.join(",")}` : url;
}
