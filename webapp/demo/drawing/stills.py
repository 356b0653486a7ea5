"""The demo's stills: many streets in every light and weather, with metadata that say what is in them."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product

from webapp.demo.drawing.air import Air, TimeOfDay, Weather, air_of
from webapp.demo.drawing.easel import OVERSAMPLING
from webapp.demo.drawing.film import Frame, Metadata
from webapp.demo.drawing.picture import paint_picture
from webapp.demo.drawing.roadside import Signal
from webapp.demo.drawing.sky import paint_backdrop
from webapp.demo.drawing.street import SKYLINES, Crossing, Place, Street, Thing, make_street
from webapp.demo.drawing.traffic import make_crossing_people, make_drivers, make_walkers
from webapp.demo.drawing.view import Lens, View

STILL_COUNT = 72
WEIGHTS = {Weather.CLEAR: 2.2, Weather.CLOUDY: 1.0, Weather.RAIN: 1.1, Weather.FOG: 0.55, Weather.SNOW: 0.75}


@dataclass(frozen=True, slots=True)
class Camera:
    """`focal` as a share of the picture's diagonal; `yaw` in radians to the right."""

    name: str
    width: int
    height: int
    focal: float = 0.74
    yaw: float = 0.0
    eye_m: float = 1.4
    has_hood: bool = True


CAMERAS = (
    Camera("front", 960, 540),
    Camera("front", 960, 540),
    Camera("front", 1280, 720),
    Camera("front_wide", 960, 540, focal=0.52),
    Camera("front_tele", 960, 540, focal=1.25, has_hood=False),
    Camera("front_left", 800, 600, yaw=-0.34, has_hood=False),
    Camera("front_right", 800, 600, yaw=0.30, has_hood=False),
    Camera("roof", 1200, 500, focal=0.6, eye_m=2.1, has_hood=False),
    Camera("phone", 540, 960, focal=0.7, eye_m=1.5, has_hood=False),
    Camera("square", 720, 720, has_hood=False),
)
HOURS = {TimeOfDay.DAWN: (6, 7), TimeOfDay.DAY: (9, 16), TimeOfDay.DUSK: (18, 19), TimeOfDay.NIGHT: (21, 23)}
SPEEDS_KMH = {
    Place.DOWNTOWN: (12, 48),
    Place.SUBURB: (18, 52),
    Place.HIGHWAY: (72, 118),
    Place.COUNTRY: (40, 88),
    Place.COAST: (45, 82),
}
# Where each kind of street was "driven": a town by the sea and the land around it.
SPACING_M = {Place.DOWNTOWN: 17.0, Place.SUBURB: 34.0, Place.HIGHWAY: 26.0, Place.COUNTRY: 55.0, Place.COAST: 48.0}
CENTERS = {
    Place.DOWNTOWN: (38.7139, -9.1394),
    Place.SUBURB: (38.7536, -9.1949),
    Place.HIGHWAY: (38.7805, -9.1303),
    Place.COUNTRY: (38.7984, -9.3881),
    Place.COAST: (38.7006, -9.4185),
}


@dataclass(frozen=True, slots=True)
class Still:
    """What is to be painted, decided before it is."""

    index: int
    place: Place
    time: TimeOfDay
    weather: Weather
    camera: Camera
    seed: int


def planned_stills() -> tuple[Still, ...]:
    """Every street in every light, and of the weathers more good ones than bad; mixed as a grid likes it."""
    rng = random.Random(1638)
    lights = [*product(Place, TimeOfDay)] * (STILL_COUNT // (len(Place) * len(TimeOfDay)) + 1)
    weathers = rng.choices(list(WEIGHTS), list(WEIGHTS.values()), k=STILL_COUNT)
    chosen = list(zip(lights[:STILL_COUNT], weathers, strict=True))
    rng.shuffle(chosen)
    return tuple(
        Still(index, place, time, weather, rng.choice(CAMERAS), seed=1000 + index)
        for index, ((place, time), weather) in enumerate(chosen)
    )


def paint_still(still: Still) -> Frame:
    air, rng = air_of(still.time, still.weather), random.Random(still.seed)
    stops = still.place is Place.DOWNTOWN and rng.random() < 0.4
    station = rng.uniform(5, 45)
    ahead = station + rng.uniform(9, 16) if stops else station + rng.uniform(30, 70)
    crossings = (Crossing(ahead, Signal.RED if stops else Signal.GREEN),) if still.place is Place.DOWNTOWN else ()
    street = make_street(still.place, still.seed, 300.0, air, crossings=crossings)
    moving = _moving(rng, street, air, station, ahead if stops else None)
    camera = still.camera
    view = View(_lens(camera), street.course, station, street.road.lane_x)
    backdrop = paint_backdrop(view, air, skyline=SKYLINES[still.place], seed=still.seed)
    picture = paint_picture(street, moving, view, air, backdrop, seed=still.seed, has_hood=camera.has_hood)
    speed = 0.0 if stops else round(rng.uniform(*SPEEDS_KMH[still.place]), 1)
    facts = _facts(rng, still, air)
    facts |= {"speed_kmh": speed, "cars": picture.cars, "pedestrians": picture.pedestrians}
    return Frame(picture.image, facts, picture.seen)


def _moving(rng: random.Random, street: Street, air: Air, station: float, crossing: float | None) -> list[Thing]:
    first = station + 5
    drivers = make_drivers(
        rng,
        street.road,
        first,
        station + 115,
        speed_mps=0.0,
        spacing_m=SPACING_M[street.place],
        keep_free=crossing is not None,
    )
    moving: list[Thing] = [
        driver.at(0) for driver in drivers if crossing is None or driver.car.x < 0 or driver.car.start > crossing + 4
    ]
    if street.road.has_sidewalk:
        count = rng.randint(3, 12) if street.place is Place.DOWNTOWN else rng.randint(0, 4)
        moving += [
            walker.at(0) for walker in make_walkers(rng, street.road, first + 2, station + 65, count, is_wet=air.is_wet)
        ]
    if crossing is not None:
        people = make_crossing_people(rng, street.road, crossing, rng.randint(2, 5), is_wet=air.is_wet)
        moving += [walker.at(0) for walker in people]
    return moving


def _lens(camera: Camera) -> Lens:
    width, height = camera.width * OVERSAMPLING, camera.height * OVERSAMPLING
    diagonal = (width**2 + height**2) ** 0.5
    return Lens(width, height, focal=diagonal * camera.focal, eye_m=camera.eye_m, yaw=camera.yaw)


def _facts(rng: random.Random, still: Still, air: Air) -> Metadata:
    day = datetime(2025, 1 if still.weather is Weather.SNOW else rng.randint(3, 11), rng.randint(1, 28), tzinfo=UTC)
    first, last = HOURS[still.time]
    moment = day + timedelta(hours=rng.randint(first, last), minutes=rng.randrange(60), seconds=rng.randrange(60))
    latitude, longitude = CENTERS[still.place]
    return {
        "weather": still.weather.value,
        "time_of_day": still.time.value,
        "place": still.place.value,
        "is_rainy": air.is_wet,
        "camera": still.camera.name,
        "captured_at": moment.isoformat(),
        "lat": round(latitude + rng.gauss(0, 0.006), 6),
        "lon": round(longitude + rng.gauss(0, 0.008), 6),
        "visibility_m": round(air.visibility_m * rng.uniform(2.2, 2.8), -1),
    }
