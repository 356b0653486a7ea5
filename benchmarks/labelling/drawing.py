"""One redraw of a picture's boxes while it is zoomed, beside the simplest canvas that could do it."""

from __future__ import annotations

import argparse
import random
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.scrubbing.media import SIZE, make_media, serving
from benchmarks.scrubbing.stand import Stand
from tests.browser.chromium import launch
from tests.live import LiveTransom

COUNTS = (10, 1_000, 20_000)
BATCH = 5_000
# Zooms by the wheel at the middle of the stage, in and out: milliseconds until the screen's next picture, and until the
# labels are drawn anew, which crowds are only when the hand rests (until then the canvas is moved as it is).
ZOOM = """async (rounds) => {
  const stage = document.querySelector("media-stage .stage-view");
  const { left, top, width, height } = stage.getBoundingClientRect();
  const at = { clientX: left + width / 2, clientY: top + height / 2, bubbles: true, cancelable: true };
  const { port1, port2 } = new MessageChannel();
  const display = () => new Promise((resolve) => {
    port1.onmessage = resolve;
    requestAnimationFrame(() => port2.postMessage(null));
  });
  const layer = document.querySelector("media-stage canvas.label-layer");
  const shown = [];
  const sharp = [];
  for (let round = 0; round < rounds; round++) {
    await display();
    const start = performance.now();
    stage.dispatchEvent(new WheelEvent("wheel", { ...at, deltaY: round % 2 ? 40 : -40, ctrlKey: true }));
    await display();
    shown.push(performance.now() - start);
    while (layer.style.transform) await display();
    sharp.push(performance.now() - start);
  }
  const median = (times) => times.sort((one, other) => one - other)[rounds >> 1];
  return { shown: median(shown), sharp: median(sharp) };
}"""
# The peer: a canvas of the same size that strokes each box by itself.
PLAIN = """([boxes, rounds]) => {
  const layer = document.querySelector("media-stage canvas.label-layer");
  const canvas = document.createElement("canvas");
  canvas.width = layer.width;
  canvas.height = layer.height;
  const context = canvas.getContext("2d");
  const times = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    context.clearRect(0, 0, canvas.width, canvas.height);
    for (const [x, y, width, height] of boxes) {
      context.strokeStyle = "rgb(0 0 0 / 0.6)";
      context.lineWidth = 4;
      context.strokeRect(x, y, width, height);
      context.strokeStyle = "orange";
      context.lineWidth = 2;
      context.strokeRect(x, y, width, height);
    }
    context.getImageData(0, 0, 1, 1);
    times.push(performance.now() - start);
  }
  return times.sort((one, other) => one - other)[rounds >> 1];
}"""
ROUNDS = 40


def measure(live: LiveTransom, folder: Path, options: argparse.Namespace) -> dict[int, dict[str, float]]:
    make_media(folder / "media")
    found: dict[int, dict[str, float]] = {}
    with sync_playwright() as playwright, serving(folder / "media", folder / "live", 0) as host:
        browser = launch(playwright, [])
        stand = Stand(browser, live, [host])
        dataset_id = stand.wire.create_dataset("drawing", is_scene=False, privacy=True)
        for count in COUNTS:
            boxes = random_boxes(count)
            path = item_with(stand, dataset_id, host.still(count), f"boxes-{count}", boxes)
            with stand.page() as page:
                found[count] = one_picture(page, path, boxes)
            report(count, found[count])
        browser.close()
    return found


def random_boxes(count: int) -> list[tuple[float, float, float, float]]:
    dice = random.Random(count)
    return [
        (dice.uniform(0, SIZE[0] - 90), dice.uniform(0, SIZE[1] - 90), dice.uniform(6, 90), dice.uniform(6, 90))
        for _ in range(count)
    ]


def item_with(
    stand: Stand, dataset_id: str, url: str, name: str, boxes: list[tuple[float, float, float, float]]
) -> str:
    """The path of a picture with these boxes."""
    size = {"width": SIZE[0], "height": SIZE[1]}
    stand.wire.append(dataset_id, [{"reference_id": name, "image_url": url, "metadata": {}, **size}])
    rows = [
        {
            "label": f"class {number % 8}",
            "type": "box",
            "geometry": {"x": x, "y": y, "width": width, "height": height},
            "reference_id": name,
            "annotation_id": f"box-{number}",
            "metadata": {},
        }
        for number, (x, y, width, height) in enumerate(boxes)
    ]
    for first in range(0, len(rows), BATCH):
        body = {"annotations": rows[first : first + BATCH], "update": False}
        stand.wire.call("POST", f"dataset/{dataset_id}/annotate", body)
    found = stand.wire.call("GET", f"dataset/{dataset_id}/refloc/{name}")["item"]["id"]
    return f"/datasets/{dataset_id}/items/{found}"


def one_picture(page: Page, path: str, boxes: list[tuple[float, float, float, float]]) -> dict[str, float]:
    page.goto(path)
    page.wait_for_selector(f'canvas.label-layer[data-count="{len(boxes)}"]')
    labelled = page.evaluate(ZOOM, ROUNDS)
    plain = page.evaluate(PLAIN, [boxes, ROUNDS])
    page.keyboard.press("h")
    page.wait_for_selector('canvas.label-layer[data-count="0"]')
    return {**labelled, "hidden": page.evaluate(ZOOM, ROUNDS)["shown"], "plain": plain}


def report(count: int, found: dict[str, float]) -> None:
    own, plain = max(0.1, found["sharp"] - found["hidden"]), max(0.1, found["plain"])
    said = (
        f"{found['shown']:>7.1f} ms from a turn of the wheel to the picture, {found['sharp']:.1f} to boxes drawn anew"
    )
    hidden = f"{found['hidden']:.1f} with labels hidden"
    print(f"{count:>7,} boxes: {said}, {hidden}; a plain canvas: {plain:.1f} ms ({own / plain:.2f}x)", flush=True)
