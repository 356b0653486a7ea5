/** Sizes and lengths that were measured and are not stored so; who may edit writes them down in one go. */

import { differencesOf, toWrite, uncountedFrames } from "../health/measures.js";
import { grouped } from "../lib/digits.js";
import { make } from "../lib/markup.js";
import { PostRefused } from "../lib/post.js";

/** @typedef {import("../health/check-run.js").Checked} Checked */
/** @typedef {import("../health/measures.js").Difference} Difference */

/** Of more than these a person reads the numbers. */
const SHOWN = 20;

export class MeasureList {
  #body = make("div", { class: "section__body" });
  #desk;
  #url;
  /** Which kinds are to be written. */
  #wanted = { missing: true, contradicting: true };
  /** @type {readonly Checked[]} */
  #checked = [];
  #isWriting = false;
  /** What is on the page: nothing is drawn anew that is so already. */
  #drawn = "";

  /** What was written, by the edit's summary, and what was stored before. @type {Map<string, {checked: Checked, before: Checked["file"]["stored"]}[]>} */
  #written = new Map();

  /**
   * @param {{desk: import("./edit-desk.js").EditDesk | null, url: string | null}} ways null for who may not write
   * @param {AbortSignal} signal
   */
  constructor({ desk, url }, signal) {
    this.#desk = desk;
    this.#url = url;
    const about = make("p", {}, "What your browser measured, beside what is stored.");
    this.element = make("section", { class: "section", hidden: true }, make("div", { class: "section__name" }, make("h2", {}, "Sizes and lengths"), about), this.#body);
    document.addEventListener("edit-made", (event) => this.#follow(/** @type {CustomEvent<string>} */ (event).detail), { signal });
  }

  /**
   * @param {readonly Checked[]} checked
   * @param {import("../health/check-run.js").RunState} state
   */
  show(checked, state) {
    this.#checked = checked;
    this.element.hidden = !checked.some(({ measured }) => Object.keys(measured).length > 0);
    const found = differencesOf(checked);
    const isOpen = state === "running";
    const drawn = `${found.length} ${isOpen} ${this.#isWriting}`;
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const list = isOpen || found.length === 0 ? [] : [...this.#offer(found), table(found)];
    this.#body.replaceChildren(make("p", {}, sentenceOf(found, checked)), ...notes(checked, isOpen), ...list);
  }

  /**
   * @param {Difference[]} found
   * @returns {HTMLElement[]}
   */
  #offer(found) {
    if (!this.#desk || !this.#url) return [make("p", { class: "quiet" }, "Who may edit this dataset can write them down here.")];
    const [desk, url] = [this.#desk, this.#url];
    const refusal = make("p", { class: "field__refusal", role: "alert", hidden: true });
    const write = make("button", { type: "button", class: "button", "data-kind": "primary" });
    const chosen = () => found.filter(({ isMissing }) => this.#wanted[isMissing ? "missing" : "contradicting"]);
    const name = () => {
      const count = chosen().length;
      write.textContent = `Write down ${grouped(count)} ${count === 1 ? "measure" : "measures"}`;
      write.disabled = count === 0 || this.#isWriting;
    };
    write.addEventListener("click", () => void this.#write(chosen(), desk, url, refusal));
    const ticks = [this.#tick("missing", "Missing", found.filter(({ isMissing }) => isMissing).length, name), this.#tick("contradicting", "Contradicting", found.filter(({ isMissing }) => !isMissing).length, name)];
    name();
    return [make("div", { class: "row" }, ...ticks.flatMap((tick) => tick ?? []), write), refusal];
  }

  /**
   * @param {"missing" | "contradicting"} kind
   * @param {string} text
   * @param {number} count
   * @param {() => void} changed
   */
  #tick(kind, text, count, changed) {
    if (count === 0) return null;
    const box = make("input", { class: "tick", type: "checkbox", checked: this.#wanted[kind] });
    box.addEventListener("change", () => {
      this.#wanted[kind] = box.checked;
      changed();
    });
    return make("label", { class: "health-ask__option" }, box, make("span", {}, `${text} `, make("span", { class: "quiet number" }, grouped(count))));
  }

  /**
   * @param {Difference[]} chosen
   * @param {import("./edit-desk.js").EditDesk} desk
   * @param {string} url
   * @param {HTMLElement} refusal
   */
  async #write(chosen, desk, url, refusal) {
    refusal.hidden = true;
    this.#isWriting = true;
    try {
      const { summary } = await desk.send(url, toWrite(chosen));
      // From now on that is what is stored, unless it is undone.
      this.#written.set(summary, chosen.map(({ checked }) => ({ checked, before: { ...checked.file.stored } })));
      this.#follow(summary);
    } catch (reason) {
      refusal.textContent = reason instanceof PostRefused ? reason.sentence : "Nothing was written.";
      refusal.hidden = false;
      return;
    } finally {
      this.#isWriting = false;
    }
    this.show(this.#checked, "done");
  }

  /**
   * Keeps to what is stored when an edit of this page is made, undone and done again.
   * @param {string} summary
   */
  #follow(summary) {
    const isUndone = summary.startsWith("Undid: ");
    const written = this.#written.get(summary.replace(/^(Undid|Did again): /, ""));
    for (const { checked, before } of written ?? []) {
      if (isUndone) checked.file.stored = { ...before };
      else Object.assign(checked.file.stored, checked.measured);
    }
    if (written && !this.#isWriting) this.show(this.#checked, "done");
  }
}

/**
 * @param {Difference[]} found
 * @param {readonly Checked[]} checked
 */
function sentenceOf(found, checked) {
  const measured = checked.filter((one) => Object.keys(one.measured).length > 0).length;
  if (found.length === 0) return `What is stored of ${grouped(measured)} ${measured === 1 ? "file" : "files"} is what was measured.`;
  const missing = found.filter(({ isMissing }) => isMissing).length;
  const other = found.length - missing;
  const parts = [
    missing > 0 ? `of ${grouped(missing)} nothing is stored yet` : "",
    other > 0 ? `of ${grouped(other)} something else is stored` : "",
  ];
  return `${grouped(measured)} ${measured === 1 ? "file was" : "files were"} measured: ${parts.filter((part) => part !== "").join(", ")}.`;
}

/**
 * @param {readonly Checked[]} checked
 * @param {boolean} isOpen
 */
function notes(checked, isOpen) {
  if (isOpen) return [];
  const unread = checked.filter(({ isUnread, state }) => isUnread && state === "came").length;
  const uncounted = uncountedFrames(checked);
  const lines = [];
  if (unread > 0) lines.push(make("p", { class: "quiet" }, `The frames of ${grouped(unread)} ${unread === 1 ? "mp4" : "mp4s"} could not be counted: the page may not read the file.`));
  const [first] = uncounted;
  if (first) {
    const says = `${first.file.reference_id} lists ${grouped(first.file.frame_count)} frames, its mp4 has ${grouped(first.measured.video_frame_count ?? 0)}`;
    const more = uncounted.length > 1 ? `; ${grouped(uncounted.length - 1)} more differ so` : "";
    lines.push(make("p", {}, make("a", { href: first.file.href }, says), `${more}.`));
  }
  return lines;
}

/** @param {Difference[]} found */
function table(found) {
  const head = make("thead", {}, make("tr", {}, ...["File", "Stored", "Measured"].map((name) => make("th", { scope: "col" }, name))));
  const rows = found.slice(0, SHOWN).map(({ checked: { file }, stored, found: is, isTurned }) =>
    make(
      "tr",
      {},
      make("td", { class: "table__main" }, make("a", { href: file.href }, file.reference_id)),
      make("td", { "data-name": "Stored", class: "number" }, make("span", { class: stored ? "" : "quiet" }, stored || "nothing", isTurned ? " (lying on its side)" : "")),
      make("td", { "data-name": "Measured", class: "number" }, make("span", {}, is)),
    ),
  );
  const made = make("table", { class: "table" }, head, make("tbody", {}, ...rows));
  if (found.length <= SHOWN) return made;
  return make("div", { class: "stack" }, made, make("p", { class: "quiet" }, `And ${grouped(found.length - SHOWN)} more, which are written down with them; the report has them all.`));
}
