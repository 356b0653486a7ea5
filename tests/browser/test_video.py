"""Which source shows a scene, and what is said of those that could not."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watch
from tests.browser.films import DRAWN_STRIP, Film, draw_film, draw_frame, encode_mp4
from tests.browser.scene_page import ScenePage, make_scene, put_frames
from tests.media_server import CanaryServer, Fault
from tests.wire_client import WireClient

COUNT = 40


@pytest.fixture(scope="module")
def film() -> Film:
    return draw_film(COUNT)


def open_scene(page: Page, wire: WireClient, **scene: object) -> ScenePage:
    return ScenePage(page, make_scene(wire, "film", frame_rate=30, **scene), strip=DRAWN_STRIP)


def sources_menu(scene: ScenePage) -> str:
    """What the menu of sources says, the reasons of those not used included."""
    scene.press("s")
    sheet = scene.viewer.locator(".viewer-menu__choices").first
    expect(sheet).to_be_visible()
    return sheet.inner_text()


def test_an_mp4_alone_on_a_host_with_cors_is_decoded_here(
    signed_in: Page, wire: WireClient, open_host: CanaryServer, film: Film
) -> None:
    scene = open_scene(signed_in, wire, video_url=open_host.put("/film.mp4", film.mp4, "video/mp4")).open()
    expect(scene.viewer).to_have_attribute("data-source", "mp4")
    assert scene.count == COUNT
    scene.press("End")
    assert scene.settled(COUNT - 1) == COUNT - 1
    assert {one.path for one in open_host.requests} == {"/film.mp4"}
    assert all("referer" not in one.headers and "cookie" not in one.headers for one in open_host.requests)


def test_an_mp4_alone_needs_no_frame_rate(
    signed_in: Page, wire: WireClient, open_host: CanaryServer, film: Film
) -> None:
    url = open_host.put("/film.mp4", film.mp4, "video/mp4")
    scene = ScenePage(signed_in, make_scene(wire, "film", video_url=url), strip=DRAWN_STRIP).open(frame=11)
    assert scene.settled(11) == 11
    assert scene.count == COUNT


def test_a_host_without_cors_hands_over_to_the_browsers_player_and_says_why(
    signed_in: Page, wire: WireClient, closed_host: CanaryServer, film: Film
) -> None:
    scene = open_scene(signed_in, wire, video_url=closed_host.put("/film.mp4", film.mp4, "video/mp4")).open()
    expect(scene.viewer).to_have_attribute("data-source", "video")
    scene.seek(23)
    scene.settled(23)
    assert scene.number_on_screen() == 23
    said = sources_menu(scene)
    assert "CORS" in said
    assert "/film.mp4" not in said


def test_frames_win_over_an_mp4_of_another_number_and_the_reason_names_both(
    signed_in: Page, wire: WireClient, open_host: CanaryServer, film: Film
) -> None:
    frames = put_frames(open_host, "still", film.stills[:-3])
    url = open_host.put("/film.mp4", film.mp4, "video/mp4")
    scene = open_scene(signed_in, wire, frames=frames, video_url=url).open(frame=8)
    assert scene.settled(8) == 8
    scene.switch_to("mp4")
    expect(scene.viewer).to_have_attribute("data-source", "frames")
    expect(scene.viewer).to_contain_text(str(COUNT))
    expect(scene.viewer).to_contain_text(str(COUNT - 3))
    assert scene.settled(8) == 8


def test_the_source_is_switched_by_hand_and_the_frame_stays(
    signed_in: Page, wire: WireClient, open_host: CanaryServer, film: Film
) -> None:
    frames = put_frames(open_host, "still", film.stills)
    url = open_host.put("/film.mp4", film.mp4, "video/mp4")
    scene = open_scene(signed_in, wire, frames=frames, video_url=url).open(frame=21)
    assert scene.settled(21) == 21
    for kind in ("frames", "mp4", "frames"):
        if scene.data("source") == kind:
            continue
        scene.switch_to(kind)
        expect(scene.viewer).to_have_attribute("data-source", kind)
        assert scene.settled(21) == 21
        scene.press("ArrowRight")
        assert scene.settled(22) == 22
        scene.press("ArrowLeft")
        assert scene.settled(21) == 21


def test_hevc_beside_frames_hands_over_to_them_and_says_why(
    signed_in: Page, wire: WireClient, open_host: CanaryServer, film: Film
) -> None:
    hevc = encode_mp4((draw_frame(index) for index in range(COUNT)), rate_hz=30, codec="libx265")
    frames = put_frames(open_host, "still", film.stills)
    url = open_host.put("/hevc.mp4", hevc, "video/mp4")
    scene = open_scene(signed_in, wire, frames=frames, video_url=url).open(frame=4)
    scene.switch_to("mp4")
    expect(scene.viewer).to_contain_text("HEVC")
    expect(scene.viewer).to_have_attribute("data-source", "frames")
    assert scene.settled(4) == 4


def test_an_mp4_that_does_not_come_is_a_sentence(
    signed_in: Page, wire: WireClient, closed_host: CanaryServer, watch: Watch, film: Film
) -> None:
    watch.expected.append("Failed to load resource")
    path = make_scene(wire, "film", video_url=closed_host.put("/film.mp4", film.mp4, "video/mp4"), frame_rate=30)
    closed_host.fail(Fault.NOT_FOUND, "/film.mp4")
    signed_in.goto(path)
    scene = ScenePage(signed_in, path)
    expect(scene.viewer).to_have_attribute("data-state", "error")
    expect(scene.reason).to_contain_text("127.0.0.1")
