"""A scene's page: the frame of its address, the facts beside it, and nothing that a checker of accessibility finds."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.browser.conftest import sign_in, sign_in_by_hand
from tests.browser.films import DRAWN_STRIP, draw_stills
from tests.browser.scene_page import ScenePage, make_scene, put_frames
from tests.live import LiveTransom, Person
from tests.media_server import CanaryServer
from tests.wire_client import WireClient

FRAMES = 24


@pytest.fixture
def path(wire: WireClient, closed_host: CanaryServer) -> str:
    """A private scene of 24 frames at 8 per second, each with its number in its metadata, on a host without CORS."""
    return make_scene(wire, "crossing", frames=put_frames(closed_host, "crossing", draw_stills(FRAMES)), frame_rate=8)


@pytest.fixture
def scene(signed_in: Page, path: str) -> ScenePage:
    return ScenePage(signed_in, path, strip=DRAWN_STRIP, can_read=False)


def test_a_deep_link_opens_its_frame(scene: ScenePage) -> None:
    scene.open(frame=17).settled(17)
    assert scene.number_on_screen() == 17


def test_an_address_that_names_no_frame_opens_the_nearest(scene: ScenePage) -> None:
    for asked, place in [("-4", 0), ("9999", FRAMES - 1), ("x", 0), ("9999", FRAMES - 1), ("", 0)]:
        scene.page.goto(f"{scene.path}?frame={asked}")
        expect(scene.viewer).to_have_attribute("data-state", "ready")
        expect(scene.viewer, asked).to_have_attribute("data-frame", str(place))


def test_playing_reaches_the_end_at_the_scenes_own_pace(scene: ScenePage) -> None:
    scene.open(frame=8)
    started = scene.page.evaluate("performance.now()")
    scene.action("play").click()
    expect(scene.viewer).to_have_attribute("data-frame", str(FRAMES - 1), timeout=10_000)
    took_s = (scene.page.evaluate("performance.now()") - started) / 1000
    # Fifteen frames at 8 a second.
    assert took_s >= 15 / 8 - 0.1
    expect(scene.playing).to_have_count(0)
    assert scene.number_on_screen() == FRAMES - 1


def test_media_are_asked_for_by_the_browser_without_referer_or_cookie(
    page: Page, editor: Person, path: str, closed_host: CanaryServer, live: LiveTransom
) -> None:
    sign_in_by_hand(page, editor)
    scene = ScenePage(page, path).open(frame=3)
    scene.drag(0, 1)
    assert closed_host.requests
    assert closed_host.made_by(live.pids()) == []
    assert all("referer" not in one.headers and "cookie" not in one.headers for one in closed_host.requests)


def test_the_page_of_a_scene_has_one_first_line_and_fits_a_phone(scene: ScenePage) -> None:
    scene.open()
    expect(scene.page.get_by_role("heading", level=1)).to_have_count(1)
    for width in (360, 390):
        scene.page.set_viewport_size({"width": width, "height": 740})
        too_wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert scene.page.evaluate(too_wide) <= 0


def test_axe_finds_nothing_against_the_scene(unguarded_page: Page, editor: Person, path: str) -> None:
    sign_in(unguarded_page, editor)
    scene = ScenePage(unguarded_page, path).open(frame=5)
    assert axe.violations(unguarded_page) == []
    scene.press("i", "ArrowRight", "o", "m", "?")
    expect(unguarded_page.get_by_role("dialog")).to_be_visible()
    assert axe.violations(unguarded_page) == []
