"""The same drags over the same frames, with 50 boxes on each and without any."""

from __future__ import annotations

import argparse
import random
import statistics
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from benchmarks.scrubbing import moving
from benchmarks.scrubbing.media import SIZE, make_media, serving
from benchmarks.scrubbing.stand import Stand, run
from tests.browser.chromium import launch
from tests.live import LiveTransom

FRAMES = 1500
BOXES = 50
ROUNDS = 3
BATCH_FRAMES = 100
WAYS = ("slow", "fast", "held")


def measure(live: LiveTransom, folder: Path, options: argparse.Namespace) -> dict[str, dict[str, float]]:
    make_media(folder / "media")
    with sync_playwright() as playwright, serving(folder / "media", folder / "live", 0) as host:
        browser = launch(playwright, [])
        stand = Stand(browser, live, [host])
        plain, labelled = (stand.frames_scene(host, FRAMES) for _ in range(2))
        annotate(stand, labelled, f"frames-{FRAMES}-{host.latency_ms}")
        rates: dict[str, dict[str, list[float]]] = {way: {"with": [], "without": []} for way in WAYS}
        for _ in range(ROUNDS):
            for name, path in (("without", plain), ("with", labelled)):
                for way, rate in drags(stand, path).items():
                    rates[way][name].append(rate)
        browser.close()
    return {way: report(way, found) for way, found in rates.items()}


def annotate(stand: Stand, path: str, name: str) -> None:
    """Put the boxes on every frame of the scene at this path."""
    dataset_id = path.split("/")[2]
    dice = random.Random(7)
    for first in range(0, FRAMES, BATCH_FRAMES):
        boxes = [box(dice, f"{name}/{frame}", n) for frame in range(first, first + BATCH_FRAMES) for n in range(BOXES)]
        stand.wire.call("POST", f"dataset/{dataset_id}/annotate", {"annotations": boxes, "update": False})


def box(dice: random.Random, frame: str, number: int) -> dict[str, Any]:
    shape = {"x": dice.uniform(0, SIZE[0] - 120), "y": dice.uniform(0, SIZE[1] - 120)}
    shape |= {"width": dice.uniform(12, 120), "height": dice.uniform(12, 120)}
    return {
        "label": f"class {number % 8}",
        "type": "box",
        "geometry": shape,
        "reference_id": frame,
        "annotation_id": f"box-{number}",
        "metadata": {},
        "track_reference_id": f"track-{number}",
    }


def drags(stand: Stand, path: str) -> dict[str, float]:
    """Pictures a second of each way of dragging."""
    plans = {"slow": moving.moves()["slow"], "fast": moving.drag(range(0, FRAMES, 5), every_ms=1000 / 60)}
    plans |= {
        way: {**plan, "indexes": [index - 600 for index in plan["indexes"]]} for way, plan in moving.holding().items()
    }
    with stand.open(path) as page:
        # All labels are here before the clock starts: their loading is measured by nobody's hand.
        page.wait_for_load_state("networkidle")
        found = run(page, steps=list(plans.values()))
    rates = {way: one["displays"] / one["took_ms"] * 1000 for way, one in zip(plans, found, strict=True)}
    return {way: rates[way] for way in WAYS}


def report(way: str, found: dict[str, list[float]]) -> dict[str, float]:
    labelled, plain = statistics.median(found["with"]), statistics.median(found["without"])
    words = f"{labelled:>7.1f} pictures/s with {BOXES} boxes a frame, {plain:>6.1f} without"
    print(f"{way:<8}{words}: {labelled / plain:.2f}x", flush=True)
    return {"with": labelled, "without": plain, "ratio": labelled / plain}
