/** What is known of the selected label: its numbers, who says it, its ids and metadata, and its review. */

import { factList } from "../lib/facts.js";
import { grouped } from "../lib/digits.js";
import { make } from "../lib/markup.js";
import { actionButton } from "./action-button.js";
import { swatch } from "./label-list.js";

/** @typedef {import("./label-desk.js").LabelDesk} LabelDesk */
/** @typedef {import("./label-desk.js").LabelSet} LabelSet */
/** @typedef {{version: number, ids: string[], annotation_ids: (string | null)[], metadata: Record<string, unknown>[], task_ids: (string | null)[], class_pdf: (Record<string, number> | null)[]}} Facts */

/** Of a class's probabilities, the highest so many. */
const MOST_PROBABLE = 5;

export class LabelFacts {
  element = make("section", { class: "label-facts", "aria-label": "The selected label", hidden: true });
  #title = make("h3", { class: "label-facts__title" });
  #review = make("div", { class: "row label-facts__review" });
  #word = make("p", { class: "label-facts__word", role: "status" });
  #list = make("dl", { class: "facts" });
  #known = make("div", { class: "stack" });
  #desk;
  #masks;
  #factsOf;
  /** @type {Record<"accepted" | "rejected", HTMLButtonElement> | null} */
  #verdicts = null;
  /** Whose facts are shown. */
  #shown = "";

  /**
   * @param {LabelDesk} desk
   * @param {object} needs
   * @param {import("./mask-layer.js").MaskLayer} needs.masks
   * @param {() => Promise<Facts | null>} needs.factsOf the facts of the picture on screen
   * @param {((status: "accepted" | "rejected") => void) | null} needs.review null for who may not
   */
  constructor(desk, { masks, factsOf, review }) {
    this.#desk = desk;
    this.#masks = masks;
    this.#factsOf = factsOf;
    if (review) {
      const accept = actionButton("accept", () => review("accepted"));
      const reject = actionButton("reject", () => review("rejected"));
      for (const [button, word] of /** @type {const} */ ([[accept, "Accept"], [reject, "Reject"]])) {
        button.removeAttribute("data-shape");
        button.removeAttribute("data-kind");
        button.append(word);
      }
      this.#review.append(accept, reject);
      this.#verdicts = { accepted: accept, rejected: reject };
    }
    this.element.append(this.#title, this.#review, this.#word, this.#list, this.#known);
  }

  refresh() {
    const { set, selected, picture } = this.#desk;
    this.element.hidden = !set || selected < 0;
    if (!set || !picture || selected < 0) {
      this.#shown = "";
      return;
    }
    this.#title.replaceChildren(swatch(this.#desk.lookOf(selected)), make("span", { class: "clip" }, set.label(selected)));
    this.#list.replaceChildren(...this.#pairs(set, selected));
    for (const [status, button] of Object.entries(this.#verdicts ?? {})) button.setAttribute("aria-pressed", String(set.review(selected) === status));
    this.#word.textContent = set.kind(selected) === "mask" ? this.#masks.wordOf(set, selected) : "";
    const key = `${picture.key} ${set.columns.version} ${selected}`;
    if (key === this.#shown) return;
    this.#shown = key;
    this.#known.replaceChildren();
    void this.#showKnown(key, selected);
  }

  /**
   * @param {LabelSet} set
   * @param {number} index
   */
  #pairs(set, index) {
    const { comparison, matching } = this.#desk;
    const partner = matching?.partner[index] ?? -1;
    const { name = "", model } = set.sources[set.source(index)] ?? {};
    const confidence = set.confidence(index);
    /** @type {[string, string | null][]} */
    const pairs = [
      ["Source", model ? `${name} · ${model}` : name],
      ["Kind", set.kind(index)],
      ["Track", set.track(index)],
      ["Confidence", confidence === null ? null : String(Number(confidence.toFixed(4)))],
      ...placePairs(set, index),
      ["Review", set.review(index)],
      ["Overlap", comparison && partner >= 0 ? `${(matching?.iou[index] ?? 0).toFixed(3)} with ${set.label(partner)}` : null],
    ];
    return pairs.flatMap(([term, value]) => (value === null ? [] : [make("dt", {}, term), make("dd", { class: "number" }, value)]));
  }

  /**
   * @param {string} key
   * @param {number} index
   */
  async #showKnown(key, index) {
    const facts = await this.#factsOf();
    if (key !== this.#shown || !facts) return;
    this.#known.replaceChildren(...knownNodes(facts, index));
  }
}

/**
 * Where it lies, in the picture's pixels.
 * @param {LabelSet} set
 * @param {number} index
 * @returns {[string, string | null][]}
 */
function placePairs(set, index) {
  const geometry = set.geometry(index);
  if (set.kind(index) === "cuboid") {
    const { position = {}, dimensions = {}, yaw } = geometry;
    return [["Position", axes(position)], ["Dimensions", axes(dimensions)], ["Yaw", yaw === undefined ? null : String(yaw)]];
  }
  if (!set.hasPlace(index)) return [["Taxonomy", typeof geometry.taxonomy === "string" ? geometry.taxonomy : null]];
  const [left, top, right, bottom] = set.box(index);
  const points = (geometry.vertices ?? geometry.keypoints ?? []).length;
  return [
    ["Place", `${short(left)}, ${short(top)} px`],
    ["Size", `${short(right - left)} × ${short(bottom - top)} px`],
    ["Points", points > 0 ? grouped(points) : null],
  ];
}

/** @param {Record<string, number>} numbers */
function axes(numbers) {
  return ["x", "y", "z"].map((axis) => `${axis} ${numbers[axis] ?? "–"}`).join(", ");
}

/** @param {number} number */
function short(number) {
  return String(Number(number.toFixed(2)));
}

/**
 * @param {Facts} facts
 * @param {number} index
 */
function knownNodes(facts, index) {
  const pairs = [["Annotation", facts.annotation_ids[index]], ["Task", facts.task_ids[index]], ["Id", facts.ids[index]]];
  const ids = pairs.flatMap(([term, value]) => (value ? [make("dt", {}, `${term}`), make("dd", { "data-kind": "id" }, value)] : []));
  const nodes = [make("dl", { class: "facts" }, ...ids)];
  const metadata = facts.metadata[index] ?? {};
  if (Object.keys(metadata).length > 0) nodes.push(factList(metadata));
  const pdf = Object.entries(facts.class_pdf[index] ?? {}).sort(([, a], [, b]) => b - a);
  const probable = pdf.slice(0, MOST_PROBABLE).flatMap(([name, share]) => [make("dt", {}, name), make("dd", { class: "number" }, share.toFixed(3))]);
  if (probable.length > 0) nodes.push(make("dl", { class: "facts", "aria-label": "Class probabilities" }, ...probable));
  return nodes;
}
