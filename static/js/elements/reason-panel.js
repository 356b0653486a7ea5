/** What stands where a picture should be: why it is not there, who can help, and buttons for it. */

import { make } from "../lib/markup.js";
import { openReport } from "./doctor-report.js";
import { newTab } from "./new-tab.js";

/** @typedef {import("../media/verdicts.js").Diagnosis} Diagnosis */
/** @typedef {{kind: string, sentence: string, remedy: string} & Partial<Omit<Diagnosis, "kind">>} Reason a diagnosis, or what a source says of itself */

/**
 * Makes the panel of a reason.
 * @param {Reason} reason
 * @param {{url: string, retry: () => void}} next the address that failed, and what Try again does
 * @param {string[]} [also] sentences about the other ways that were tried
 */
export function reasonPanel(reason, { url, retry }, also = []) {
  const { kind, sentence, remedy, maybe = [] } = reason;
  const again = make("button", { type: "button", class: "button" }, "Try again");
  again.addEventListener("click", retry);
  return make(
    "div",
    { class: "media-reason", "data-kind": kind, role: "status" },
    make("p", { class: "media-reason__sentence" }, sentence),
    ...(maybe.length > 0 ? [make("p", { class: "media-reason__maybe" }, "It is one of these; a page cannot tell which:"), listOf(maybe)] : []),
    ...(also.length > 0 ? [listOf(also)] : []),
    make("p", { class: "media-reason__remedy" }, remedy),
    make("p", { class: "media-reason__actions" }, again, ...reportButton(reason, { url, retry, also }), newTab(url, { isQuiet: true })),
  );
}

/** @param {string[]} sentences */
function listOf(sentences) {
  return make("ul", { class: "media-reason__also" }, ...sentences.map((one) => make("li", {}, one)));
}

/**
 * Opens what the doctor saw, and what to do about it in full.
 * @param {Reason} reason
 * @param {{url: string, retry: () => void, also: string[]}} next
 */
function reportButton(reason, next) {
  if (!isDiagnosis(reason)) return [];
  const button = make("button", { type: "button", class: "button", "aria-haspopup": "dialog" }, "Why, and how to mend it");
  button.addEventListener("click", () => openReport(reason, next));
  return [button];
}

/**
 * @param {Reason} reason
 * @returns {reason is Diagnosis}
 */
function isDiagnosis(reason) {
  return reason.evidence !== undefined && reason.cures !== undefined;
}
