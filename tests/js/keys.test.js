import assert from "node:assert/strict";
import { test } from "node:test";

import { keyName } from "../../static/js/lib/keys.js";

test("a key press has one name, with Shift where it is not part of the letter", () => {
  const names = [
    { key: " ", shiftKey: false },
    { key: "ArrowLeft", shiftKey: true },
    { key: "Home", shiftKey: false },
    { key: "J", shiftKey: true },
  ].map(keyName);
  assert.deepEqual(names, ["Space", "Shift+ArrowLeft", "Home", "J"]);
});
