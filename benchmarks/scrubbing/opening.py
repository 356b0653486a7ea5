"""From opening a scene's page to its first frame on screen, and until it can be used, for a short and a long scene."""

from __future__ import annotations

import argparse
import statistics
from typing import Any

from benchmarks.scrubbing.stand import Stand

COUNTS = (300, 3000)
TURNS = 12
# Noted inside the page from before its first script, in milliseconds since it was asked for.
NOTES = """
addEventListener("frame-change", (event) => {
  if (window.firstFrame_ms) return;
  requestAnimationFrame(() => requestAnimationFrame(() => (window.firstFrame_ms ??= performance.now())));
}, true);
const look = () => {
  const viewer = document.querySelector("frame-viewer[data-state=ready]");
  const slider = viewer?.querySelector(".timeline-bar__slider");
  const isWhole = slider && Number(slider.getAttribute("aria-valuemax")) === Number(viewer.dataset.frameCount) - 1;
  if (!isWhole) return requestAnimationFrame(look);
  viewer.addEventListener("frame-change", () => (window.usable_ms ??= performance.now()), { once: true });
  viewer.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true, cancelable: true }));
};
requestAnimationFrame(look);
"""
# Asked again and again inside the page: what waits by a text to evaluate is refused by the page's policy.
COME = """
() => new Promise((resolve) => {
  const look = () => {
    if (window.firstFrame_ms && window.usable_ms) resolve([window.firstFrame_ms, window.usable_ms]);
    else setTimeout(look, 20);
  };
  look();
})
"""


def measure(stand: Stand, options: argparse.Namespace) -> list[dict[str, Any]]:
    """Time the pages in turn; prints the medians, and the long scene's over the short one's."""
    print(f"\n{'opening':10}{'ms away':>7}{'frames':>8}{'first frame ms':>16}{'used ms':>9}{'ratio':>8}{'ratio':>8}")
    found = []
    for host in stand.hosts:
        paths = {count: stand.frames_scene(host, count) for count in COUNTS}
        times: dict[int, list[tuple[float, float]]] = {count: [] for count in COUNTS}
        for turn in range(TURNS * options.rounds + 1):
            for count, path in paths.items():
                one = opened(stand, path)
                # The first turn warms the server.
                if turn:
                    times[count].append(one)
        short = [statistics.median(part) for part in zip(*times[COUNTS[0]], strict=True)]
        for count in COUNTS:
            first_ms, usable_ms = (statistics.median(part) for part in zip(*times[count], strict=True))
            ratios = f"{first_ms / short[0]:>8.2f}{usable_ms / short[1]:>8.2f}"
            print(f"{'':10}{host.latency_ms:>7}{count:>8}{first_ms:>16.0f}{usable_ms:>9.0f}{ratios}", flush=True)
            found.append({"latency_ms": host.latency_ms, "count": count, "first_ms": first_ms, "usable_ms": usable_ms})
    return found


def opened(stand: Stand, path: str) -> tuple[float, float]:
    """The first frame on screen, and the first answer to a key once every frame is known: milliseconds each."""
    with stand.page() as page:
        page.add_init_script(NOTES)
        page.goto(path)
        first_ms, usable_ms = page.evaluate(COME)
        return first_ms, usable_ms
