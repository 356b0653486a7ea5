"""What a scene keeps in memory while somebody moves about in it for a minute."""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Iterator
from typing import Any

import psutil
from playwright.sync_api import Page

from benchmarks.scrubbing.moving import FRAMES, drag
from benchmarks.scrubbing.stand import READY, Stand, run

MIB = 1024 * 1024
# To and fro in wide swings and small ones, through all of the scene.
SWING = 240
CAP_MIB = 512


def measure(stand: Stand, options: argparse.Namespace) -> dict[str, Any]:
    """Sample the page's memory after each swing; prints what it came to."""
    host = stand.hosts[0]
    path = stand.frames_scene(host, FRAMES)
    with stand.page() as page:
        page.add_init_script(f"localStorage.setItem('transom-frame-memory', '{CAP_MIB}')")
        page.goto(f"{path}?frame=0")
        page.wait_for_selector(READY)
        empty_mib = renderers_mib()
        samples = list(swing_about(page, seconds=options.minutes * 60))
    return told(samples, empty_mib=empty_mib)


def swing_about(page: Page, *, seconds: float) -> Iterator[tuple[float, ...]]:
    """Yields, after each swing: seconds since the start; MiB of bitmaps held, script heap, and processes of pages."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("Performance.enable")
    started = time.monotonic()
    turn = 0
    while (now := time.monotonic() - started) < seconds:
        first = turn * 397 % (FRAMES - SWING)
        there = list(range(first, first + SWING, 2))
        run(page, steps=[{**drag(there + there[::-1], every_ms=1000 / 60), "before_ms": 0}])
        metrics = {one["name"]: one["value"] for one in cdp.send("Performance.getMetrics")["metrics"]}
        held = int(page.get_attribute("frame-viewer", "data-held-bytes") or 0)
        yield now, held / MIB, metrics["JSHeapUsedSize"] / MIB, renderers_mib()
        turn += 1


def told(samples: list[tuple[float, ...]], *, empty_mib: float) -> dict[str, Any]:
    _, held, heap, process = zip(*samples, strict=True)
    third = max(1, len(samples) // 3)
    middle, last = (statistics.mean(process[start : start + third]) for start in (third, len(samples) - third))
    found = {
        "cap_mib": CAP_MIB,
        "held_max_mib": max(held),
        "heap_max_mib": max(heap),
        "process_empty_mib": empty_mib,
        "process_max_mib": max(process),
        "process_middle_third_mib": middle,
        "process_last_third_mib": last,
        "swings": len(samples),
    }
    print(f"\nmemory after {samples[-1][0]:.0f} s to and fro in {FRAMES} frames ({len(samples)} swings)")
    print(f"  pictures held at most {max(held):.0f} MiB, script heap {max(heap):.0f} MiB; the cap is {CAP_MIB} MiB")
    print(f"  the processes of pages {empty_mib:.0f} MiB at first, {max(process):.0f} at most;")
    print(
        f"  {middle:.0f} MiB in the middle third, {last:.0f} in the last ({(last / middle - 1) * 100:+.1f} %)",
        flush=True,
    )
    return found


def renderers_mib() -> float:
    """What all of the browser's processes for pages hold: which of them has ours is not told to anybody."""
    return sum(resident_bytes(one) for one in psutil.Process().children(recursive=True)) / MIB


def resident_bytes(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss if "--type=renderer" in " ".join(process.cmdline()) else 0
    except psutil.NoSuchProcess:
        return 0
