"""The stills: varied, and described truthfully."""

from collections import Counter
from dataclasses import replace

import pytest

from webapp.demo.drawing.air import TimeOfDay, Weather
from webapp.demo.drawing.stills import paint_still, planned_stills
from webapp.demo.drawing.street import Place


def test_every_light_and_weather_is_there_more_than_once() -> None:
    stills = planned_stills()
    assert len(stills) >= 60
    assert min(Counter(still.weather for still in stills).values()) >= 3
    assert set(Counter(still.time for still in stills)) == set(TimeOfDay)
    assert len({(still.camera.width, still.camera.height) for still in stills}) >= 4


def test_plan_is_the_same_every_time() -> None:
    assert planned_stills() == planned_stills()


@pytest.mark.parametrize("weather", list(Weather))
def test_metadata_say_what_is_painted(weather: Weather) -> None:
    still = next(still for still in planned_stills() if still.weather is weather)
    painted = paint_still(still)
    metadata = painted.metadata
    assert painted.image.size == (still.camera.width, still.camera.height)
    assert metadata["weather"] == weather.value
    assert metadata["is_rainy"] is (weather is Weather.RAIN)
    kinds = [one.kind for one in painted.seen]
    assert (kinds.count("car"), kinds.count("pedestrian")) == (metadata["cars"], metadata["pedestrians"])
    assert isinstance(metadata["speed_kmh"], float)


def test_same_street_is_darker_at_night_than_by_day() -> None:
    country = next(still for still in planned_stills() if still.place is Place.COUNTRY)

    def brightness(time: TimeOfDay) -> int:
        image = paint_still(replace(country, time=time, weather=Weather.CLEAR)).image
        return image.convert("L").resize((1, 1)).tobytes()[0]

    assert brightness(TimeOfDay.NIGHT) < brightness(TimeOfDay.DUSK) < brightness(TimeOfDay.DAY)


def test_same_still_is_the_same_picture() -> None:
    still = planned_stills()[3]
    one, other = paint_still(still), paint_still(still)
    assert one.image.tobytes() == other.image.tobytes()
    assert (one.metadata, one.seen) == (other.metadata, other.seen)
