"""The edges of labels lie where the annotation says: on the picture's own edges, at any zoom, by the pixels."""

from __future__ import annotations

import base64
import io
import math
from typing import Any

import numpy
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import sign_in
from tests.browser.films import encode_mp4
from tests.browser.scene_page import ScenePage, make_scene
from tests.live import LiveTransom, Person
from tests.media_server import CanaryServer
from tests.wire_client import WireClient

# Left, top, right, bottom: a rectangle that is painted into the pictures, and said to be there.
BOX = (611, 403, 1287, 901)
SIZE = (1600, 1200)
# Too large to be held as it is: shown smaller, and labelled in its own pixels all the same.
LARGE = (5200, 3200)
LARGE_BOX = (1501, 1003, 3889, 2207)
DENSITY = 2
WHEEL_STEP_PER_PX = 0.0022
HALF_PIXEL = 0.5


def painted(size: tuple[int, int], box: tuple[int, int, int, int]) -> bytes:
    picture = Image.new("L", size, 40)
    left, top, right, bottom = box
    ImageDraw.Draw(picture).rectangle((left, top, right - 1, bottom - 1), fill=200)
    out = io.BytesIO()
    picture.convert("RGB").save(out, "PNG")
    return out.getvalue()


def box_label(reference_id: str, box: tuple[int, int, int, int]) -> dict[str, Any]:
    left, top, right, bottom = box
    geometry = {"x": left, "y": top, "width": right - left, "height": bottom - top}
    return {"type": "box", "label": "ruler", "annotation_id": "it", "reference_id": reference_id, "geometry": geometry}


@pytest.fixture
def sharp(chromium: Browser, live: LiveTransom, editor: Person) -> Any:
    """A page on a display of two device pixels a CSS pixel."""
    context = chromium.new_context(
        base_url=live.url, viewport={"width": 1440, "height": 900}, device_scale_factor=DENSITY
    )
    page = context.new_page()
    sign_in(page, editor)
    yield page
    context.close()


def test_a_box_lies_on_the_edges_of_what_it_names_at_any_zoom(
    sharp: Page, wire: WireClient, open_host: CanaryServer
) -> None:
    dataset_id = wire.create_dataset("edges", is_scene=False, privacy=True)
    url = open_host.put("/edges.png", painted(SIZE, BOX), "image/png")
    wire.append(dataset_id, [{"reference_id": "edges", "image_url": url}])
    wire.call("POST", f"dataset/{dataset_id}/annotate", {"update": False, "annotations": [box_label("edges", BOX)]})
    item = wire.call("GET", f"dataset/{dataset_id}/refloc/edges")["item"]["dataset_item_id"]
    sharp.goto(f"/datasets/{dataset_id}/items/{item}")
    expect(sharp.locator(".label-layer[data-count='1']")).to_have_count(1)
    sharp.keyboard.press("t")
    for scale in (0.5, 1, 3.7):
        for corner in (BOX[:2], BOX[2:]):
            assert zoom(sharp, scale, corner) == pytest.approx(scale, rel=0.02)
            found = edges_of(sharp, SIZE, BOX)
            assert len(found) >= 2, f"{found} in sight at zoom {scale}"
            for name, (said, drawn, seen) in found.items():
                assert abs(drawn - said) <= HALF_PIXEL, f"{name} is drawn at {drawn}, zoom {scale}"
                assert abs(drawn - seen) <= HALF_PIXEL, f"{name} is drawn at {drawn} and seen at {seen}, zoom {scale}"


def test_labels_of_a_picture_shown_smaller_are_in_its_own_pixels(
    sharp: Page, wire: WireClient, open_host: CanaryServer
) -> None:
    url = open_host.put("/large.png", painted(LARGE, LARGE_BOX), "image/png")
    frames = [{"reference_id": "large", "url": url, "type": "image", "metadata": {}}]
    small = Image.new("RGB", (LARGE[0] // 8, LARGE[1] // 8), (90, 90, 90))
    video_url = open_host.put("/large.mp4", encode_mp4([small], rate_hz=1), "video/mp4")
    path = make_scene(wire, "large", frames=frames, video_url=video_url, frame_rate=1)
    dataset_id = path.split("/")[2]
    label = box_label("large", LARGE_BOX)
    wire.call("POST", f"dataset/{dataset_id}/annotate", {"update": False, "annotations": [label]})
    scene = ScenePage(sharp, path).open()
    expect(sharp.locator(".label-layer[data-count='1']")).to_have_count(1)
    expect(scene.viewer).to_have_attribute("data-source", "frames")
    assert sharp.locator(".frame-viewer__canvas").evaluate("canvas => canvas.width") < LARGE[0]
    sharp.keyboard.press("t")
    found = edges_of(sharp, LARGE, LARGE_BOX)
    # A pixel of the screen is several of this picture here, and no stroke is finer.
    limit = 0.75 * LARGE[0] / picture_place(sharp)["width"] / DENSITY
    assert len(found) == 4
    for name, (said, drawn, seen) in found.items():
        assert abs(drawn - said) <= limit, name
        assert abs(drawn - seen) <= 2 * limit, name

    # Nor is a video of another size than its frames: nobody has recorded theirs, so one of them is asked.
    scene.switch_to("mp4")
    expect(scene.viewer).to_have_attribute("data-source", "mp4")
    expect(sharp.locator(".label-layer[data-count='1']")).to_have_count(1)
    assert sharp.locator(".frame-viewer__canvas").evaluate("canvas => canvas.width") == small.width
    assert {name: drawn for name, (_, drawn, _) in edges_of(sharp, LARGE, LARGE_BOX).items()} == pytest.approx(
        {name: said for name, (said, _, _) in found.items()}, abs=limit
    )


def zoom(page: Page, scale: float, about: tuple[int, ...]) -> float:
    """Turn the wheel until a pixel of the picture is so many CSS pixels, with a point of it in the middle."""
    page.keyboard.press("0")
    place = picture_place(page)
    x, y = (place["x"] + about[0] * place["width"] / SIZE[0], place["y"] + about[1] * place["height"] / SIZE[1])
    page.mouse.move(x, y)
    # The wheel turns by device pixels here, and the page counts CSS pixels.
    page.mouse.wheel(0, -math.log(scale * SIZE[0] / place["width"]) / WHEEL_STEP_PER_PX * DENSITY)
    settle(page)
    return float(page.locator(".stage-view").get_attribute("data-scale") or 0)


def settle(page: Page) -> None:
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def picture_place(page: Page) -> dict[str, Any]:
    """Where the picture lies in the window, in CSS pixels, and the stage it is on."""
    return page.evaluate(
        """() => {
          const rect = (name) => document.querySelector(name).getBoundingClientRect().toJSON();
          return { ...rect(".stage-view__picture"), stage: rect(".stage-view") };
        }"""
    )  # type: ignore[no-any-return]


def edges_of(
    page: Page, size: tuple[int, int], box: tuple[int, int, int, int]
) -> dict[str, tuple[float, float, float]]:
    """Each side in sight, in pixels of the picture: where it is said to be, drawn over the picture, and seen in it."""
    place = picture_place(page)
    stage = place["stage"]
    over = overlay(page)
    page.keyboard.press("h")
    settle(page)
    under = screenshot(page, stage)
    page.keyboard.press("h")
    settle(page)
    scale = place["width"] / size[0]
    found = {}
    for axis, start in enumerate("xy"):
        origin = (place[start] - stage[start]) * DENSITY
        line = middle_of_side(box, 1 - axis, place, stage, scale)
        stroke = over[:, line] if axis else over[line, :]
        brightness = under[:, line] if axis else under[line, :]
        for side in (axis, axis + 2):
            expected = origin + box[side] * scale * DENSITY
            if not 30 < expected < len(stroke) - 30:
                continue
            near = slice(round(expected) - 25, round(expected) + 25)
            drawn = near.start + float(numpy.flatnonzero(stroke[near]).mean()) + 0.5
            steps = numpy.abs(numpy.diff(brightness[near].astype(int)))
            seen = near.start + float((numpy.arange(len(steps)) * steps).sum() / max(1, steps.sum())) + 1
            name = ("left", "top", "right", "bottom")[side]
            found[name] = tuple((at - origin) / scale / DENSITY for at in (expected, drawn, seen))
    return found


def middle_of_side(
    box: tuple[int, int, int, int], axis: int, place: dict[str, Any], stage: dict[str, Any], scale: float
) -> int:
    """The line of device pixels of the stage that runs through the middle of what is in sight of the box."""
    start, length = ("x", "width") if axis == 0 else ("y", "height")
    ends = [place[start] - stage[start] + box[side] * scale for side in (axis, axis + 2)]
    return round((max(0, ends[0]) + min(stage[length], ends[1])) / 2 * DENSITY)


def overlay(page: Page) -> numpy.ndarray:
    """Where a stroke lies over the stage: not its halo, which is dark and clear."""
    data = page.locator(".label-layer").evaluate("canvas => canvas.toDataURL('image/png')")
    image = Image.open(io.BytesIO(base64.b64decode(data.split(",")[1])))
    pixels = numpy.asarray(image.convert("RGBA")).astype(int)
    return (pixels[:, :, 3] > 250) & (pixels[:, :, :3].max(axis=2) > 115)


def screenshot(page: Page, stage: dict[str, float]) -> numpy.ndarray:
    """The stage in device pixels, as gray."""
    clip: Any = {key: stage[key] for key in ("x", "y", "width", "height")}
    return numpy.asarray(Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("L"))
