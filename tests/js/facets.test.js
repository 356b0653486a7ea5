import assert from "node:assert/strict";
import { test } from "node:test";

import { edgeText, namedEdges, percent, shortNumber, timeText } from "../../static/js/facets/bins.js";
import { Projection, degreesBetween, degreesText, density, scaleBar } from "../../static/js/facets/earth.js";
import { barsBetween, edgeAfter, numbersBetween, placesIn, pointedAt, timesBetween } from "../../static/js/facets/narrowing.js";

const SPEED = { before: "", path: "metadata.speed", after: "", is_many: false };
const BINS = [{ low: "0", high: "5" }, { low: "5", high: "10" }, { low: "10", high: "15" }];

test("a drag takes every bar it touches, whichever way it goes, and none beyond the last", () => {
  assert.deepEqual(barsBetween(0.9, 2.1, 5), [0, 2]);
  assert.deepEqual(barsBetween(2.1, 0.9, 5), [0, 2]);
  assert.deepEqual(barsBetween(1, 2, 5), [1, 1]);
  assert.deepEqual(barsBetween(-3, 99, 5), [0, 4]);
  assert.deepEqual(barsBetween(3.5, 3.5, 5), [3, 3]);
  assert.deepEqual(barsBetween(5, 5, 5), [4, 4]);
});

test("a range of numbers finds what its bars count: half-open, but with the last end", () => {
  assert.equal(numbersBetween(SPEED, BINS, 0, 1), "metadata.speed >= 0 AND metadata.speed < 10");
  assert.equal(numbersBetween(SPEED, BINS, 1, 2), "metadata.speed BETWEEN 5 AND 15");
  assert.equal(numbersBetween({ ...SPEED, is_many: true }, BINS, 0, 1), "metadata.speed BETWEEN 0 AND 10");
  const years = ["2000", "2001", "2002"].map((low) => ({ low, high: "" }));
  assert.equal(numbersBetween(SPEED, years, 0, 1), "metadata.speed BETWEEN 2000 AND 2001");
  assert.equal(numbersBetween(SPEED, years, 1, 1), "metadata.speed = 2001");
});

test("a range over what labels say is asked of one label as a whole", () => {
  const field = { before: "predictions[", path: "confidence", after: "]", is_many: false };
  assert.equal(numbersBetween(field, BINS, 0, 0), "predictions[confidence >= 0 AND confidence < 5]");
});

test("a range of times takes in all that begins with its last", () => {
  const hours = ["2024-02-29T23", "2024-03-01T00"].map((low) => ({ low, high: "" }));
  assert.equal(timesBetween(SPEED, hours, 0, 1), 'metadata.speed BETWEEN "2024-02-29T23" AND "2024-03-01T00~"');
});

test("the edges of a cell are written as decimals, whatever floats make of them", () => {
  assert.equal(edgeAfter("0.1", "0.2"), "0.3");
  assert.equal(edgeAfter("-0.3", "0.3"), "0");
  assert.equal(edgeAfter("48.15", "0.05"), "48.2");
  assert.equal(edgeAfter("100", "20"), "120");
  assert.equal(pointedAt(48.123456, 0.5), "48.1235");
  assert.equal(pointedAt(-0.00001, 30), "0");
  const fields = { latitude: "metadata.lat", longitude: "metadata.lon", is_many: false };
  const part = { south: "1", north: "2", west: "3", east: "4" };
  assert.equal(placesIn(fields, part), "metadata.lat >= 1 AND metadata.lat < 2 AND metadata.lon >= 3 AND metadata.lon < 4");
  assert.equal(placesIn({ ...fields, is_many: true }, part), "metadata.lat BETWEEN 1 AND 2 AND metadata.lon BETWEEN 3 AND 4");
});

test("a projection shows all of the extent and finds its way back from each pixel", () => {
  const extent = { south: 47.2, north: 54.9, west: 5.9, east: 15 };
  const projection = new Projection(extent, { width: 640, height: 400 });
  for (const [latitude, longitude] of [[47.2, 5.9], [54.9, 15], [50, 10]]) {
    const [x, y] = [projection.x(longitude ?? 0), projection.y(latitude ?? 0)];
    assert.ok(x >= 0 && x <= 640 && y >= 0 && y <= 400);
    assert.ok(Math.abs(projection.longitude(x) - (longitude ?? 0)) < 1e-9);
    assert.ok(Math.abs(projection.latitude(y) - (latitude ?? 0)) < 1e-9);
  }
  assert.ok(projection.y(54.9) < projection.y(47.2));
});

test("a single place, and the poles, have a map as well", () => {
  for (const [south, north] of [[48.1, 48.1], [-90, 90]]) {
    const projection = new Projection({ south: south ?? 0, north: north ?? 0, west: 11.5, east: 11.5 }, { width: 300, height: 300 });
    assert.ok(Number.isFinite(projection.scale) && projection.scale > 0);
    assert.ok(Number.isFinite(projection.y(90)));
  }
});

test("the graticule has round degrees, few enough to be read", () => {
  assert.deepEqual(degreesBetween(47.1, 54.9, 5), [48, 50, 52, 54]);
  assert.deepEqual(degreesBetween(-0.15, 0.25, 5), [-0.1, 0, 0.1, 0.2]);
  assert.deepEqual(degreesBetween(-180, 180, 6), [-180, -120, -60, 0, 60, 120, 180]);
  assert.equal(degreesText(-0.1, "NS"), "0.1° S");
  assert.equal(degreesText(0, "EW"), "0°");
});

test("the scale bar is 1, 2 or 5 of a power of ten, and as long as it says", () => {
  const projection = new Projection({ south: -0.5, north: 0.5, west: -0.5, east: 0.5 }, { width: 1120, height: 1120 });
  const { pixels, text } = scaleBar(projection, 110);
  assert.equal(text, "10 km");
  assert.ok(Math.abs(pixels - (10_000 / 111_320) * projection.scale) < 0.1);
});

test("each tenfold is seen as the same step", () => {
  assert.equal(density(1, 1), 1);
  assert.equal(density(1000, 1000), 1);
  assert.ok(density(1, 1000) > 0.05 && density(30, 1000) < 0.55);
});

test("the axis names as many edges as fit, and the last bin's end", () => {
  assert.deepEqual(namedEdges(20, 5), [0, 4, 8, 12, 16, 20]);
  assert.deepEqual(namedEdges(3, 9), [0, 1, 2, 3]);
  assert.ok(namedEdges(997, 6).length <= 7);
  assert.equal(edgeText(BINS, 3), "15");
  assert.equal(edgeText([{ low: "1" }], 1), "");
  assert.equal(shortNumber("0.30000000004"), "0.3");
});

test("times are named in as few words as tell them apart", () => {
  assert.equal(timeText("2024"), "2024");
  assert.equal(timeText("2024-03", "2024-02"), "Mar");
  assert.equal(timeText("2024-03-01", "2024-02-28"), "1 Mar");
  assert.equal(timeText("2024-03-01"), "1 Mar 2024");
  assert.equal(timeText("2024-03-01T06", "2024-03-01T00"), "06:00");
  assert.equal(timeText("2024-03-01T06:30", "2024-02-29T00:00"), "1 Mar 06:30");
});

test("shares are written to one digit where they are small", () => {
  assert.deepEqual([percent(1, 3), percent(1, 50), percent(1, 5000), percent(0, 9), percent(3, 0)], ["33 %", "2 %", "<0.1 %", "0 %", ""]);
});
