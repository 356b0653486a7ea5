"""A scene's page as a person uses it: keys, the number field, the timeline, and what is then on screen."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import CDPSession, JSHandle, Locator, Page, expect

from tests.browser.films import Film, Strip
from tests.media_server import CanaryServer
from tests.wire_client import WireClient

NUMBERS = Path(__file__).with_name("painted_numbers.js").read_text().rstrip().removesuffix(";")
LIMIT_MS = 15_000


def make_scene(wire: WireClient, name: str, **scene: Any) -> str:
    """Store a private scene; returns the path of its page. `scene` is as the wire takes it."""
    dataset_id = wire.create_dataset(name, is_scene=True, privacy=True)
    wire.append_scenes(dataset_id, [{"reference_id": name, **scene}])
    found = wire.call("GET", f"dataset/{dataset_id}/scenes_list")["scenes"][0]
    return f"/datasets/{dataset_id}/scenes/{found['id']}"


def put_frames(host: CanaryServer, name: str, stills: Sequence[bytes]) -> list[dict[str, Any]]:
    """Serve pictures at `/name/0`, `/name/1`, ...; returns them as the wire takes frames, with their numbers."""
    return [
        {
            "reference_id": f"{name}/{index}",
            "url": host.put(f"/{name}/{index}", still, "image/jpeg"),
            "type": "image",
            "metadata": {"number": index},
        }
        for index, still in enumerate(stills)
    ]


def put_film(wire: WireClient, host: CanaryServer, film: Film, *, is_mp4: bool) -> str:
    """A scene of the film's stills, or of its mp4 alone, on this host; returns the path of its page."""
    if is_mp4:
        url = host.put("/film.mp4", film.mp4, "video/mp4")
        return make_scene(wire, "film", video_url=url, frame_rate=film.rate_hz)
    return make_scene(wire, "film", frames=put_frames(host, "film", film.stills), frame_rate=film.rate_hz)


class ScenePage:
    """One open scene. `strip` says where its pictures carry their numbers; None when nobody asks for them."""

    def __init__(self, page: Page, path: str, *, strip: Strip | None = None, can_read: bool = True) -> None:
        self.page = page
        self.path = path
        self.strip = strip
        self._can_read = can_read
        self.ruler: dict[str, float] | None = None
        """Where the boxes drawn over the picture say which frame they are of; see label_ruler.py."""
        self._numbers: JSHandle | None = None
        self._cdp: CDPSession | None = None

    def open(self, frame: int | None = None, *, is_sound: bool = True) -> ScenePage:
        """Go there and wait for the first picture, or for its reason; `frame` is put into the address."""
        self.page.goto(self.path if frame is None else f"{self.path}?frame={frame}")
        expected = "ready" if is_sound else re.compile("ready|error")
        expect(self.viewer).to_have_attribute("data-state", expected)
        strip = {**asdict(self.strip), "ruler": self.ruler} if self.strip and self._can_read else None
        self._numbers = self.page.evaluate_handle(NUMBERS, strip)
        return self

    @property
    def viewer(self) -> Locator:
        return self.page.locator("frame-viewer")

    @property
    def playing(self) -> Locator:
        """The viewer, while it plays."""
        return self.page.locator("frame-viewer[data-playing]")

    @property
    def slider(self) -> Locator:
        return self.viewer.locator(".timeline-bar__slider")

    @property
    def reason(self) -> Locator:
        return self.viewer.locator(".frame-viewer__reason")

    def action(self, name: str) -> Locator:
        return self.viewer.locator(f"[data-action={name}]").first

    def data(self, name: str) -> str | None:
        return self.viewer.get_attribute(f"data-{name}")

    @property
    def painted(self) -> int:
        return int(self.data("frame") or -1)

    @property
    def count(self) -> int:
        return int(self.data("frame-count") or 0)

    @property
    def rest(self) -> int:
        """The frame wanted once the page has taken up every movement of the hand."""
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        return int(self.data("wanted") or -1)

    def settled(self, index: int) -> int | None:
        """Wait until this frame is wanted and painted; the number that the canvas then carries, if it may be read."""
        assert self._numbers is not None
        seen = self._numbers.evaluate("(numbers, [index, limit]) => numbers.settled(index, limit)", [index, LIMIT_MS])
        return None if seen is None else int(seen)

    def walk(self, key: str, step: int, times: int) -> list[tuple[int, int]]:
        """Press a key so often, waiting for each frame: the frames meant, and the numbers then on the canvas."""
        assert self._numbers is not None
        plan = [key, step, times, LIMIT_MS]
        return [tuple(pair) for pair in self._numbers.evaluate("(numbers, plan) => numbers.walk(...plan)", plan)]

    def visit(self, places: list[int]) -> list[tuple[int, int]]:
        """Seek one place after the other, waiting for each: the frames meant, and the numbers then on the canvas."""
        assert self._numbers is not None
        plan = [places, LIMIT_MS]
        return [tuple(pair) for pair in self._numbers.evaluate("(numbers, plan) => numbers.visit(...plan)", plan)]

    def notes(self) -> list[tuple[int, int]]:
        """For each frame painted since the last call, in order: the number claimed and the number seen."""
        assert self._numbers is not None
        return [(one["claimed"], one["seen"]) for one in self._numbers.evaluate("numbers => numbers.take()")]

    def labelled_notes(self) -> list[tuple[int, int, int | None]]:
        """The same, each with the frame whose boxes were drawn over the picture at that moment."""
        assert self._numbers is not None
        notes = self._numbers.evaluate("numbers => numbers.take()")
        return [(one["claimed"], one["seen"], one["labelled"]) for one in notes]

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def seek(self, place: int | str) -> None:
        """Type a place and press Enter."""
        field = self.viewer.locator(".transport__place")
        field.fill(str(place))
        field.press("Enter")

    def switch_to(self, kind: str) -> None:
        """Choose another source by hand."""
        self.press("s")
        self.viewer.locator(f".source-status input[value={kind}]").click()
        # The open menu keeps the arrow keys to itself.
        self.press("Escape")

    def drag(self, start: float, end: float, *, moves: int = 24) -> None:
        """Drag along the timeline, from one fraction of its width to another."""
        self.take_hold(start)
        x, y, width = self._hand()
        for move in range(1, moves + 1):
            self.page.mouse.move(x + (start + (end - start) * move / moves) * width, y)
        self.page.mouse.up()

    def take_hold(self, fraction: float) -> None:
        self.move_to(fraction)
        self.page.mouse.down()

    def move_to(self, fraction: float) -> None:
        x, y, width = self._hand()
        self.page.mouse.move(x + fraction * width, y)

    def _hand(self) -> tuple[float, float, float]:
        """Where on the page the timeline's first frame is, and how wide all of them are."""
        box = self.slider.bounding_box()
        assert box is not None
        return box["x"] + 1, box["y"] + box["height"] / 2, box["width"] - 2

    def shot(self) -> Image.Image:
        """The picture as it is on screen, at the size it has there."""
        canvas = self.viewer.locator(".frame-viewer__canvas")
        box = canvas.evaluate("canvas => canvas.getBoundingClientRect().toJSON()")
        return self._capture({key: box[key] for key in ("x", "y", "width", "height")})

    def number_on_screen(self) -> int:
        """The number of the picture on screen, by a screenshot of its lowest rows alone, which is quick."""
        assert self.strip is not None
        box = self.viewer.locator(".frame-viewer__canvas").evaluate("canvas => canvas.getBoundingClientRect().toJSON()")
        middle = box["y"] + box["height"] * self.strip.row
        clip = {"x": box["x"], "y": round(middle) - 1, "width": box["width"], "height": 2}
        return Strip(self.strip.blocks, 0.5).read(self._capture(clip))

    def _capture(self, clip: dict[str, float]) -> Image.Image:
        self._cdp = self._cdp or self.page.context.new_cdp_session(self.page)
        options = {"format": "png", "clip": {**clip, "scale": 1}, "optimizeForSpeed": True}
        taken = self._cdp.send("Page.captureScreenshot", options)
        return Image.open(io.BytesIO(base64.b64decode(taken["data"]))).convert("RGB")
