"""What counts as seen is what a person would count."""

import pytest

from webapp.demo.drawing.easel import Sighting
from webapp.demo.drawing.picture import visible
from webapp.demo.drawing.view import Course, Lens, View


@pytest.fixture
def view() -> View:
    return View(Lens(1920, 1080, focal=1600), Course(), 0.0, 0.0)


def test_car_in_plain_sight_counts(view: View) -> None:
    assert visible([Sighting("car", 100, 100, 200, 200, 20)], view) == ["car"]


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
    assert visible([near, far], view) == ["car"]
    beside = Sighting("car", 400, 150, 500, 220, 40)
    assert visible([near, beside], view) == ["car", "car"]


def test_point_straight_ahead_is_in_the_middle_and_nearer_the_horizon_when_far(view: View) -> None:
    near, far = view.spot(10.0), view.spot(100.0)
    assert near.at(0)[0] == far.at(0)[0] == 960
    assert near.at(0)[1] > far.at(0)[1] > view.lens.horizon_px
    assert near.scale == pytest.approx(160)
