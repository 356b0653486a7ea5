/** What was decided about labels and pictures, one step after the other, so that every step can be taken back and redone. */

/** @typedef {import("./label-columns.js").Review} Review */
/** What things are to be, by their public ids. @typedef {Record<string, Review>} Reviews */
/** @typedef {{before: Reviews, after: Reviews}} Step */

/** More than anybody takes back; each step may be about a thousand labels. */
const MOST = 500;

export class ReviewHistory {
  /** @type {Step[]} */
  #steps = [];
  /** How many of the steps are done; those after them were taken back. */
  #done = 0;

  get canUndo() {
    return this.#done > 0;
  }

  get canRedo() {
    return this.#done < this.#steps.length;
  }

  /**
   * Takes note of a step that was made. Those taken back before it cannot be redone any more; one that changed nothing
   * is no step.
   * @param {Reviews} before as the server answers
   * @param {Reviews} after
   */
  note(before, after) {
    const changed = Object.keys(after).filter((id) => (before[id] ?? null) !== after[id]);
    if (changed.length === 0) return;
    const only = (/** @type {Reviews} */ all) => Object.fromEntries(changed.map((id) => [id, all[id] ?? null]));
    this.#steps = [...this.#steps.slice(0, this.#done), { before: only(before), after: only(after) }].slice(-MOST);
    this.#done = this.#steps.length;
  }

  /**
   * Takes the last step back.
   * @returns {Reviews | null} what is to be set; null when there is no step left
   */
  undo() {
    if (!this.canUndo) return null;
    this.#done -= 1;
    return this.#steps[this.#done].before;
  }

  /**
   * Makes the step again that was taken back last.
   * @returns {Reviews | null} what is to be set; null when none was taken back
   */
  redo() {
    if (!this.canRedo) return null;
    this.#done += 1;
    return this.#steps[this.#done - 1].after;
  }
}
