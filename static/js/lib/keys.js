/** Keyboard shortcuts that stay out of the way of typing and of the focused control's own keys. */

const TYPING = "input:not([type=range], [type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]";
const ACTIVATED_BY_SPACE = "button, summary, [role=button], input[type=checkbox], input[type=radio], video";
const ACTIVATED_BY_ENTER = "a[href], button, summary, [role=button]";
const MOVED_BY_ARROWS = "input[type=range], input[type=radio], video, [role=listbox] *, [data-takes-arrows]";

/**
 * Names a key press: "j", "Space", "ArrowLeft", "Shift+ArrowLeft". A letter's case says whether Shift was held, and
 * not whether Caps Lock was on.
 * @param {{key: string, shiftKey: boolean}} event
 */
export function keyName({ key, shiftKey }) {
  if (key.length === 1 && key !== " ") return shiftKey ? key.toUpperCase() : key.toLowerCase();
  const name = key === " " ? "Space" : key;
  return shiftKey ? `Shift+${name}` : name;
}

/**
 * Runs actions on key presses until the signal aborts.
 * @param {EventTarget} target
 * @param {Record<string, (press: KeyboardEvent) => void>} actions by key name
 * @param {AbortSignal} signal
 */
export function bindKeys(target, actions, signal) {
  /** @param {Event} event */
  const act = (event) => {
    const press = /** @type {KeyboardEvent} */ (event);
    const action = actions[keyName(press)];
    if (!action || isTaken(press)) return;
    press.preventDefault();
    action(press);
  };
  target.addEventListener("keydown", act, { signal });
}

/**
 * Whether the key means something else where it was pressed.
 * @param {KeyboardEvent} press
 */
function isTaken(press) {
  if (press.defaultPrevented || press.isComposing || press.ctrlKey || press.metaKey || press.altKey) return true;
  const focused = press.target instanceof Element ? press.target : null;
  if (!focused) return false;
  // What is open above the page has the keyboard to itself.
  if (focused.closest(TYPING) || focused.closest("dialog[open]")) return true;
  if (press.key === " ") return focused.matches(ACTIVATED_BY_SPACE);
  if (press.key === "Enter") return focused.matches(ACTIVATED_BY_ENTER);
  return /^(Arrow|Home|End|Page)/.test(press.key) && focused.matches(MOVED_BY_ARROWS);
}
