"""What counts as seen is what a person would count."""

import pytest

from webapp.demo.drawing.easel import Sighting
from webapp.demo.drawing.picture import cropped, visible
from webapp.demo.drawing.view import Course, Lens, View


@pytest.fixture
def view() -> View:
    return View(Lens(1920, 1080, focal=1600), Course(), 0.0, 0.0)


def test_car_in_plain_sight_counts(view: View) -> None:
    plain = Sighting("car", 100, 100, 200, 200, 20)
    assert visible([plain], view) == [plain]


@pytest.mark.parametrize(
    "unseen",
    [
        Sighting("car", 500, 500, 505, 504, 150),
        Sighting("car", -500, 100, -10, 200, 10),
        Sighting("car", -95, 100, 5, 200, 10),
    ],
    ids=["tiny", "outside", "mostly outside"],
)
def test_what_one_cannot_see_does_not_count(view: View, unseen: Sighting) -> None:
    assert visible([unseen], view) == []


def test_car_behind_a_nearer_one_does_not_count(view: View) -> None:
    near, far = Sighting("car", 100, 100, 300, 300, 10), Sighting("car", 150, 150, 250, 220, 40)
    assert visible([near, far], view) == [near]
    beside = Sighting("car", 400, 150, 500, 220, 40)
    assert visible([near, beside], view) == [near, beside]


def test_what_is_seen_is_boxed_in_the_picture_itself_and_ends_at_its_edge(view: View) -> None:
    half_out = cropped(Sighting("car", -40, 100, 200, 1200, 10), view)
    assert (half_out.left, half_out.top, half_out.right, half_out.bottom) == (0, 50, 100, 540)


def test_point_straight_ahead_is_in_the_middle_and_nearer_the_horizon_when_far(view: View) -> None:
    near, far = view.spot(10.0), view.spot(100.0)
    assert near.at(0)[0] == far.at(0)[0] == 960
    assert near.at(0)[1] > far.at(0)[1] > view.lens.horizon_px
    assert near.scale == pytest.approx(160)
