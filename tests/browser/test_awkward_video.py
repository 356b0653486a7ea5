"""Awkward videos: what this browser can decode has each frame at its index, and the others give a reason."""

from __future__ import annotations

import json
import random
import re
from typing import Any

import av
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watch
from tests.browser.films import Strip
from tests.browser.scene_page import ScenePage, make_scene
from tests.media_server import CanaryServer
from tests.shared_data import ABSENT, SHARED_DATA
from tests.wire_client import WireClient

FOLDER = SHARED_DATA / "awkward"
VIDEO = (".mp4", ".webm", ".mkv", ".mov", ".avi")
# Every Chromium decodes these, if it was built with the codecs that people expect of it.
PLAIN = {"h264", "vp8", "vp9", "av1"}
# The strip is not where the others have it.
TURNED = {"h264_rotated90.mp4"}
SEEKS = 14


def videos() -> dict[str, dict[str, Any]]:
    if not FOLDER.is_dir():
        return {}
    expected = json.loads((FOLDER / "expected.json").read_text())
    return {name: facts for name, facts in expected.items() if name.endswith(VIDEO)}


VIDEOS = videos()


def is_plain(facts: dict[str, Any]) -> bool:
    return facts.get("codec") in PLAIN and facts.get("pix_fmt") == "yuv420p" and "broken" not in facts


# One page shows all of them, one after the other: signing in for each takes longer than looking at it.


@pytest.mark.skipif(not VIDEOS, reason=ABSENT)
def test_each_index_is_the_frame_of_that_number(signed_in: Page, wire: WireClient, open_host: CanaryServer) -> None:
    for name, facts in VIDEOS.items():
        if not is_plain(facts):
            continue
        scene = open_video(signed_in, wire, open_host, name)
        expect(scene.viewer).to_have_attribute("data-source", "mp4")
        assert scene.count == facts["frames"], name
        assert scene.strip is not None
        numbers = numbers_stored(name, scene.strip)
        if name in TURNED:
            visits = [(place, number_of_turned(scene, place)) for place in places(facts["frames"])]
        else:
            visits = scene.visit(places(facts["frames"]))
        assert [(place, seen) for place, seen in visits if seen != numbers[place]] == [], name


@pytest.mark.skipif(not VIDEOS, reason=ABSENT)
def test_a_video_that_may_not_be_decoded_is_right_or_gives_its_reason(
    signed_in: Page, wire: WireClient, open_host: CanaryServer, watch: Watch
) -> None:
    watch.expected += ["Failed to load resource", "ERR_"]
    for name, facts in VIDEOS.items():
        if is_plain(facts):
            continue
        open_host.forget()
        scene = open_video(signed_in, wire, open_host, name)
        if scene.data("state") == "error":
            expect(scene.reason).to_be_visible()
            assert len(scene.reason.inner_text()) > 20, name
            signed_in.wait_for_timeout(500)
            assert len(open_host.requests) < 60, name
            continue
        for place in places(min(scene.count, facts.get("frames", 60)))[:10]:
            scene.seek(place)
            expect(scene.viewer).to_have_attribute("data-wanted", str(place))
            expect(scene.viewer).to_have_attribute("data-state", re.compile("ready|error"))
            if scene.data("state") == "ready":
                scene.settled(place)
                assert scene.number_on_screen() == place, f"{name}, frame {place}"


def open_video(page: Page, wire: WireClient, host: CanaryServer, name: str) -> ScenePage:
    """Open it as a scene that is an mp4 alone, and wait until it shows something."""
    rate, _, unit = VIDEOS[name].get("avg_frame_rate", "30/1").partition("/")
    url = host.put(f"/awkward/{name}", (FOLDER / name).read_bytes())
    path = make_scene(wire, name, video_url=url, frame_rate=int(rate) / int(unit))
    scene = ScenePage(page, path, strip=Strip(16, 1 - 10 / VIDEOS[name].get("height", 240)))
    return scene.open(is_sound=is_plain(VIDEOS[name]))


def places(count: int) -> list[int]:
    """Both ends, neighbors in both directions, and random ones."""
    middle = count // 2
    walk = [0, count - 1, *range(middle, min(count, middle + 5)), *range(middle, max(-1, middle - 5), -1)]
    return [*walk, *random.sample(range(count), min(count, SEEKS - len(walk)))]


def number_of_turned(scene: ScenePage, place: int) -> int:
    """The number of a picture that is shown a quarter turn to the left of how it was stored."""
    scene.seek(place)
    scene.settled(place)
    shown = scene.shot()
    assert shown.height > shown.width
    assert scene.strip is not None
    return scene.strip.read(shown.transpose(Image.Transpose.ROTATE_270))


def numbers_stored(name: str, strip: Strip) -> list[int]:
    """The numbers of the frames that a player shows, in order, as another decoder reads them."""
    with av.open(str(FOLDER / name)) as container:
        return [strip.read(frame.to_image()) for frame in container.decode(video=0)]
