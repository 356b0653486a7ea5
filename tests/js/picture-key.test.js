import assert from "node:assert/strict";
import { test } from "node:test";

import { pictureKey, unsigned } from "../../static/js/thumbnails/picture-key.js";

const OWN = "https://files.example";
const [ONE, OTHER] = ["a".repeat(43), "b_-".repeat(14) + "c"];

test("an address signed anew is the same address", () => {
  const pairs = [
    ["https://b.s3.example/a.jpg?X-Amz-Date=1&X-Amz-Signature=f0", "https://b.s3.example/a.jpg?X-Amz-Date=2&X-Amz-Signature=0f"],
    ["https://b.s3.example/a.jpg?AWSAccessKeyId=A&Signature=x&Expires=1", "https://b.s3.example/a.jpg?AWSAccessKeyId=A&Signature=y&Expires=2"],
    ["https://g.example/a.jpg?X-Goog-Expires=60&X-Goog-Signature=1", "https://g.example/a.jpg?X-Goog-Expires=90&X-Goog-Signature=2"],
    ["https://z.example/a.jpg?sv=2024&sp=r&se=1&sig=1", "https://z.example/a.jpg?sv=2024&sp=r&se=2&sig=2"],
    ["https://c.example/a.jpg?Policy=p&Key-Pair-Id=k&Signature=1", "https://c.example/a.jpg?Policy=q&Key-Pair-Id=k&Signature=2"],
    ["https://m.example/a.jpg?token=one", "https://m.example/a.jpg?token=two"],
    [`${OWN}/shared/MS4yLjM:1790000000:${ONE}`, `${OWN}/shared/MS4yLjM:1790000300:${OTHER}`],
  ];
  for (const [one = "", other = ""] of pairs) assert.equal(unsigned(one), unsigned(other));
});

test("what says which file it is stays in the address", () => {
  const different = [
    "https://m.example/a.jpg",
    "https://m.example/b.jpg",
    "https://m.example/a.jpg?versionId=1",
    "https://m.example/a.jpg?versionId=2",
    "https://m.example/a.jpg?sp=1",
    "https://m.example/a.jpg?sp=2",
    "http://m.example/a.jpg",
    "https://m.example:8443/a.jpg",
    `${OWN}/shared/MS4yLjM:1790000000:${ONE}`,
    `${OWN}/shared/MS4yLjQ:1790000000:${ONE}`,
    "https://m.example/shared/MS4yLjM:1790000000:short",
    "https://m.example/shared/MS4yLjM:1790000300:short",
  ];
  assert.equal(new Set(different.map(unsigned)).size, different.length);
});

test("a key tells datasets, items, sizes and crops apart, and holds no signature", () => {
  const named = { dataset: "ds_1", item: "di_1", url: "https://m.example/a.jpg?sig=secret", size: "s", crop: null };
  const others = [{ dataset: "ds_2" }, { item: "di_2" }, { size: "m" }, { crop: [1, 2, 3, 4] }, { crop: [1, 2, 3, 5] }];
  const keys = [{}, ...others].map((other) => pictureKey({ ...named, ...other }));
  assert.equal(new Set(keys).size, keys.length);
  assert.ok(keys.every((key) => !key.includes("secret")));
});
