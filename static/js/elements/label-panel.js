/**
 * The side of a page that is about its labels: who says them, which are shown, how they are colored, what is selected.
 * It shows what the desk knows and changes it; the canvas does the same beside it.
 */

import { make } from "../lib/markup.js";
import { throttle } from "../lib/throttle.js";
import { actionButton } from "./action-button.js";
import { LabelClasses } from "./label-classes.js";
import { LabelCompare } from "./label-compare.js";
import { LabelFacts } from "./label-facts.js";
import { LabelList, someOf } from "./label-list.js";
import { Knob, LabelSources } from "./label-sources.js";

/** @typedef {import("./label-desk.js").LabelDesk} LabelDesk */
/** @typedef {import("./label-desk.js").ColorMode} ColorMode */
/** @typedef {import("./label-sources.js").Run} Run */

/**
 * @typedef {object} PanelWishes
 * @property {Run[]} runs
 * @property {string[]} chosen ids of the runs shown
 * @property {(runs: string[]) => void} chooseRuns
 * @property {import("./mask-layer.js").MaskLayer} masks
 * @property {() => Promise<import("./label-facts.js").Facts | null>} factsOf
 * @property {((status: "accepted" | "rejected") => void) | null} review
 */

/** A moving hand turns pictures faster than anybody reads lists. */
const PAUSE_S = 0.2;
/** @type {Record<ColorMode, string>} */
const MODES = { class: "Class", track: "Track", confidence: "Confidence", match: "Outcome" };

export class LabelPanel {
  element = make("section", { class: "pane label-panel", "aria-labelledby": "label-panel-title" });
  #desk;
  #count = make("span", { class: "label-panel__count number" });
  #pictureReview = make("span", { class: "label-panel__review" });
  #show;
  #tags;
  /** @type {Map<ColorMode, HTMLButtonElement>} */
  #modes = new Map();
  #by = make("div", { class: "label-panel__by" });
  #scale = confidenceScale();
  /** What is said of the scene as a whole. */
  #whole = make("dl", { class: "facts", hidden: true });
  #opacity;
  #sources;
  #compare;
  #classes;
  #list;
  #facts;
  #failed = make("div", { class: "stack", role: "status", hidden: true });
  #listHead = make("div", { class: "label-panel__head" }, make("h3", {}, "On this picture"));
  #none = make("p", { class: "quiet", hidden: true });
  #ticket = 0;
  #refreshed_ms = 0;

  /**
   * @param {LabelDesk} desk
   * @param {PanelWishes} wishes
   * @param {AbortSignal} signal
   */
  constructor(desk, wishes, signal) {
    this.#desk = desk;
    this.#show = actionButton("showLabels", () => (desk.isShown = !desk.isShown));
    this.#tags = actionButton("showTags", () => (desk.hasTags = !desk.hasTags));
    this.#opacity = new Knob("Opacity of masks", { min: 0, max: 1, step: 0.05 }, (opacity) => (desk.opacity = opacity));
    this.#sources = new LabelSources(desk, { runs: wishes.runs, chosen: wishes.chosen, choose: wishes.chooseRuns });
    this.#compare = new LabelCompare(desk, wishes.runs.filter(({ id }) => wishes.chosen.includes(id)));
    this.#classes = new LabelClasses(desk);
    this.#list = new LabelList(desk, signal);
    this.#facts = new LabelFacts(desk, wishes);
    this.#build();
    const refreshLater = throttle(() => this.#refresh(), PAUSE_S, signal);
    const turn = () => (performance.now() - this.#refreshed_ms > PAUSE_S * 1000 ? this.#refreshSoon("picture") : refreshLater());
    desk.watch((change) => (change === "picture" ? turn() : this.#refreshSoon(change)), signal);
    signal.addEventListener("abort", () => cancelAnimationFrame(this.#ticket));
    this.#refresh();
  }

  /**
   * Adds the classes of the whole scene, so that rows stand still from frame to frame.
   * @param {Iterable<string>} names
   */
  expect(names) {
    this.#classes.expect(names);
  }

  /**
   * Says what is said of the scene as a whole.
   * @param {{label?: string, labels?: string[], taxonomy: string | null, source: number}[]} categories
   * @param {readonly import("../labels/label-columns.js").Source[]} sources
   */
  tellScene(categories, sources) {
    const pairs = categories.flatMap(({ label, labels, taxonomy, source }) => {
      const { id = null, name = "" } = sources[source] ?? {};
      const says = (labels ?? [label ?? ""]).join(", ");
      return [make("dt", {}, taxonomy ?? "Scene"), make("dd", {}, id === null ? says : `${says} · ${name}`)];
    });
    this.#whole.replaceChildren(...pairs);
    this.#whole.hidden = pairs.length === 0;
  }

  /** Says what is decided about the picture itself; null for nothing. @param {string | null} status */
  set pictureReview(status) {
    this.#pictureReview.textContent = status ? `picture ${status}` : "";
    this.#pictureReview.dataset.review = status ?? "";
  }

  /** Says that the labels did not come; null takes the words away. @param {(() => void) | null} retry */
  fail(retry) {
    this.#failed.hidden = retry === null;
    if (!retry) return;
    const button = make("button", { type: "button", class: "button" }, "Try again");
    button.addEventListener("click", () => {
      this.#failed.hidden = true;
      retry();
    });
    this.#failed.replaceChildren(make("p", {}, "Transom’s server did not send the labels. Check the connection."), button);
  }

  #build() {
    const title = make("h2", { id: "label-panel-title" }, "Labels");
    const tools = make("span", { class: "label-panel__tools" }, this.#show, this.#tags);
    const head = make("div", { class: "label-panel__head" }, title, this.#count, this.#pictureReview, tools);
    const modes = make("div", { class: "choice", role: "group", "aria-label": "Color by" }, ...Object.entries(MODES).map(([mode, name]) => this.#mode(/** @type {ColorMode} */ (mode), name)));
    this.element.append(head, this.#failed, this.#none, this.#whole, this.#sources.element, this.#compare.element);
    this.#by.append(make("span", { "aria-hidden": "true" }, "Color by"), modes, this.#scale);
    this.element.append(this.#by);
    this.element.append(this.#opacity.element, this.#classes.element, this.#listHead, this.#list.element, this.#facts.element);
  }

  /**
   * @param {ColorMode} mode
   * @param {string} name
   */
  #mode(mode, name) {
    const button = make("button", { type: "button", class: "choice__option", "data-mode": mode }, name);
    button.addEventListener("click", () => (this.#desk.mode = mode));
    this.#modes.set(mode, button);
    return button;
  }

  /** @param {import("./label-desk.js").Change} change */
  #refreshSoon(change) {
    if (change !== "place") this.#isStale = true;
    this.#ticket ||= requestAnimationFrame(() => (this.#isStale ? this.#refresh() : this.#refreshPlace()));
  }

  /** More than the place has changed since the last refresh. */
  #isStale = false;

  /** Another label is selected or pointed at. */
  #refreshPlace() {
    this.#ticket = 0;
    this.#list.refresh();
    this.#facts.refresh();
  }

  #refresh() {
    cancelAnimationFrame(this.#ticket);
    this.#ticket = 0;
    this.#isStale = false;
    this.#refreshed_ms = performance.now();
    const { set, shown, isShown, hasTags, mode, comparison, opacity } = this.#desk;
    this.#count.textContent = set ? someOf(shown.length, set.length) : "";
    this.#none.textContent = set ? "Nothing is said about this picture." : "";
    this.#none.hidden = !set || set.length > 0;
    this.#listHead.hidden = shown.length === 0;
    this.#show.setAttribute("aria-pressed", String(isShown));
    this.#tags.setAttribute("aria-pressed", String(hasTags));
    for (const [name, button] of this.#modes) {
      button.setAttribute("aria-pressed", String(name === mode));
      button.hidden = name === "match" && !comparison;
    }
    this.#opacity.value = opacity;
    this.#opacity.element.hidden = !set || !hasMask(set);
    for (const part of [this.#sources, this.#compare, this.#classes, this.#facts]) part.refresh();
    this.#by.hidden = this.#classes.isEmpty;
    this.#scale.hidden = mode !== "confidence";
    this.#list.renew();
  }
}

/** What the colors of confidences mean. */
function confidenceScale() {
  const steps = [0, 1, 2, 3, 4].map((step) => make("span", { class: "confidence-scale__step", "data-step": step }));
  return make("div", { class: "confidence-scale number", hidden: true }, "0", ...steps, "1");
}

/** @param {import("./label-desk.js").LabelSet} set */
function hasMask(set) {
  for (const at of set.columns.more.keys()) {
    if (at >= set.from && at < set.from + set.length && set.kind(at - set.from) === "mask") return true;
  }
  return false;
}
