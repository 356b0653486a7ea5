"""The demo's two films: what is to be seen in frame i, and the mp4 they are put into."""

import math
import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
from av.video.reformatter import Colorspace
from PIL import Image

from webapp.demo.drawing.air import Air, TimeOfDay, Weather, air_of
from webapp.demo.drawing.car import Car, Make
from webapp.demo.drawing.color import Color
from webapp.demo.drawing.easel import OVERSAMPLING, Sighting
from webapp.demo.drawing.marks import paint_marks
from webapp.demo.drawing.picture import paint_picture
from webapp.demo.drawing.roadside import Signal
from webapp.demo.drawing.sky import Backdrop, paint_backdrop
from webapp.demo.drawing.street import SKYLINES, Crossing, Place, Street, Thing, make_street
from webapp.demo.drawing.traffic import Driver, Walker, make_drivers, make_walkers
from webapp.demo.drawing.view import Lens, View

WIDTH, HEIGHT = 960, 540
GROUP_OF_PICTURES = 30

Metadata = dict[str, str | int | float | bool]


@dataclass(frozen=True, slots=True)
class Film:
    """A drive of `frame_count` frames; `has_frames` says whether each is also kept as a JPEG."""

    name: str
    place: Place
    time: TimeOfDay
    weather: Weather
    seed: int
    frame_count: int
    frame_rate: int
    speed_mps: float
    begun: datetime
    latitude: float
    longitude: float
    has_frames: bool

    @property
    def metadata(self) -> Metadata:
        return {
            "weather": self.weather.value,
            "time_of_day": self.time.value,
            "place": self.place.value,
            "is_rainy": self.weather is Weather.RAIN,
            "camera": "front",
            "captured_at": self.begun.isoformat(),
            "duration_s": self.frame_count / self.frame_rate,
        }


FILMS = (
    Film(
        "evening-commute",
        Place.DOWNTOWN,
        TimeOfDay.DUSK,
        Weather.CLEAR,
        seed=11,
        frame_count=360,
        frame_rate=30,
        speed_mps=10.5,
        begun=datetime(2025, 10, 14, 18, 42, 5, tzinfo=UTC),
        latitude=38.7223,
        longitude=-9.1393,
        has_frames=True,
    ),
    Film(
        "night-rain",
        Place.DOWNTOWN,
        TimeOfDay.NIGHT,
        Weather.RAIN,
        seed=12,
        frame_count=250,
        frame_rate=25,
        speed_mps=9.0,
        begun=datetime(2025, 11, 3, 22, 17, 40, tzinfo=UTC),
        latitude=38.7169,
        longitude=-9.1427,
        has_frames=False,
    ),
)


@dataclass(frozen=True, slots=True)
class Frame:
    """A painted frame, what its metadata say, and what is to be seen in it."""

    image: Image.Image
    metadata: Metadata
    seen: tuple[Sighting, ...]


@dataclass(frozen=True, slots=True)
class _Stage:
    """All of a film that does not change from frame to frame."""

    air: Air
    street: Street
    backdrop: Backdrop
    drivers: tuple[Driver, ...]
    walkers: tuple[Walker, ...]


def paint_frame(film: Film, index: int) -> Frame:
    stage = _stage(film)
    second = index / film.frame_rate
    station, speed = _progress(film, second)
    moving: list[Thing] = [driver.at(second) for driver in stage.drivers]
    moving += [walker.at(second) for walker in stage.walkers]
    moving.append(_leading_car(film, second, stage.street.road.lane_x))
    view = View(_lens(), stage.street.course, station, stage.street.road.lane_x)
    picture = paint_picture(
        stage.street, moving, view, stage.air, stage.backdrop, seed=film.seed * 10_000 + index, has_hood=True
    )
    moment = film.begun + timedelta(seconds=second)
    speed_kmh = round(speed * 3.6, 1)
    caption = f"{film.name}   {moment:%H:%M:%S}.{moment.microsecond // 100_000}   {speed_kmh:.0f} km/h"
    metadata: Metadata = {
        "frame": index,
        "captured_at": moment.isoformat(timespec="milliseconds"),
        "speed_kmh": speed_kmh,
        "cars": picture.cars,
        "pedestrians": picture.pedestrians,
        "weather": film.weather.value,
        "time_of_day": film.time.value,
        "lat": round(film.latitude + station / 111_320, 6),
        "lon": round(film.longitude + station / 260_000, 6),
    }
    return Frame(paint_marks(picture.image, index, caption), metadata, picture.seen)


def write_mp4(path: Path, frames: Iterable[Image.Image], *, width: int, height: int, frame_rate: int) -> None:
    """An h264 file a browser can play from its first bytes: index in front, a key frame each GROUP_OF_PICTURES."""
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=frame_rate)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.gop_size = GROUP_OF_PICTURES
        # Said aloud, because players guess the matrix from the size otherwise and tint the picture.
        stream.codec_context.colorspace = Colorspace.ITU709
        stream.options = {"preset": "veryfast", "crf": "21", "bf": "0", "sc_threshold": "0"}
        for index, image in enumerate(frames):
            frame = av.VideoFrame.from_image(image)  # type: ignore[no-untyped-call]  # its stub lacks types
            frame = frame.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709)
            frame.pts, frame.time_base = index, Fraction(1, frame_rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


@cache
def _stage(film: Film) -> _Stage:
    air = air_of(film.time, film.weather)
    rng = random.Random(film.seed)
    length = film.speed_mps * film.frame_count / film.frame_rate
    street = make_street(
        film.place,
        film.seed,
        length + 230,
        air,
        crossings=(Crossing(46.0, Signal.GREEN), Crossing(150.0, Signal.GREEN)),
    )
    drivers = make_drivers(
        rng, street.road, 4.0, length + 90, speed_mps=film.speed_mps * 0.93, spacing_m=24.0, keep_free=True
    )
    walkers = make_walkers(rng, street.road, 6.0, length + 70, 26, is_wet=air.is_wet)
    view = View(_lens(), street.course, 0.0, street.road.lane_x)
    backdrop = paint_backdrop(view, air, skyline=SKYLINES[film.place], seed=film.seed)
    return _Stage(air, street, backdrop, tuple(drivers), tuple(walkers))


def _lens() -> Lens:
    return Lens(WIDTH * OVERSAMPLING, HEIGHT * OVERSAMPLING, focal=WIDTH * OVERSAMPLING * 0.85)


def _progress(film: Film, second: float) -> tuple[float, float]:
    """How far we have come in meters, and how fast we are in meters per second."""
    swing, rate = 1.4, 0.7
    station = film.speed_mps * second + swing / rate * (1 - math.cos(rate * second))
    return station, film.speed_mps + swing * math.sin(rate * second)


def _leading_car(film: Film, second: float, x: float) -> Car:
    """The car in front of us: it draws away, brakes, and comes nearer again."""
    rate = 0.9
    gap = 14.0 + 4.0 * math.sin(rate * second)
    is_braking = math.cos(rate * second) < -0.25
    return Car(
        _progress(film, second)[0] + gap,
        x,
        Make.SEDAN,
        Color(156, 40, 44),
        is_oncoming=False,
        is_braking=is_braking,
        name="vehicle-00",
    )
