"""A media host goes and comes back while a grid and a scene are open: said soon, waited for, healed with no reload."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, Self

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from tests.browser.conftest import Watch
from tests.browser.films import DRAWN_STRIP, draw_film, draw_stills
from tests.browser.scene_page import ScenePage, make_scene
from tests.live import PROJECT, free_port
from tests.media_server import draw_picture
from tests.wire_client import WireClient

PICTURES = 400
FRAMES = 60
Way = Literal["refused", "silent"]
WAYS: list[Way] = ["refused", "silent"]
# What the test takes for soon: the page's own aims are 2 s to say so and 5 s to heal, printed with what was measured.
SOON_MS = 15_000
SERVE = """
import pathlib, sys
from webapp.demo.media_folder import MediaFolders
from webapp.demo.media_server import MediaServer, ServingRules
folder, port, cors = sys.argv[1:]
source = MediaFolders([pathlib.Path(folder)])
MediaServer(("127.0.0.1", int(port)), source, ServingRules(cors=cors == "cors")).serve_forever()
"""
# Cells in the window, and how many of them are not ready.
UNREADY = """() => [...document.querySelectorAll("media-grid > [data-item-id]")].filter((cell) => {
  const { top, bottom } = cell.getBoundingClientRect();
  return bottom > 0 && top < innerHeight && cell.dataset.state !== "ready";
}).length"""

# Notes when a page first says that its host is down, in milliseconds since 1970: looking now and then is late.
NOTE = """() => {
  const look = () => {
    if (document.querySelector("outage-summary .outage")) document.body.dataset.said ??= Date.now();
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true });
}"""
SAID = "() => Number(document.body.dataset.said)"

# The first cell that begins in the window below what stands there, and how far below the window's upper end it does.
FIRST = """() => [...document.querySelectorAll("media-grid > [data-item-id]")]
  .map((cell) => [cell.dataset.itemId, Math.round(cell.getBoundingClientRect().top)]).find(([, top]) => top > 200)"""
PLACE = "(id) => Math.round(document.querySelector(`[data-item-id=${id}]`).getBoundingClientRect().top)"


class GoingHost:
    """A media server in a process of its own that can be gone and come back at the same port; a context manager."""

    def __init__(self, folder: Path, *, cors: bool = True) -> None:
        self.folder, self.cors, self.port = folder, cors, free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._is_frozen = False

    def put(self, name: str, body: bytes) -> str:
        (self.folder / name).write_bytes(body)
        return f"{self.origin}/{name}"

    def go(self, way: Way) -> None:
        """Refuse connections, or accept them and keep silent."""
        assert self._process is not None
        if way == "silent":
            self._is_frozen = True
            return self._process.send_signal(signal.SIGSTOP)
        self._end()

    def come_back(self) -> None:
        if self._is_frozen and self._process is not None:
            self._is_frozen = False
            return self._process.send_signal(signal.SIGCONT)
        words = [sys.executable, "-c", SERVE, str(self.folder), str(self.port), "cors" if self.cors else "none"]
        self._process = subprocess.Popen(words, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not self._is_listening():
            assert self._process.poll() is None
            time.sleep(0.02)

    def _is_listening(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Self:
        self.come_back()
        return self

    def __exit__(self, *_: object) -> None:
        self._end()


@pytest.fixture
def host(tmp_path: Path, watch: Watch) -> Iterator[GoingHost]:
    watch.expected += [r"net::ERR_", "Failed to load resource"]
    with GoingHost(tmp_path) as host:
        watch.declared.add(host.origin)
        yield host
        watch.leave()


@pytest.fixture
def grid(signed_in: Page, wire: WireClient, host: GoingHost) -> Page:
    """A grid of four hundred pictures, scrolled to its middle."""
    url = host.put("shot.jpg", draw_picture("shot", 160, 120))
    dataset_id = wire.create_dataset("many", is_scene=False, privacy=True)
    wire.append(dataset_id, [{"reference_id": f"shot/{n}", "image_url": f"{url}?n={n}"} for n in range(PICTURES)])
    signed_in.goto(f"/datasets/{dataset_id}/?size=large")
    expect(signed_in.locator("media-grid [data-state=ready]").first).to_be_visible()
    scroll(signed_in, 3000)
    wait_for(lambda: signed_in.evaluate(UNREADY) == 0)
    return signed_in


@pytest.fixture
def scene(signed_in: Page, wire: WireClient, host: GoingHost) -> ScenePage:
    """Sixty frames in a tab of their own."""
    frames = [
        {"reference_id": f"walk/{n}", "url": host.put(f"walk-{n}.jpg", still), "type": "image"}
        for n, still in enumerate(draw_stills(FRAMES))
    ]
    path = make_scene(wire, "walk", frames=frames, frame_rate=10)
    return ScenePage(signed_in.context.new_page(), path, strip=DRAWN_STRIP).open()


@pytest.mark.parametrize("way", WAYS)
def test_a_grid_and_a_scene_outlive_their_host_and_heal_when_it_is_back(
    way: Way, grid: Page, scene: ScenePage, host: GoingHost, record_property: Callable[[str, object], None]
) -> None:
    for page in (grid, scene.page):
        page.evaluate("() => { document.body.dataset.mark = 'same'; }")
        page.evaluate(NOTE)
    asked = requests_of(grid, host.origin)
    scene.take_hold(0.05)
    host.go(way)
    moved = time.time()
    scene.move_to(0.5)
    scroll(grid, 2500)
    # The hand goes on scrubbing.
    for step in range(10):
        scene.move_to(0.5 + step / 100)
    for name, page in (("grid", grid), ("scene", scene.page)):
        expect(summary(page)).to_be_visible(timeout=SOON_MS)
        took(record_property, way, f"{name} says so after", page.evaluate(SAID) / 1000 - moved)

    expect(summary(grid)).to_contain_text(host.origin)
    expect(summary(grid)).to_contain_text("pictures wait")
    expect(grid.locator("media-grid [data-held]").first).to_be_visible()
    expect(grid.locator("media-grid [data-state=error]")).to_have_count(0)
    # What was there stays there, and hands can do what they could.
    expect(scene.viewer).to_have_attribute("data-held", "")
    assert scene.painted >= 0
    assert scene.reason.inner_text() == ""
    grid.locator("media-grid [data-held]").first.focus()
    grid.keyboard.press(" ")
    expect(grid.locator("media-grid [aria-selected=true]")).to_have_count(1)
    asked.clear()
    scroll(grid, 1500)
    wanted = scene.rest
    expect(grid.locator("media-grid[data-state=ready]")).to_have_count(1)
    assert len(asked) <= KNOCKS, f"{len(asked)} requests to a host that is down"

    first, top = grid.evaluate(FIRST)

    host.come_back()
    back = time.monotonic()
    expect(scene.viewer).to_have_attribute("data-state", "ready", timeout=SOON_MS)
    say(record_property, way, "scene healed after", back)
    wait_for(lambda: grid.evaluate(UNREADY) == 0)
    say(record_property, way, "grid healed after", back)
    assert (scene.painted, scene.rest) == (wanted, wanted)
    assert scene.settled(wanted) == wanted
    expect(summary(grid)).to_be_hidden()
    grid.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert abs(grid.evaluate(PLACE, first) - top) <= 1
    assert [page.evaluate("() => document.body.dataset.mark") for page in (grid, scene.page)] == ["same", "same"]


# Questions whether the host is there, each of its front page and of a file, in the few seconds that a test looks.
KNOCKS = 12


@pytest.mark.parametrize(("cors", "kind"), [(True, "mp4"), (False, "video")])
def test_a_film_comes_back_with_its_host(
    cors: bool,
    kind: str,
    signed_in: Page,
    wire: WireClient,
    tmp_path: Path,
    watch: Watch,
    record_property: Callable[[str, object], None],
) -> None:
    watch.expected += [r"net::ERR_", "Failed to load resource"]
    with GoingHost(tmp_path, cors=cors) as host:
        watch.declared.add(host.origin)
        film = draw_film(60)
        scene = ScenePage(signed_in, make_scene(wire, "film", video_url=host.put("film.mp4", film.mp4), frame_rate=30))
        host.go("silent")
        gone = time.monotonic()
        signed_in.goto(f"{scene.path}?frame=40")
        expect(scene.viewer).to_have_attribute("data-state", "error", timeout=SOON_MS)
        expect(scene.reason).to_contain_text("does not answer")
        say(record_property, kind, "says so after", gone)
        host.come_back()
        back = time.monotonic()
        expect(scene.viewer).to_have_attribute("data-state", "ready", timeout=SOON_MS)
        say(record_property, kind, "there after", back)
        assert (scene.data("source"), scene.painted) == (kind, 40)
        watch.leave()


def summary(page: Page) -> Locator:
    return page.locator("outage-summary .outage")


def scroll(page: Page, by_px: int) -> None:
    page.evaluate("(by) => scrollBy({ top: by, behavior: 'instant' })", by_px)


def requests_of(page: Page, origin: str) -> list[str]:
    """The addresses of a host that a page asks for, from now on."""
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.url.startswith(origin):
            asked.append(request.url)

    page.on("request", note)
    return asked


def wait_for(is_so: Callable[[], Any]) -> None:
    end = time.monotonic() + SOON_MS / 1000
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)


def say(record_property: Callable[[str, object], None], what: str, did: str, since: float) -> None:
    """Measured, not asserted: how busy the machine is decides too."""
    took(record_property, what, did, time.monotonic() - since)


def took(record_property: Callable[[str, object], None], what: str, did: str, time_s: float) -> None:
    record_property(f"{what}: {did}", round(time_s, 2))
    print(f"{what}: {did} {time_s:.2f} s")
