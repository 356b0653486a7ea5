"""The frame on screen is the frame that the number says, by the pixels, from every kind of source and any way there;
and so are the labels over it."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from dataclasses import asdict

import numpy
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser.chromium import launch
from tests.browser.conftest import sign_in
from tests.browser.films import Film, cutout_film, draw_film
from tests.browser.label_ruler import put_labelled_film
from tests.browser.scene_page import ScenePage, make_scene, put_film
from tests.live import LiveTransom, Person
from tests.media_server import CanaryServer
from tests.shared_data import SHARED_DATA, shared
from tests.wire_client import WireClient

CHECKS = 500


@pytest.fixture(scope="module")
def film() -> Film:
    """A real film whose frames carry their numbers; a drawn one where there is none."""
    return cutout_film() if (SHARED_DATA / "video/cutout_tracking").is_dir() else draw_film(150)


@pytest.fixture(scope="module")
def reading(playwright: Playwright) -> Iterator[Browser]:
    """A browser that lets pages read pixels of any host: what the player shows can be read in no other."""
    browser = launch(playwright, ["--disable-web-security"])
    yield browser
    browser.close()


@pytest.fixture
def reading_page(reading: Browser, live: LiveTransom, editor: Person) -> Iterator[Page]:
    context = reading.new_context(base_url=live.url, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    sign_in(page, editor)
    yield page
    context.close()


@pytest.mark.parametrize("kind", ["frames", "mp4", "video"])
def test_each_frame_painted_carries_the_number_it_is_shown_as(
    reading_page: Page, wire: WireClient, open_host: CanaryServer, film: Film, kind: str
) -> None:
    with Image.open(io.BytesIO(film.stills[0])) as still:
        path, ruler = put_labelled_film(wire, open_host, film, still.width)
    scene = ScenePage(reading_page, path, strip=film.strip)
    scene.ruler = asdict(ruler)
    scene.open(frame=7)
    if scene.data("source") != kind:
        scene.switch_to(kind)
    expect(scene.viewer).to_have_attribute("data-source", kind)
    assert scene.settled(7) == 7
    expect(scene.viewer.locator(".label-layer[data-frame='7']")).to_have_count(1)
    # Names would cover the ruler.
    scene.press("t")
    scene.labelled_notes()
    checked = 0
    while checked < CHECKS:
        wander(scene)
        notes = scene.labelled_notes()
        wrong = [(claimed, seen, labelled) for claimed, seen, labelled in notes if not claimed == seen == labelled]
        assert wrong == []
        assert scene.number_on_screen() == scene.painted
        checked += len(notes)


def wander(scene: ScenePage) -> None:
    """Seek, step both ways and drag, as a restless person does, and check each place of rest."""
    last = scene.count - 1
    visited = scene.visit(random.sample(range(scene.count), 15))
    assert [(index, seen) for index, seen in visited if index != seen] == []
    place = random.randint(0, last - 50)
    scene.seek(place)
    assert scene.settled(place) == place
    for key, step in [("ArrowRight", 1), ("ArrowLeft", -1)]:
        walked = scene.walk(key, step, 50)
        assert [(index, seen) for index, seen in walked if index != seen] == []
    scene.drag(random.random(), random.random())
    scene.drag(0.1, 0.9, moves=60)
    rest = scene.rest
    assert scene.settled(rest) == rest


@pytest.mark.parametrize("kind", ["frames", "video"])
def test_media_of_a_host_without_cors_are_exact_too(
    signed_in: Page, wire: WireClient, closed_host: CanaryServer, kind: str
) -> None:
    # These pixels no page may read, so each check is a screenshot.
    film = draw_film(60)
    path = put_film(wire, closed_host, film, is_mp4=kind == "video")
    scene = ScenePage(signed_in, path, strip=film.strip, can_read=False).open(frame=7)
    expect(scene.viewer).to_have_attribute("data-source", kind)
    for place in random.sample(range(60), 12):
        for key, shown in [("", place), ("ArrowRight", min(59, place + 1)), ("ArrowLeft", min(58, place))]:
            scene.press(key) if key else scene.seek(place)
            scene.settled(shown)
            assert scene.number_on_screen() == shown


@pytest.mark.parametrize("kind", ["mp4", "video"])
def test_a_film_of_one_key_frame_shows_the_frame_whose_jpeg_it_is(
    signed_in: Page, wire: WireClient, open_host: CanaryServer, closed_host: CanaryServer, kind: str
) -> None:
    folder = shared("video/sam2_bedroom")
    jpegs = numpy.stack([luma(Image.open(path)) for path in sorted((folder / "frames").glob("*.jpg"))])
    host = open_host if kind == "mp4" else closed_host
    url = host.put("/bedroom.mp4", (folder / "bedroom.mp4").read_bytes(), "video/mp4")
    signed_in.set_viewport_size({"width": 1800, "height": 1200})
    scene = ScenePage(signed_in, make_scene(wire, "bedroom", video_url=url, frame_rate=30)).open()
    expect(scene.viewer).to_have_attribute("data-source", kind)
    # One pixel of the picture is one of the screen.
    scene.press("1")
    expect(scene.viewer).to_have_attribute("data-scale", "1")
    for place in [0, 1, 199, *random.sample(range(2, 199), 9)]:
        scene.seek(place)
        scene.settled(place)
        best, second = likeness(luma(scene.shot()), jpegs, place)
        assert best - second > 10, f"frame {place}: {best:.1f} dB, the likest other one {second:.1f} dB"


def luma(image: Image.Image) -> numpy.ndarray:
    assert image.size == (960, 540)
    return numpy.asarray(image.convert("L"), dtype=numpy.int16)


def likeness(shown: numpy.ndarray, stills: numpy.ndarray, place: int) -> tuple[float, float]:
    """The peak signal-to-noise ratio in dB against one still, and the highest against any other."""
    errors = numpy.array([float(numpy.square(shown - still, dtype=numpy.int32).mean()) for still in stills])
    ratios = 10 * numpy.log10(255**2 / errors)
    return float(ratios[place]), float(numpy.delete(ratios, place).max())
