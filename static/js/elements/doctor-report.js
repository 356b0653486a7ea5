/**
 * The doctor's whole report: what happened, what the page cannot tell apart, who can mend it and how, and what was asked to
 * find out. On the page of media hosts it stands open; elsewhere it opens over the page.
 */

import { profilesNow } from "../credentials/page-profiles.js";
import { cure } from "../cures/cures.js";
import { checkHref, pageHost, pageHosts } from "../hosts/page-hosts.js";
import { make } from "../lib/markup.js";
import { cureBody } from "./cure-ways.js";
import { newTab } from "./new-tab.js";

/** @typedef {import("../media/verdicts.js").Diagnosis} Diagnosis */
/** @typedef {import("../cures/cures.js").Cure} Cure */
/** @typedef {import("../cures/cures.js").Lead} Lead */

/**
 * @typedef {object} Next
 * @property {string | null} [url] the address that failed; null where a whole host is meant
 * @property {(() => void) | null} [retry] what Try again does; null where something else on the page does it
 * @property {string[]} [also] sentences about other ways that were tried
 */

const WHO = { you: "you", network: "your IT", host: "whoever runs the host", admin: "an admin of your team in Transom" };

/**
 * Makes the report of a diagnosis.
 * @param {Diagnosis} diagnosis
 * @param {Next} [next]
 * @returns {HTMLElement}
 */
export function doctorReport(diagnosis, { url = null, retry = null, also = [] } = {}) {
  const { kind, sentence, remedy, maybe, isSure } = diagnosis;
  return make(
    "section",
    { class: "report", "data-kind": kind, "data-weight": weightOf(kind) },
    make("p", { class: "report__sentence" }, sentence),
    ...(isSure ? [] : [undecided(maybe)]),
    ...(also.length > 0 ? [listOf(also)] : []),
    make("p", { class: "report__remedy" }, remedy),
    ...whoOf(diagnosis),
    ...curesOf(diagnosis, url),
    ...evidenceOf(diagnosis),
    ...actionsOf(diagnosis, url, retry),
  );
}

/**
 * Opens the report over the page, until it is closed.
 * @param {Diagnosis} diagnosis
 * @param {Next} [next]
 * @returns {HTMLDialogElement}
 */
export function openReport(diagnosis, next = {}) {
  const close = make("button", { class: "button", type: "button", "data-kind": "quiet", autofocus: true }, "Close");
  const title = make("h2", { class: "report-dialog__title", id: "report-title" }, hostOf(diagnosis.origin));
  const again = next.retry && (() => (dialog.close(), next.retry?.()));
  const dialog = make(
    "dialog",
    { class: "dialog report-dialog", "aria-labelledby": "report-title" },
    make("header", { class: "report-dialog__head" }, title, close),
    doctorReport(diagnosis, { ...next, retry: again ?? null }),
  );
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  // Keys of the page below, such as those that step through frames, are not meant here.
  dialog.addEventListener("keydown", (event) => event.stopPropagation());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/**
 * How bad it is: everything shows, all is well, or something does not come.
 * @param {Diagnosis["kind"]} kind
 * @returns {"good" | "limited" | "bad"}
 */
export function weightOf(kind) {
  if (kind === "works") return "good";
  return kind === "no-cors" || kind === "no-range" ? "limited" : "bad";
}

/** @param {string[]} maybe */
function undecided(maybe) {
  return make("div", { class: "report__maybe" }, make("p", {}, "It is one of these; a page cannot tell which:"), listOf(maybe));
}

/** @param {string[]} sentences */
function listOf(sentences) {
  return make("ul", { class: "report__list" }, ...sentences.map((one) => make("li", {}, one)));
}

/** @param {Diagnosis} diagnosis */
function whoOf({ who }) {
  if (who.length === 0) return [];
  const named = who.map((one) => WHO[one]);
  const words = named.length > 1 ? `${named.slice(0, -1).join(", ")} or ${named.at(-1)}` : named[0];
  return [make("p", { class: "report__who" }, `Who can mend it: ${words}.`)];
}

/**
 * The likeliest stands open; opening the address is a button below.
 * @param {Diagnosis} diagnosis
 * @param {string | null} url
 */
function curesOf({ cures, origin, kind }, url) {
  if (kind === "works") return [];
  const { storage, access } = pageHost(origin);
  const about = { page: location.origin, media: origin, access: profilesNow()?.of(origin)?.access ?? access, storage };
  const shown = cures.filter((id) => id !== "new-tab" && id !== "reload").map((id) => cure(id, about));
  if (shown.length === 0) return [];
  return [make("div", { class: "cures" }, ...shown.map((one, at) => cureSheet(one, at === 0 || shown.length === 1, url)))];
}

/**
 * @param {Cure} one
 * @param {boolean} isOpen
 * @param {string | null} url
 */
function cureSheet(one, isOpen, url) {
  const link = leadOf(one.lead, url);
  return make(
    "details",
    { class: "cure", "data-cure": one.id, open: isOpen },
    make("summary", { class: "cure__title" }, one.title),
    cureBody(one),
    ...(link ? [make("p", { class: "cure__lead" }, link)] : []),
  );
}

/**
 * A way on from a cure; null where the page knows of none.
 * @param {Lead | null} lead
 * @param {string | null} url
 */
function leadOf(lead, url) {
  const { check, may_curate, may_administer } = pageHosts();
  if (lead === "address") return url ? newTab(url) : null;
  if (lead === null || lead === "page" || check === null) return null;
  const home = check.replace(/hosts\/$/, "");
  if (lead === "hosts") return location.pathname === check ? null : make("a", { class: "button", href: check }, "Media hosts");
  if (lead === "health") return make("a", { class: "button", href: `${home}health/` }, "Health");
  if (lead === "team") return may_administer ? make("a", { class: "button", href: "/team/" }, "Team") : null;
  if (!may_curate) return null;
  return lead === "moves" ? make("a", { class: "button", href: `${home}moves/` }, "Change addresses") : make("a", { class: "button", href: `${home}settings/` }, "Settings");
}

/** @param {Diagnosis} diagnosis */
function evidenceOf({ evidence }) {
  if (evidence.length === 0) return [];
  const rows = evidence.map(({ asked, saw, took_ms }) =>
    make("tr", {}, make("td", { "data-name": "Asked" }, asked), make("td", { "data-name": "Saw" }, saw), make("td", { "data-name": "Took", "data-align": "end" }, took_ms === null ? "" : `${took_ms} ms`)),
  );
  const head = make("tr", {}, make("th", {}, "What was asked for"), make("th", {}, "What came"), make("th", { "data-align": "end" }, "Took"));
  return [
    make(
      "details",
      { class: "report__evidence" },
      make("summary", { class: "report__asked" }, `How this was found out: ${evidence.length} ${evidence.length === 1 ? "step" : "steps"}`),
      make("table", { class: "table report__table" }, make("thead", {}, head), make("tbody", {}, ...rows)),
    ),
  ];
}

/**
 * @param {Diagnosis} diagnosis
 * @param {string | null} url
 * @param {(() => void) | null} retry
 */
function actionsOf({ cures, origin }, url, retry) {
  const again = retry && make("button", { class: "button", type: "button" }, "Try again");
  again?.addEventListener("click", /** @type {() => void} */ (retry));
  const reload = cures.includes("reload") && make("button", { class: "button", type: "button" }, "Load this page again");
  if (reload) reload.addEventListener("click", () => location.reload());
  const check = /^https?:/.test(origin) ? checkHref(origin) : null;
  const look = check && location.pathname !== pageHosts().check && make("a", { class: "button", href: check }, "Look into this host");
  const open = url !== null && cures.includes("new-tab") && newTab(url);
  const all = [again, reload, look, open].filter((one) => one instanceof HTMLElement);
  return all.length > 0 ? [make("p", { class: "report__actions" }, ...all)] : [];
}

/** @param {string} origin */
function hostOf(origin) {
  return origin.replace(/^https?:\/\//, "");
}
