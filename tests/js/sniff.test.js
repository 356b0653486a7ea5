import assert from "node:assert/strict";
import { test } from "node:test";

import { codecOf, headerPlace, sniff } from "../../static/js/media/sniff.js";

const bytes = (/** @type {string} */ latin) => Uint8Array.from(latin, (one) => one.charCodeAt(0));

test("a file is told by its first bytes", () => {
  const files = {
    "a PNG picture": "\x89PNG\r\n\x1a\n",
    "a WebP picture": "RIFF\0\0\0\0WEBPVP8 ",
    "an AVIF picture": "\0\0\0\x1cftypavif\0\0\0\0",
    "a HEIC picture": "\0\0\0\x1cftypheic\0\0\0\0",
    "a DICOM picture": "\0".repeat(128) + "DICM",
    "an mp4 video": "\0\0\0\x20ftypisom\0\0\x02\0",
    "a WebM video": "\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm",
    "an MPEG transport stream": ("G" + "\0".repeat(187)).repeat(3),
    "an SVG picture": '\xef\xbb\xbf<?xml version="1.0"?><!-- a --><svg>',
    "a web page": "\n<!-- hello --><!DOCTYPE html>",
    "an XML text": "<?xml version='1.0'?><Error>",
    "a JSON text": '{\n "a": 1}',
    "a text": "a,b\n1,2\n",
    "a file of an unknown kind": "\x01\x02\x03\0",
    "nothing at all": "",
  };
  for (const [name, said] of Object.entries(files)) assert.equal(sniff(bytes(said)).name, name);
});

test("the codec of a video is the one its header spells, with H.264's own profile", () => {
  assert.equal(codecOf(bytes("....stsd....hvc1...."))?.name, "HEVC (H.265)");
  assert.deepEqual(codecOf(bytes("....avc1....avcC\x01\x7a\x00\x1f")), { name: "H.264", type: 'video/mp4; codecs="avc1.7A001F"' });
  assert.equal(codecOf(bytes("nothing of it")), null);
});

test("a header behind the media is found by the sizes of what is before it", () => {
  const ftyp = "\0\0\0\x10ftypisom\0\0\0\0";
  assert.equal(headerPlace(bytes(`${ftyp}\0\0\0\x08free\0\x01\0\0mdat${"x".repeat(40)}`)), 16 + 8 + 65_536);
  assert.equal(headerPlace(bytes(`${ftyp}\0\0\0\x01mdat\0\0\0\x01\0\0\0\0${"x".repeat(40)}`)), 16 + 2 ** 32);
  assert.equal(headerPlace(bytes(`${ftyp}\0\0\x01\0moov${"x".repeat(40)}`)), null);
  assert.equal(headerPlace(bytes(`${ftyp}\0\0\0\0mdat${"x".repeat(40)}`)), null);
});
