"""How soon after a hand moves is the frame on screen, and how many a second, against what pages usually do?

    python benchmarks/scrub.py [--rounds 1] [--only moving,opening,memory] [--latency 0,30] [--minutes 1] [--json FILE]

One live server, the media on serve_media, each latency a host of its own, and a real Chromium. In turn, on the same
page with a cold cache each: the viewer on frames, a naive `img.src` per frame; the viewer on mp4s with a key frame each
60 and each 250 frames, and a naive `<video>` whose time is set.

    slow       a drag of 30 frames a second, along frames never seen     fast       the same of 300 a second
    held       to and fro over 90 held frames, 60 a second               jumps      to random places
    ahead, back   single steps, each waited for, after looking at the place for two seconds
    play, play x2   at 30 and 60 frames a second

Columns: input to the frame drawn (p50, p95) and to the screen's next picture with it (p50, p95) in milliseconds;
pictures of the screen with a new frame, a second; how many inputs got one. `missed` frames did not come within 15 s.
The aims: held >= 58 of 60, slow at 30 ms >= 29 of 30, fast >= 30 pictures; a step on an mp4 p50 < 5 ms both ways and
50 times faster than the player's, jumps not slower than it. The machine counts for much: trust the ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from benchmarks.scrubbing import memory, moving, opening  # noqa: E402 (needs the project on the path)
from benchmarks.scrubbing.media import make_media, serving  # noqa: E402
from benchmarks.scrubbing.stand import Stand  # noqa: E402
from tests.browser.chromium import NoChromium, launch  # noqa: E402
from tests.live import LiveTransom  # noqa: E402

SECTIONS = {"moving": moving.measure, "opening": opening.measure, "memory": memory.measure}


def main() -> None:
    options = parsed_options()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="transom-scrub-")))
        try:
            browser = launch(stack.enter_context(sync_playwright()), ["--enable-precise-memory-info"])
        except NoChromium as error:
            raise SystemExit(str(error)) from None
        stack.callback(browser.close)
        made = make_media(folder / "media")
        live = stack.enter_context(LiveTransom(folder / "live"))
        hosts = [stack.enter_context(serving(folder / "media", folder / "live", ms)) for ms in options.latency]
        machine = f"{os.cpu_count()} x {processor()}, Chromium {browser.version}, load {os.getloadavg()[0]:.1f}"
        print(f"{machine}; {made}", flush=True)
        found: dict[str, Any] = {"machine": machine, "media": made}
        stand = Stand(browser, live, hosts)
        for name in options.only:
            found[name] = SECTIONS[name](stand, options)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n")


def parsed_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(SECTIONS))
    parser.add_argument("--latency", type=lambda text: [int(ms) for ms in text.split(",")], default=[0, 30])
    parser.add_argument("--minutes", type=float, default=1.0, help="how long the memory section moves about")
    parser.add_argument("--json", type=Path, help="write every figure here, too")
    options = parser.parse_args()
    if unknown := set(options.only) - set(SECTIONS):
        parser.error(f"there is no section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    return options


def processor() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text().splitlines() if facts.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    main()
