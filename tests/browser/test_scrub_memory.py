"""However long somebody moves about in a scene, the pictures kept stay under the cap."""

from __future__ import annotations

import json
import random

import pytest
from playwright.sync_api import Page, expect

from tests.browser.films import DRAWN_STRIP, draw_film
from tests.browser.scene_page import ScenePage, make_scene, put_frames
from tests.media_server import CanaryServer
from tests.wire_client import WireClient

MIB = 1024 * 1024
CAP_MIB = 128
# 1600 x 1000 pixels are 6.1 MiB, so that the smallest cap a person may choose holds about twenty.
SIZE = (1600, 1000)
COUNT = 60


@pytest.mark.parametrize("kind", ["frames", "mp4"])
def test_pictures_kept_stay_under_the_cap_that_was_chosen(
    signed_in: Page, wire: WireClient, open_host: CanaryServer, kind: str
) -> None:
    signed_in.add_init_script(f"localStorage.setItem('transom-frame-memory', {json.dumps(str(CAP_MIB))})")
    film = draw_film(COUNT, size=SIZE, group=20)
    if kind == "mp4":
        url = open_host.put("/large.mp4", film.mp4, "video/mp4")
        path = make_scene(wire, "large", video_url=url, frame_rate=film.rate_hz)
    else:
        path = make_scene(wire, "large", frames=put_frames(open_host, "large", film.stills), frame_rate=10)
    scene = ScenePage(signed_in, path, strip=DRAWN_STRIP).open()
    expect(scene.viewer).to_have_attribute("data-source", kind)
    held = []
    for _ in range(3):
        scene.drag(0, 1, moves=40)
        scene.drag(1, 0, moves=40)
        held.append(int(scene.data("held-bytes") or -1))
        place = random.randrange(COUNT)
        scene.seek(place)
        assert scene.settled(place) == place
        held.append(int(scene.data("held-bytes") or -1))
    assert min(held) > 0
    assert max(held) <= CAP_MIB * MIB
    assert [note for note in scene.notes() if note[0] != note[1]] == []
