"""What hands do to a scene: keys, the place field, sections, marks, speeds, zooming, and the address that remembers."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from tests.browser.films import DRAWN_STRIP, draw_stills
from tests.browser.scene_page import ScenePage, make_scene, put_frames
from tests.media_server import CanaryServer
from tests.wire_client import WireClient

COUNT = 60
RATE_HZ = 10


@pytest.fixture
def scene(signed_in: Page, wire: WireClient, open_host: CanaryServer) -> ScenePage:
    """Sixty frames, six seconds."""
    frames = put_frames(open_host, "walk", draw_stills(COUNT))
    path = make_scene(wire, "walk", frames=frames, frame_rate=RATE_HZ)
    return ScenePage(signed_in, path, strip=DRAWN_STRIP)


def test_keys_step_by_one_and_ten_and_jump_to_the_ends(scene: ScenePage) -> None:
    scene.open()
    presses = [
        ("ArrowRight", 1), (".", 2), ("ArrowLeft", 1), (",", 0), ("Shift+ArrowRight", 10), ("Shift+ArrowLeft", 0),
        ("End", COUNT - 1), ("ArrowRight", COUNT - 1), ("Home", 0), ("ArrowLeft", 0),
    ]  # fmt: skip
    for key, place in presses:
        scene.press(key)
        assert scene.settled(place) == place


def test_space_plays_and_stops_and_the_end_is_the_last_frame(scene: ScenePage) -> None:
    scene.open()
    scene.press("Space")
    expect(scene.playing).to_have_count(1)
    scene.press("Space")
    expect(scene.playing).to_have_count(0)
    scene.press("End", "ArrowLeft", "ArrowLeft", "Space")
    assert scene.settled(COUNT - 1) == COUNT - 1
    expect(scene.playing).to_have_count(0)
    assert [note for note in scene.notes() if note[0] != note[1]] == []


def test_j_k_and_l_play_both_ways_and_pause(scene: ScenePage) -> None:
    scene.open(frame=30)
    scene.press("l")
    expect(scene.playing).to_have_count(1)
    scene.press("k")
    expect(scene.playing).to_have_count(0)
    ahead = scene.painted
    assert ahead >= 30
    scene.notes()
    scene.press("j", "j")
    assert scene.settled(0) == 0
    played = [claimed for claimed, seen in scene.notes() if claimed == seen]
    assert played == sorted(played, reverse=True)


def test_a_place_may_be_a_frame_a_step_a_time_or_a_share(scene: ScenePage) -> None:
    scene.open(frame=10)
    entries = [
        ("17", 17),
        ("+5", 15),
        ("-3", 7),
        ("00:03.0", 30),
        ("4.5s", 45),
        ("50%", 30),
        ("100%", 59),
        ("9999", 59),
    ]
    for text, place in entries:
        scene.seek(10)
        assert scene.settled(10) == 10
        scene.seek(text)
        assert scene.settled(place) == place, text


def test_a_place_that_is_none_says_what_is_accepted(scene: ScenePage) -> None:
    scene.open(frame=10)
    scene.press("g")
    field = scene.viewer.locator(".transport__place")
    expect(field).to_be_focused()
    field.fill("yesterday")
    field.press("Enter")
    expect(scene.viewer).to_contain_text("50%")
    assert scene.painted == 10


def test_a_section_loops_until_it_is_told_to_stop(scene: ScenePage) -> None:
    scene.open(frame=20)
    scene.press("i")
    scene.seek(26)
    scene.settled(26)
    scene.press("o", "r")
    scene.notes()
    scene.press("Space")
    scene.page.wait_for_timeout(2000)
    scene.press("k")
    expect(scene.playing).to_have_count(0)
    played = [claimed for claimed, _ in scene.notes()]
    assert 20 <= min(played) <= max(played) <= 26
    # Seven frames at 10 a second come round in less than a second.
    assert sum(after < before for before, after in pairwise(played)) >= 2
    scene.press("r", "x", "Space")
    assert scene.settled(COUNT - 1) == COUNT - 1


def test_marks_are_kept_and_walked_through(scene: ScenePage) -> None:
    scene.open(frame=12)
    scene.press("m")
    scene.seek(40)
    scene.settled(40)
    scene.press("m", "Home")
    scene.settled(0)
    for key, place in [("]", 12), ("]", 40), ("p", 12)]:
        scene.press(key)
        assert scene.settled(place) == place
    scene.page.reload()
    scene.open(frame=0)
    scene.press("]")
    assert scene.settled(12) == 12


def test_speeds_change_how_long_playing_takes(scene: ScenePage) -> None:
    scene.open(frame=0)
    scene.press(">", ">", ">", "Space")
    assert scene.settled(COUNT - 1) == COUNT - 1
    dropped = int(scene.data("dropped") or 0)
    painted = {claimed for claimed, _ in scene.notes()}
    # Eight times 10 a second is more than a screen shows: the pace is kept, and what was left out is counted.
    assert dropped > 0
    assert len(painted) + dropped >= COUNT - 2


def test_zoom_and_pan_leave_the_frame_alone(scene: ScenePage) -> None:
    scene.open(frame=5)
    fitted = str(scene.data("scale"))
    scene.press("1")
    expect(scene.viewer).to_have_attribute("data-scale", "1")
    scene.press("+", "+")
    assert float(scene.data("scale") or 0) > 1
    canvas = scene.viewer.locator(".frame-viewer__canvas")
    before = canvas.bounding_box()
    stage = scene.viewer.locator(".stage-view").bounding_box()
    assert before is not None
    assert stage is not None
    middle = (stage["x"] + stage["width"] / 2, stage["y"] + stage["height"] / 2)
    for _ in range(6):
        scene.page.mouse.move(*middle)
        scene.page.mouse.wheel(0, -240)
    scene.page.mouse.down()
    scene.page.mouse.move(middle[0] + 60, middle[1] + 40, steps=4)
    scene.page.mouse.up()
    after = canvas.bounding_box()
    assert after is not None
    assert after["width"] > before["width"]
    assert after["x"] != before["x"]
    scene.press("0")
    expect(scene.viewer).to_have_attribute("data-scale", fitted)
    assert scene.settled(5) == 5


def test_a_deep_link_is_kept_without_a_page_of_history_each(scene: ScenePage) -> None:
    scene.open(frame=17)
    assert scene.settled(17) == 17
    length = scene.page.evaluate("history.length")
    scene.drag(0.2, 0.8)
    for _ in range(12):
        scene.press("ArrowRight")
    rest = scene.rest
    scene.settled(rest)
    expect(scene.page).to_have_url(re.compile(rf"[?&]frame={rest}\b"))
    assert scene.page.evaluate("history.length") == length
    scene.page.reload()
    expect(scene.viewer).to_have_attribute("data-frame", str(rest))


def test_the_shortcut_sheet_opens_names_the_keys_and_closes(scene: ScenePage) -> None:
    scene.open()
    scene.press("?")
    sheet = scene.page.get_by_role("dialog")
    expect(sheet).to_be_visible()
    expect(sheet).to_contain_text("Previous frame")
    expect(sheet).to_contain_text("Next mark")
    scene.press("Escape")
    expect(sheet).to_be_hidden()
    scene.press("ArrowRight")
    assert scene.settled(1) == 1


def test_metadata_and_reference_follow_the_frame_that_is_painted(scene: ScenePage) -> None:
    scene.open(frame=5)
    reference = scene.page.locator("[data-frame-reference]")
    expect(reference).to_have_text("walk/5")
    scene.drag(0.1, 0.6)
    place = scene.rest
    scene.settled(place)
    expect(reference).to_have_text(f"walk/{place}")
    expect(scene.page.locator("[data-frame-metadata]")).to_contain_text(str(place))


def test_the_reference_of_the_frame_on_screen_is_copied(scene: ScenePage) -> None:
    scene.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    scene.open(frame=9)
    scene.press("c")
    expect(scene.page.locator("body")).to_contain_text(re.compile("copied", re.IGNORECASE))
    assert scene.page.evaluate("navigator.clipboard.readText()") == "walk/9"


def test_a_frame_opens_as_an_item_and_back_is_the_same_frame(scene: ScenePage) -> None:
    scene.open()
    scene.seek(33)
    scene.settled(33)
    expect(scene.page).to_have_url(re.compile(r"frame=33\b"))
    scene.press("e")
    expect(scene.page.get_by_role("heading", level=1)).to_contain_text("walk/33")
    scene.page.go_back()
    expect(scene.viewer).to_have_attribute("data-frame", "33")


def test_the_slider_says_where_it_is_to_those_who_cannot_see_it(scene: ScenePage) -> None:
    scene.open(frame=12)
    expect(scene.slider).to_have_attribute("aria-valuenow", "12")
    expect(scene.slider).to_have_attribute("aria-valuemax", str(COUNT - 1))
    scene.slider.focus()
    scene.press("ArrowRight")
    assert scene.settled(13) == 13
    expect(scene.slider).to_have_attribute("aria-valuetext", re.compile("13"))


def test_nothing_is_pressed_while_somebody_types(scene: ScenePage) -> None:
    scene.open(frame=12)
    scene.viewer.locator(".transport__place").focus()
    scene.press("l", "m", "j", "Home")
    expect(scene.playing).to_have_count(0)
    assert scene.painted == 12
