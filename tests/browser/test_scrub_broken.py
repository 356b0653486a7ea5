"""Media that are not as they should be: the one frame says why, the others go on, and nobody's host is hammered."""

from __future__ import annotations

import io
import random
import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watch
from tests.browser.films import DRAWN_STRIP, draw_film, draw_frame, draw_stills, encode_mp4, encode_still
from tests.browser.scene_page import ScenePage, make_scene, put_frames
from tests.media_server import CanaryServer, Fault
from tests.shared_data import shared
from tests.wire_client import WireClient

COUNT = 24
ODD = 5
# Asking again is right once or twice, by a person's wish as well; a loop makes hundreds.
PATIENCE = 4
STATUS = "Failed to load resource"


def scene_with(
    page: Page, wire: WireClient, host: CanaryServer, odd: bytes | None = None, *, name: str = "odd"
) -> ScenePage:
    """A scene of which one frame, number 5, may be other bytes than the rest; they are at `/name/5` and so on."""
    pictures = draw_stills(COUNT)
    if odd is not None:
        pictures[ODD] = odd
    path = make_scene(wire, name, frames=put_frames(host, name, pictures), frame_rate=10)
    return ScenePage(page, path, strip=DRAWN_STRIP)


def expect_reason(scene: ScenePage) -> None:
    """The wanted frame has failed, and says so without its address."""
    expect(scene.viewer).to_have_attribute("data-state", "error", timeout=30_000)
    expect(scene.reason).to_be_visible()
    assert "/odd/" not in scene.reason.inner_text()


def expect_others_to_work(scene: ScenePage) -> None:
    for key, place in [("ArrowLeft", ODD - 1), ("End", COUNT - 1), ("Home", 0)]:
        scene.press(key)
        assert scene.settled(place) == place
    assert [note for note in scene.notes() if note[0] != note[1]] == []


FAULTS_OF_A_FRAME = (
    Fault.NOT_FOUND,
    Fault.FORBIDDEN,
    Fault.BROKEN,
    Fault.TRUNCATED,
    Fault.CORRUPT,
    Fault.LOGIN_PAGE,
    Fault.RESET,
)


def test_a_frame_that_does_not_come_says_why_and_the_others_do(
    signed_in: Page, wire: WireClient, open_host: CanaryServer, watch: Watch, subtests: pytest.Subtests
) -> None:
    watch.expected += [STATUS, "ERR_"]
    for fault in FAULTS_OF_A_FRAME:
        with subtests.test(fault.name):
            name = f"odd/{fault.name}"
            scene = scene_with(signed_in, wire, open_host, name=name)
            open_host.fail(fault, f"/{name}/{ODD}")
            scene.open(frame=ODD - 1)
            scene.press("ArrowRight")
            expect_reason(scene)
            expect_others_to_work(scene)
            scene.seek(ODD)
            expect_reason(scene)
            signed_in.wait_for_timeout(700)
            # To read it, to show it, and twice why not. What the page asked counts: where a connection is
            # reset, the browser tries others by itself, and the host sees them all.
            assert len([url for url in watch.asked if url.endswith(f"/{name}/{ODD}")]) <= 4
            open_host.heal()
            scene.reason.get_by_role("button", name="Try again").click()
            assert scene.settled(ODD) == ODD


def test_a_host_that_never_answers_leaves_the_viewer_usable(
    signed_in: Page, wire: WireClient, open_host: CanaryServer, watch: Watch
) -> None:
    watch.expected += [STATUS, "ERR_"]
    scene = scene_with(signed_in, wire, open_host)
    # As many as are loaded at once, so that nothing else would come if each kept its place.
    for index in range(8, 20):
        open_host.fail(Fault.HANG if index % 2 else Fault.STALL, f"/odd/{index}")
    scene.open(frame=7)
    scene.press(*["ArrowRight"] * 6)
    expect(scene.viewer).to_have_attribute("data-wanted", "13")
    expect(scene.viewer).to_have_attribute("data-state", "loading")
    scene.press("End")
    assert scene.settled(COUNT - 1) == COUNT - 1
    scene.press("Home")
    assert scene.settled(0) == 0
    assert max(open_host.count(f"/odd/{index}") for index in range(8, 20)) <= PATIENCE


def test_the_timeline_is_there_while_no_host_has_answered_yet(
    signed_in: Page, wire: WireClient, open_host: CanaryServer, watch: Watch
) -> None:
    watch.expected += [STATUS, "ERR_"]
    video = open_host.put("/odd.mp4", draw_film(COUNT).mp4, "video/mp4")
    path = make_scene(
        wire, "mute", frames=put_frames(open_host, "odd", draw_stills(COUNT)), video_url=video, frame_rate=10
    )
    open_host.fail(Fault.HANG, "")
    signed_in.goto(path)
    viewer = signed_in.locator("frame-viewer")
    expect(viewer).to_have_attribute("data-frame-count", str(COUNT))
    expect(viewer.locator(".timeline-bar__slider")).to_have_attribute("aria-valuemax", str(COUNT - 1))
    signed_in.keyboard.press("End")
    expect(viewer).to_have_attribute("data-wanted", str(COUNT - 1))
    # Whether the host is late or already said to be silent is the clock's matter.
    expect(viewer).to_have_attribute("data-state", re.compile("loading|error"))


def test_a_frame_of_another_size_is_shown_at_its_own(
    signed_in: Page, wire: WireClient, open_host: CanaryServer
) -> None:
    scene = scene_with(signed_in, wire, open_host, encode_still(draw_frame(ODD, (300, 400)))).open(frame=ODD - 1)
    size = "canvas => [canvas.width, canvas.height]"
    canvas = scene.viewer.locator(".frame-viewer__canvas")
    assert canvas.evaluate(size) == [480, 270]
    scene.press("ArrowRight")
    assert scene.settled(ODD) == ODD
    assert canvas.evaluate(size) == [300, 400]
    assert scene.number_on_screen() == ODD
    expect_others_to_work(scene)


def test_a_picture_of_forty_megapixels_does_not_stop_the_rest(
    signed_in: Page, wire: WireClient, open_host: CanaryServer
) -> None:
    scene = scene_with(signed_in, wire, open_host, encode_still(draw_frame(ODD).resize((8000, 5000)))).open(
        frame=ODD - 1
    )
    scene.press("ArrowRight")
    expect(scene.viewer).to_have_attribute("data-wanted", str(ODD))
    expect(scene.viewer).to_have_attribute("data-state", "ready", timeout=30_000)
    assert scene.settled(ODD) == ODD
    expect_others_to_work(scene)


def test_an_animated_file_is_one_frame(signed_in: Page, wire: WireClient, open_host: CanaryServer) -> None:
    out = io.BytesIO()
    pictures = [draw_frame(number) for number in (ODD, 40, 41, 42)]
    pictures[0].save(out, "WEBP", save_all=True, append_images=pictures[1:], duration=50, quality=90)
    scene = scene_with(signed_in, wire, open_host, out.getvalue()).open(frame=ODD)
    assert scene.settled(ODD) == ODD
    signed_in.wait_for_timeout(300)
    assert scene.number_on_screen() == ODD
    expect_others_to_work(scene)


def test_bytes_that_are_no_picture_are_a_reason(
    signed_in: Page, wire: WireClient, open_host: CanaryServer, watch: Watch
) -> None:
    watch.expected += [STATUS, "ERR_"]
    pictures = draw_stills(COUNT)
    for index, bytes_ in {5: b"", 6: b"<!doctype html>", 7: pictures[7][:200], 8: b"\xff" * 5000}.items():
        pictures[index] = bytes_
    path = make_scene(wire, "odd", frames=put_frames(open_host, "odd", pictures), frame_rate=10)
    scene = ScenePage(signed_in, path, strip=DRAWN_STRIP).open(frame=4)
    for _ in range(4):
        scene.press("ArrowRight")
        expect_reason(scene)
    scene.press("ArrowRight")
    assert scene.settled(9) == 9
    assert max(open_host.count(f"/odd/{index}") for index in range(5, 9)) <= PATIENCE


def test_playing_goes_over_a_frame_that_fails(
    signed_in: Page, wire: WireClient, open_host: CanaryServer, watch: Watch
) -> None:
    watch.expected.append(STATUS)
    scene = scene_with(signed_in, wire, open_host)
    open_host.fail(Fault.NOT_FOUND, f"/odd/{ODD}")
    scene.open(frame=0).press("Space")
    expect(scene.viewer).to_have_attribute("data-frame", str(COUNT - 1))
    assert open_host.count(f"/odd/{ODD}") <= PATIENCE


def test_an_mp4_of_a_host_without_ranges_is_shown_all_the_same(
    signed_in: Page, wire: WireClient, open_host: CanaryServer
) -> None:
    film = draw_film(60)
    path = make_scene(wire, "whole", video_url=open_host.put("/whole.mp4", film.mp4, "video/mp4"), frame_rate=30)
    open_host.fail(Fault.WHOLE)
    scene = ScenePage(signed_in, path, strip=film.strip).open()
    for place in random.sample(range(60), 12):
        scene.seek(place)
        assert scene.settled(place) == place
    assert open_host.count("/whole.mp4") < 20


def test_an_mp4_that_does_not_come_is_a_reason_and_no_storm(
    signed_in: Page, wire: WireClient, open_host: CanaryServer, watch: Watch, subtests: pytest.Subtests
) -> None:
    watch.expected += [STATUS, "ERR_"]
    for fault in (Fault.NOT_FOUND, Fault.BROKEN, Fault.RESET, Fault.LOGIN_PAGE, Fault.CORRUPT):
        with subtests.test(fault.name):
            name = f"/odd/{fault.name}.mp4"
            url = open_host.put(name, draw_film(8).mp4, "video/mp4")
            open_host.fail(fault, name)
            scene = ScenePage(signed_in, make_scene(wire, fault.name, video_url=url, frame_rate=30))
            signed_in.goto(scene.path)
            expect_reason(scene)
            asked = open_host.count(name)
            # Both ways of showing an mp4 were tried, each a few times at most.
            assert 0 < asked <= 4 * PATIENCE
            signed_in.wait_for_timeout(1500)
            assert open_host.count(name) == asked


def test_an_mp4_that_breaks_off_in_the_middle_shows_what_came(
    signed_in: Page, wire: WireClient, open_host: CanaryServer, watch: Watch
) -> None:
    watch.expected += [STATUS, "ERR_"]
    film = draw_film(90)
    cut = film.mp4[: len(film.mp4) * 2 // 3]
    path = make_scene(wire, "cut", video_url=open_host.put("/odd/cut.mp4", cut, "video/mp4"), frame_rate=30)
    scene = ScenePage(signed_in, path, strip=film.strip).open()
    assert scene.settled(0) == 0
    scene.press("End")
    expect_reason(scene)
    scene.seek(3)
    assert scene.settled(3) == 3
    assert open_host.count("/odd/cut.mp4") < 40


def test_hevc_beside_frames_leaves_the_frames_and_says_so(
    signed_in: Page, wire: WireClient, open_host: CanaryServer
) -> None:
    pictures = [draw_frame(index) for index in range(COUNT)]
    url = open_host.put("/odd/hevc.mp4", encode_mp4(pictures, rate_hz=10, codec="libx265"), "video/mp4")
    frames = put_frames(open_host, "odd", draw_stills(COUNT))
    path = make_scene(wire, "hevc", frames=frames, frame_rate=10, video_url=url)
    scene = ScenePage(signed_in, path, strip=DRAWN_STRIP).open(frame=ODD)
    expect(scene.viewer).to_have_attribute("data-source", "frames")
    assert scene.settled(ODD) == ODD
    expect_others_to_work(scene)


def test_hevc_alone_is_a_sentence_that_names_it(
    signed_in: Page, wire: WireClient, open_host: CanaryServer, watch: Watch
) -> None:
    watch.expected.append(STATUS)
    film = encode_mp4((draw_frame(index) for index in range(12)), rate_hz=10, codec="libx265")
    url = open_host.put("/odd/hevc.mp4", film, "video/mp4")
    scene = ScenePage(signed_in, make_scene(wire, "hevc", video_url=url, frame_rate=10))
    signed_in.goto(scene.path)
    expect_reason(scene)
    expect(scene.reason).to_contain_text("HEVC")


# One page for many pictures: to sign in takes longer than to look at one.


def test_a_picture_that_browsers_cannot_show_is_a_reason(
    signed_in: Page, wire: WireClient, open_host: CanaryServer, watch: Watch, subtests: pytest.Subtests
) -> None:
    watch.expected += [STATUS, "ERR_"]
    for name in ("header_only.jpg", "lying_header.png", "still.tiff", "text_named.jpg", "zero_byte.jpg"):
        with subtests.test(name):
            odd = shared(f"awkward/{name}").read_bytes()
            scene = scene_with(signed_in, wire, open_host, odd, name=f"odd/{name}").open(frame=ODD - 1)
            scene.press("ArrowRight")
            expect_reason(scene)
            expect_others_to_work(scene)


def test_a_picture_of_an_unusual_kind_is_shown(
    signed_in: Page, wire: WireClient, open_host: CanaryServer, subtests: pytest.Subtests
) -> None:
    for name in ("cmyk.jpg", "gray16.png", "still.avif", "wide_65000x8.png", "one_pixel.png"):
        with subtests.test(name):
            odd = shared(f"awkward/{name}")
            with Image.open(odd) as picture:
                size = list(picture.size)
            scene = scene_with(signed_in, wire, open_host, odd.read_bytes(), name=f"odd/{name}").open(frame=ODD)
            scene.settled(ODD)
            canvas = scene.viewer.locator(".frame-viewer__canvas")
            shown = canvas.evaluate("canvas => [canvas.width, canvas.height]")
            # What is larger than a canvas may be is shown smaller.
            assert shown == size or max(size) > 16_000
            expect_others_to_work(scene)
