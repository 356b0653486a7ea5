"""Drags, jumps, single steps and playing: the viewer beside an img and a video, in turn, on the same media."""

from __future__ import annotations

import argparse
import random
import statistics
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.scrubbing.media import FILM_FRAMES, GROUPS, RATE_HZ, MediaHost
from benchmarks.scrubbing.stand import Stand, run

FRAMES = 3000
DRAG_S = 3
STEPS = 40
JUMPS = 25
HELD = 90
# Each way of moving begins at a place that no other has shown.
SLOW_FROM, FAST_FROM, HELD_FROM, STEP_FROM = 100, 400, 1500, 300


@dataclass(frozen=True, slots=True)
class Row:
    """One way of moving; times in milliseconds, None where nothing was asked for frame by frame."""

    by: str
    latency_ms: int
    way: str
    drawn_p50: float | None
    drawn_p95: float | None
    shown_p50: float | None
    shown_p95: float | None
    shown_per_s: float
    inputs: int
    displays: int
    missed: int
    dropped: int | None


def measure(stand: Stand, options: argparse.Namespace) -> list[dict[str, Any]]:
    print_head()
    rows: list[Row] = []
    for host in stand.hosts:
        paths = {group: stand.film_scene(host, group) for group in GROUPS}
        frames = stand.frames_scene(host, FRAMES)
        for _ in range(options.rounds):
            for row in one_round(stand, host, frames, paths):
                print_row(row)
                rows.append(row)
    print_ratios(rows)
    return [asdict(row) for row in rows]


def one_round(stand: Stand, host: MediaHost, frames: str, films: dict[int, str]) -> Iterator[Row]:
    with stand.open(frames) as page:
        yield from rows("frames", host, moves(), run(page, steps=list(moves().values())))
    with stand.open(frames) as page:
        yield from rows("frames", host, holding(), run(page, steps=list(holding().values())))
    urls = [host.still(index) for index in range(FRAMES)]
    with stand.open(frames) as page:
        naive = {name: plan for name, plan in moves().items() if "key" not in plan and plan["way"] != "play"}
        yield from rows("img.src", host, naive, run(page, peer="img", urls=urls, steps=list(naive.values())))
    for group, path in films.items():
        plans = film_moves()
        with stand.open(path) as page:
            yield from rows(f"mp4 {group}", host, plans, run(page, steps=list(plans.values())))
        naive = {name: plan for name, plan in plans.items() if plan["way"] != "play"}
        with stand.open(path) as page:
            found = run(page, peer="video", url=host.film(group), rate_hz=RATE_HZ, steps=list(naive.values()))
            yield from rows(f"video {group}", host, naive, found)


def moves() -> dict[str, dict[str, Any]]:
    """Over three thousand stills, none of them shown before."""
    jumps = random.Random(3).sample(range(1700, FRAMES), JUMPS)
    return {
        "slow": drag(range(SLOW_FROM, SLOW_FROM + 30 * DRAG_S), every_ms=1000 / 30),
        "fast": drag(range(FAST_FROM, FAST_FROM + 300 * DRAG_S, 5), every_ms=1000 / 60),
        "jumps": {"way": "oneByOne", "indexes": jumps, "rest_ms": 100},
        "play": {"way": "play", "prepare": [], "for_ms": 4000},
        "play x2": {"way": "play", "prepare": [">"], "for_ms": 4000},
    }


def holding() -> dict[str, dict[str, Any]]:
    """To and fro over frames that were looked at before; the first, slow pass brings them."""
    there = list(range(HELD_FROM, HELD_FROM + HELD))
    to_and_fro = there + there[-2:0:-1]
    return {
        "held, first": drag(there, every_ms=1000 / 20),
        "held": {**drag(to_and_fro, every_ms=1000 / 60), "before_ms": 1500},
    }


def film_moves() -> dict[str, dict[str, Any]]:
    """Over six hundred frames; steps begin after two seconds of looking at the place."""
    ahead = list(range(STEP_FROM + 1, STEP_FROM + 1 + STEPS))
    back = list(range(STEP_FROM + STEPS - 1, STEP_FROM - 1, -1))
    jumps = random.Random(5).sample(range(FILM_FRAMES), JUMPS)
    return {
        "slow": drag(range(60, 60 + 30 * DRAG_S), every_ms=1000 / 30),
        "to the place": {"way": "oneByOne", "indexes": [STEP_FROM], "rest_ms": 2000},
        "ahead": {"way": "oneByOne", "indexes": ahead, "rest_ms": 34, "key": "ArrowRight"},
        "back": {"way": "oneByOne", "indexes": back, "rest_ms": 34, "key": "ArrowLeft", "before_ms": 1000},
        "fast": drag(range(0, FILM_FRAMES, 5), every_ms=1000 / 60),
        "jumps": {"way": "oneByOne", "indexes": jumps, "rest_ms": 300},
        "play": {"way": "play", "prepare": ["Home"], "for_ms": 4000},
        "play x2": {"way": "play", "prepare": ["Home", ">"], "for_ms": 4000},
    }


def drag(indexes: range | list[int], *, every_ms: float) -> dict[str, Any]:
    return {"way": "drag", "indexes": list(indexes), "every_ms": every_ms}


def rows(by: str, host: MediaHost, plans: dict[str, Any], found: list[dict[str, Any]]) -> Iterator[Row]:
    for (way, plan), one in zip(plans.items(), found, strict=True):
        if way == "to the place":
            continue
        yield Row(
            by=by,
            latency_ms=host.latency_ms,
            way=way,
            drawn_p50=quantile(one["drawn_ms"], 50),
            drawn_p95=quantile(one["drawn_ms"], 95),
            shown_p50=quantile(one["shown_ms"], 50),
            shown_p95=quantile(one["shown_ms"], 95),
            shown_per_s=one["displays"] / one["took_ms"] * 1000,
            inputs=one["inputs"],
            displays=one["displays"],
            missed=one.get("missed", 0),
            dropped=int(one["facts"].get("dropped") or 0) if plan["way"] == "play" else None,
        )


def quantile(values: list[float], percent: int) -> float | None:
    if len(values) < 2:
        return values[0] if values else None
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def print_head() -> None:
    print(f"\n{'':10}{'':>7}{'':13}{'drawn ms':>16}{'shown ms':>16}{'shown':>9}{'inputs':>8}{'shown':>7}")
    print(f"{'by':10}{'ms away':>7}  {'way':11}{'p50':>8}{'p95':>8}{'p50':>8}{'p95':>8}{'per s':>9}{'':>8}{'':>7}")


def print_row(row: Row) -> None:
    times = (row.drawn_p50, row.drawn_p95, row.shown_p50, row.shown_p95)
    cells = "".join(f"{'-':>8}" if time is None else f"{time:>8.1f}" for time in times)
    more = f"  {row.missed} missed" if row.missed else ""
    more += f"  {row.dropped} dropped" if row.dropped else ""
    counts = f"{row.shown_per_s:>9.1f}{row.inputs:>8}{row.displays:>7}"
    print(f"{row.by:10}{row.latency_ms:>7}  {row.way:11}{cells}{counts}{more}", flush=True)


def print_ratios(rows: list[Row]) -> None:
    """How many times sooner a frame is drawn than by the naive peer of the same media, by p50."""
    print("\ntimes sooner drawn than by the peer (p50)")
    peers = {"frames": "img.src", **{f"mp4 {group}": f"video {group}" for group in GROUPS}}
    known = {(row.by, row.latency_ms, row.way): row for row in rows}
    for (by, latency_ms, way), row in known.items():
        peer = known.get((peers.get(by, ""), latency_ms, way))
        if peer and row.drawn_p50 is not None and peer.drawn_p50 is not None:
            ratio = peer.drawn_p50 / max(row.drawn_p50, 0.05)
            shown = f"{row.shown_per_s:.1f} to {peer.shown_per_s:.1f} pictures a second"
            print(f"{by:10}{latency_ms:>7}  {way:11}{ratio:>8.1f}x   {shown}")
