import assert from "node:assert/strict";
import { test } from "node:test";

import { keyName } from "../../static/js/lib/keys.js";
import { SHORTCUTS, keyActions, nameWithKey, shownKey } from "../../static/js/viewer/shortcuts.js";

test("every action is in the table once, and every key does one thing", () => {
  const actions = SHORTCUTS.map(({ action }) => action);
  const keys = SHORTCUTS.flatMap((shortcut) => shortcut.keys);
  assert.deepEqual([...new Set(actions)], actions);
  assert.deepEqual([...new Set(keys)], keys);
});

test("every key of the table is one that a press can have", () => {
  for (const key of SHORTCUTS.flatMap(({ keys }) => keys)) {
    const isShifted = key.startsWith("Shift+") || /^[A-Z]$/.test(key);
    const press = { key: key === "Space" ? " " : key.replace("Shift+", ""), shiftKey: isShifted };
    assert.equal(keyName(press), key);
  }
});

test("a key runs its action", () => {
  /** @type {string[]} */
  const acted = [];
  const keys = keyActions((action) => acted.push(action));
  for (const key of ["ArrowLeft", ",", "Space", "?"]) keys[key]?.({ repeat: false });
  assert.deepEqual(acted, ["previous", "previous", "play", "sheet"]);
});

test("a key held down goes on stepping, and does not go on toggling", () => {
  /** @type {string[]} */
  const acted = [];
  const keys = keyActions((action) => acted.push(action));
  for (const key of ["ArrowRight", "Space", "m"]) keys[key]?.({ repeat: true });
  assert.deepEqual(acted, ["next"]);
});

test("a key is written as it is printed on the keyboard", () => {
  assert.deepEqual(["ArrowLeft", "Shift+ArrowRight", "Space", "j", "J", "+", "?"].map(shownKey), ["←", "Shift →", "Space", "J", "Shift J", "+", "?"]);
  assert.equal(nameWithKey("previous"), "Previous frame (←)");
  assert.equal(nameWithKey("play", "Pause"), "Pause (Space)");
});
