import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

const project = new URL("../../", import.meta.url);

test("the lock file pins contents and names no host", async () => {
  const text = await readFile(new URL("package-lock.json", project), "utf8");
  assert.doesNotMatch(text, /:\/\/|"resolved"/);
  const { packages } = JSON.parse(text);
  const unpinned = Object.keys(packages).filter((path) => path !== "" && !packages[path].integrity);
  assert.deepEqual(unpinned, []);
});

test("every direct dependency has one exact version", async () => {
  const { dependencies, devDependencies } = JSON.parse(await readFile(new URL("package.json", project), "utf8"));
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
    assert.match(/** @type {string} */ (version), /^\d+\.\d+\.\d+$/, name);
  }
});
