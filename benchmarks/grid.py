"""Does the grid keep up with a hand that throws it through a hundred thousand pictures?

    python benchmarks/grid.py [--items 100000] [--seconds 8] [--rounds 3] [--only fling,sweep,…] [--json FILE]

One live server, its pictures on serve_media (real photographs, each address its own), and a real Chromium.

    fling    the page is scrolled to its end and back, fast at first and ever slower; beside it, in the same run, an
             empty page of the same height scrolled the same way, which is all that this browser can do here. Printed
             are the times between pictures of the screen in milliseconds (the aim: p95 under 34), what the page's
             script and the browser's processes hold, cells in the page at most, requests made, and wrong pictures: a
             ready cell whose image is not the one that the server has for its row (the aim: none).
    sweep    the same over 60 screens, slow enough for rows and pictures to come: what drawing them costs.
    wheel    the same grid, a screen a time at the speed of a wheel: how soon every cell seen has its picture.
    visits   bytes that a host with CORS is asked for on a first visit, and on a second one after the browser's own
             cache was emptied. The aim: at most half.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from benchmarks.flinging.media import Pictures, serving  # noqa: E402 (needs the project on the path)
from benchmarks.scrub import processor  # noqa: E402
from benchmarks.scrubbing.memory import MIB, renderers_mib  # noqa: E402
from tests.browser.chromium import NoChromium, launch  # noqa: E402
from tests.live import LiveTransom  # noqa: E402
from tests.wire_client import WireClient  # noqa: E402

FLING = (Path(__file__).with_name("flinging") / "in_page.js").read_text().rstrip().removesuffix(";")
BATCH = 5_000
NOTE_EVERY_MS = 400
REST_MS = 1500
WIDTH_PX, HEIGHT_PX = 1440, 900
WHEEL_PX = 850
SCREENS = 25
SWEPT_SCREENS = 60
READY = "media-grid[data-state=ready]"
# Until the wheel has moved the page, and then until all that is seen is there; in milliseconds.
WAIT_UNTIL_READY = """async (before_px) => {
  const isReady = () => scrollY !== before_px && [...document.querySelectorAll("media-grid > *")].every((cell) => {
    const { top, bottom } = cell.getBoundingClientRect();
    return bottom <= 0 || top >= innerHeight || cell.dataset.state === "ready";
  });
  const started_ms = performance.now();
  do await new Promise(requestAnimationFrame); while (!isReady() && performance.now() - started_ms < 15000);
  return performance.now() - started_ms;
}"""


class Stand:
    """A live server with one dataset, and browser profiles that are signed in."""

    def __init__(self, browser: Browser, live: LiveTransom) -> None:
        self._browser, self._live = browser, live
        self._person = live.make_person("editor", team="Bench")
        self._wire = WireClient(live.endpoint, self._person.key())

    def fill(self, name: str, pictures: Pictures, count: int) -> str:
        """The path of a new dataset of so many items."""
        dataset_id = self._wire.create_dataset(name, is_scene=False, privacy=True)
        for start in range(0, count, BATCH):
            numbers = range(start, min(count, start + BATCH))
            items = [
                {"reference_id": f"shot/{n:07}", "image_url": pictures.url(n), "metadata": {"n": n}} for n in numbers
            ]
            self._wire.append(dataset_id, items)
        return f"/datasets/{dataset_id}/"

    @contextmanager
    def page(self) -> Iterator[Page]:
        """A page of a new profile, signed in."""
        context = self._browser.new_context(base_url=self._live.url, viewport={"width": WIDTH_PX, "height": HEIGHT_PX})
        context.add_cookies([{**self._person.cookie(), "url": self._live.url, "httpOnly": True, "sameSite": "Lax"}])
        try:
            yield context.new_page()
        finally:
            context.close()


def main() -> None:
    options = parsed_options()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="transom-grid-")))
        try:
            browser = launch(stack.enter_context(sync_playwright()), ["--enable-precise-memory-info"])
        except NoChromium as error:
            raise SystemExit(str(error)) from None
        stack.callback(browser.close)
        live = stack.enter_context(LiveTransom(folder / "live"))
        stand = Stand(browser, live)
        machine = f"{os.cpu_count()} x {processor()}, Chromium {browser.version}, load {os.getloadavg()[0]:.1f}"
        print(machine, flush=True)
        found: dict[str, Any] = {"machine": machine}
        if options.only & {"fling", "sweep", "wheel"}:
            pictures = stack.enter_context(serving(folder, cors=False))
            path = stand.fill("plain", pictures, options.items)
            print(f"{options.items} items, {pictures.says}", flush=True)
            if "fling" in options.only:
                found["fling"] = [fling(stand, path, pictures, options.seconds) for _ in range(options.rounds)]
            if "sweep" in options.only:
                found["sweep"] = fling(stand, path, pictures, options.seconds, screens=SWEPT_SCREENS)
            if "wheel" in options.only:
                found["wheel"] = wheel(stand, path)
        if "visits" in options.only:
            pictures = stack.enter_context(serving(folder, cors=True))
            found["visits"] = visits(stand, stand.fill("open", pictures, min(options.items, BATCH)), pictures)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n")


def parsed_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=8.0, help="of one way")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", type=lambda text: set(text.split(",")), default={"fling", "sweep", "wheel", "visits"})
    parser.add_argument("--json", type=Path, help="write every figure here, too")
    return parser.parse_args()


def fling(stand: Stand, path: str, pictures: Pictures, seconds: float, *, screens: int | None = None) -> dict[str, Any]:
    """To the end, or so many screens, and back; prints what it came to."""
    with stand.page() as page:
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.goto(path)
        page.wait_for_selector(READY)
        page.wait_for_load_state("networkidle")
        height_px = page.evaluate("document.documentElement.scrollHeight")
        share = 1.0 if screens is None else screens * HEIGHT_PX / height_px
        cdp = page.context.new_cdp_session(page)
        cdp.send("Performance.enable")
        opened = len(requests)
        memory, ways = [held(cdp)], []
        for start, end in ((0.0, share), (share, 0.0)):
            ways.append(throw(page, start, end, seconds))
            memory.append(held(cdp))
        page.wait_for_timeout(REST_MS)
        cdp.send("HeapProfiler.collectGarbage")
        memory.append(held(cdp))
        shown = {pair for way in ways for pair in way["shown"]}
        figures = {
            "screens": share * height_px / HEIGHT_PX,
            "grid_ms": spread([gap for way in ways for gap in way["gaps_ms"]]),
            "empty_ms": empty_page(stand, height_px, share, seconds),
            "heap_mib": [round(heap, 1) for heap, _ in memory],
            "processes_mib": [round(resident) for _, resident in memory],
            "cells": max(way["mostCells"] for way in ways),
            "pictures_asked": sum(url.startswith(pictures.origin) for url in requests[opened:]),
            "rows_asked": sum("/rows?" in url for url in requests[opened:]),
            "looked_at": len(shown),
            "wrong": wrong_pictures(page, shown),
        }
    tell(figures, seconds)
    return figures


def tell(found: dict[str, Any], seconds: float) -> None:
    grid, empty = spread_text(found["grid_ms"]), spread_text(found["empty_ms"])
    asked = f"{found['pictures_asked']} pictures and {found['rows_asked']} blocks of rows asked for"
    print(f"\n{found['screens']:.0f} screens in {seconds:g} s, and back")
    print(f"  between pictures of the screen: grid {grid}; empty page {empty}")
    print(f"  at the start, the end, the start again, and at rest: script heap {found['heap_mib']} MiB,")
    print(f"  processes for pages {found['processes_mib']} MiB")
    print(
        f"  at most {found['cells']} cells; {asked}; {found['wrong']} wrong of {found['looked_at']} looked at",
        flush=True,
    )


def throw(page: Page, start: float, end: float, seconds: float) -> dict[str, Any]:
    way = {"from": start, "to": end, "seconds": seconds, "noteEvery_ms": NOTE_EVERY_MS}
    return page.evaluate(FLING, way)  # type: ignore[no-any-return]


def empty_page(stand: Stand, height_px: int, share: float, seconds: float) -> dict[str, float]:
    """What this browser can do at best: nothing but a height."""
    with stand.page() as page:
        page.set_content(f'<!doctype html><div style="height: {height_px}px"></div>')
        ways = [throw(page, 0.0, share, seconds), throw(page, share, 0.0, seconds)]
    return spread([gap for way in ways for gap in way["gaps_ms"]])


def wrong_pictures(page: Page, shown: set[str]) -> int:
    """How many of the pairs of a row's id and an address the server does not have so."""
    island = json.loads(page.locator("#island").text_content() or "{}")
    rows = island["urls"]["rows"]
    ask = "async (url) => (await (await fetch(url)).json()).rows[0]?.url"
    joint = "&" if "?" in rows else "?"
    wrong = 0
    for pair in shown:
        row_id, _, address = pair.partition(" ")
        wrong += page.evaluate(ask, f"{rows}{joint}from={row_id}&limit=1") != address
    return wrong


def wheel(stand: Stand, path: str) -> dict[str, float]:
    """Screen by screen, each waited for until all that is seen has its picture."""
    with stand.page() as page:
        page.goto(path)
        page.wait_for_selector(READY)
        found = spread([next_screen(page) for _ in range(SCREENS)])
    print(f"\nwheel, {SCREENS} screens: every cell seen has its picture after {spread_text(found)}", flush=True)
    return found


def next_screen(page: Page) -> float:
    """Turn the wheel; the milliseconds until every cell seen is ready."""
    before_px = page.evaluate("scrollY")
    # The grid is on the right of what else a page has.
    page.mouse.move(WIDTH_PX - 200, HEIGHT_PX / 2)
    page.mouse.wheel(0, WHEEL_PX)
    return float(page.evaluate(WAIT_UNTIL_READY, before_px))


def visits(stand: Stand, path: str, pictures: Pictures) -> dict[str, Any]:
    """The same screens twice in one profile."""
    with stand.page() as page:
        first, second = (visit(page, path, pictures) for _ in range(2))
    print(f"\nvisits of {SCREENS} screens on a host with CORS")
    for name, one in (("first", first), ("second", second)):
        print(f"  {name}: {one['bytes'] / MIB:.1f} MiB in {one['requests']} requests", flush=True)
    return {"first": first, "second": second}


def visit(page: Page, path: str, pictures: Pictures) -> dict[str, int]:
    cdp = page.context.new_cdp_session(page)
    cdp.send("Network.enable")
    cdp.send("Network.clearBrowserCache")
    ours: set[str] = set()
    sizes: list[int] = []

    def sent(event: dict[str, Any]) -> None:
        if event["request"]["url"].startswith(pictures.origin):
            ours.add(event["requestId"])

    def arrived(event: dict[str, Any]) -> None:
        if event["requestId"] in ours:
            sizes.append(int(event["encodedDataLength"]))

    cdp.on("Network.requestWillBeSent", sent)
    cdp.on("Network.loadingFinished", arrived)
    page.goto(path)
    page.wait_for_selector(READY)
    for _ in range(SCREENS):
        next_screen(page)
    page.wait_for_timeout(REST_MS)
    cdp.detach()
    return {"bytes": sum(sizes), "requests": len(ours)}


def held(cdp: CDPSession) -> tuple[float, float]:
    """MiB of the page's script, and of the browser's processes for pages."""
    metrics = {one["name"]: one["value"] for one in cdp.send("Performance.getMetrics")["metrics"]}
    return metrics["JSHeapUsedSize"] / MIB, renderers_mib()


def spread(times_ms: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(times_ms, n=20)
    return {"p50": cuts[9], "p95": cuts[18], "max": max(times_ms), "count": len(times_ms)}


def spread_text(found: dict[str, float]) -> str:
    return f"p50 {found['p50']:.0f} p95 {found['p95']:.0f} max {found['max']:.0f} ms"


if __name__ == "__main__":
    main()
