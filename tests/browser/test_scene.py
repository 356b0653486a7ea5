"""The frame viewer: the frame on screen is the frame that the number says."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Watch
from tests.media_server import CanaryServer, Fault
from tests.wire_client import WireClient

FRAMES = 24


def color_of(index: int) -> tuple[int, int, int]:
    """A color that tells its frame apart from all others, even after scaling."""
    return (10 * index, 255 - 10 * index, 40 + 100 * (index % 2))


def still(index: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (160, 90), color_of(index)).save(out, "PNG")
    return out.getvalue()


def painted(viewer: Locator) -> int:
    """Which frame the middle of the viewer really shows, from a screenshot of it."""
    shot = Image.open(io.BytesIO(viewer.locator(".frame-viewer__stage").screenshot())).convert("RGB")
    found = shot.getpixel((shot.width // 2, shot.height // 2))
    assert isinstance(found, tuple)
    return min(range(FRAMES), key=lambda index: sum(abs(a - b) for a, b in zip(color_of(index), found, strict=True)))


@pytest.fixture
def scene(wire: WireClient, canary: CanaryServer) -> dict[str, Any]:
    """A private scene of 24 frames at 8 per second, each with its number in its metadata."""
    dataset_id = wire.create_dataset("crossing", is_scene=True, privacy=True)
    frames = [
        {
            "reference_id": f"crossing/{n}",
            "url": canary.put(f"/frames/{n}.png", still(n), "image/png"),
            "type": "image",
            "metadata": {"number": n},
        }
        for n in range(FRAMES)
    ]
    wire.append_scenes(dataset_id, [{"reference_id": "crossing", "frame_rate": 8, "frames": frames}])
    found = wire.call("GET", f"dataset/{dataset_id}/scenes_list")["scenes"][0]
    return {"path": f"/datasets/{dataset_id}/scenes/{found['id']}"}


def shows(page: Page, index: int) -> Locator:
    viewer = page.locator("frame-viewer")
    expect(viewer).to_have_attribute("data-frame", str(index))
    expect(viewer).to_have_attribute("data-state", "ready")
    return viewer


def test_a_deep_link_opens_its_frame(signed_in: Page, scene: dict[str, Any]) -> None:
    signed_in.goto(scene["path"] + "?frame=17")
    assert painted(shows(signed_in, 17)) == 17


def test_keys_step_by_one_and_ten_and_jump_to_the_ends(signed_in: Page, scene: dict[str, Any]) -> None:
    signed_in.goto(scene["path"])
    viewer = shows(signed_in, 0)
    viewer.focus()
    steps = [("ArrowRight", 1), ("Shift+ArrowRight", 11), ("ArrowLeft", 10), ("End", 23), ("Home", 0)]
    for key, expected in steps:
        signed_in.keyboard.press(key)
        assert painted(shows(signed_in, expected)) == expected
        expect(signed_in).to_have_url(
            re.compile(rf"frame={expected}\b" if expected else r"scenes/scn_\w+(\?frame=0)?$")
        )


def test_the_metadata_beside_the_picture_is_the_painted_frames(signed_in: Page, scene: dict[str, Any]) -> None:
    signed_in.goto(scene["path"] + "?frame=5")
    shows(signed_in, 5)
    expect(signed_in.locator("[data-frame-reference]")).to_have_text("crossing/5")
    signed_in.locator("frame-viewer [data-action=next]").click()
    shows(signed_in, 6)
    expect(signed_in.locator("[data-frame-reference]")).to_have_text("crossing/6")
    expect(signed_in.locator("[data-frame-metadata]")).to_contain_text("6")


def test_playing_reaches_the_end_at_the_scenes_own_pace(signed_in: Page, scene: dict[str, Any]) -> None:
    signed_in.goto(scene["path"])
    viewer = shows(signed_in, 0)
    viewer.locator("[data-action=play]").click()
    expect(viewer).to_have_attribute("data-frame", "23", timeout=10_000)
    expect(viewer).not_to_have_attribute("data-playing", re.compile(""))
    assert painted(viewer) == 23


def test_a_missing_frame_says_so_and_the_next_one_comes(
    signed_in: Page, scene: dict[str, Any], canary: CanaryServer, watch: Watch
) -> None:
    watch.expected.append("Failed to load resource")
    canary.fail(Fault.NOT_FOUND, "/frames/3.png")
    signed_in.goto(scene["path"] + "?frame=2")
    viewer = shows(signed_in, 2)
    viewer.focus()
    signed_in.keyboard.press("ArrowRight")
    expect(viewer).to_have_attribute("data-state", "error")
    reason = viewer.locator(".frame-viewer__reason")
    expect(reason).to_contain_text("127.0.0.1")
    expect(reason).not_to_contain_text("frames/3")
    signed_in.keyboard.press("ArrowRight")
    assert painted(shows(signed_in, 4)) == 4
