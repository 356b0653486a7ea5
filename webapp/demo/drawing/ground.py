"""The road with its markings, and the land beside it."""

from dataclasses import dataclass
from enum import StrEnum

from webapp.demo.drawing.color import Color
from webapp.demo.drawing.easel import Easel
from webapp.demo.drawing.view import FARTHEST_M, NEAREST_M, Spot

LANE_M = 3.5
ASPHALT = Color(84, 86, 92)
SNOWY_ASPHALT = Color(150, 154, 162)
SNOW = Color(226, 230, 238)
WHITE_PAINT = Color(226, 226, 220)
YELLOW_PAINT = Color(226, 178, 60)
SIDEWALK = Color(150, 146, 142)
CURB = Color(176, 172, 166)
DASH_M, DASH_EVERY_M = 3.0, 9.0


class Verge(StrEnum):
    """What lies beside the road."""

    SIDEWALK = "sidewalk"
    GRASS = "grass"
    WATER = "water"


VERGE_COLORS = {
    Verge.SIDEWALK: Color(116, 114, 112),
    Verge.GRASS: Color(96, 116, 70),
    Verge.WATER: Color(58, 88, 110),
}


@dataclass(frozen=True, slots=True)
class Road:
    """`lanes` in each direction; `crossings` are the stations of zebra crossings."""

    lanes: int
    verge: Verge
    has_sidewalk: bool
    has_median_line: bool = True
    crossings: tuple[float, ...] = ()

    @property
    def half_m(self) -> float:
        """From the middle to the curb."""
        return self.lanes * LANE_M + 0.4

    @property
    def lane_x(self) -> float:
        """The middle of our own lane."""
        return LANE_M * (self.lanes - 0.5)


def paint_ground(easel: Easel, road: Road) -> None:
    spots = [easel.view.spot(easel.view.station + distance) for distance in _distances()]
    asphalt, verge = _surfaces(easel, road)
    half = road.half_m
    for far, near in zip(spots[1:][::-1], spots[:-1][::-1], strict=True):
        middle = (far.distance + near.distance) / 2
        _band(easel, near, far, -400.0, 400.0, verge, middle)
        if road.has_sidewalk:
            _band(easel, near, far, -half - 3.6, half + 3.6, SNOW if easel.air.is_snowy else SIDEWALK, middle)
            _band(easel, near, far, -half - 0.25, half + 0.25, CURB, middle)
        # At a flat angle even dry asphalt shows some of the sky.
        surface = asphalt.mixed(easel.air.sky[-1], 0.16 * min(1.0, middle / 60))
        _band(easel, near, far, -half, half, surface, middle)
        if middle < 60 and not easel.air.is_snowy:
            for lane in range(road.lanes):
                for x in (LANE_M * (lane + 0.5) - 0.85, LANE_M * (lane + 0.5) + 0.85):
                    _band(easel, near, far, x - 0.32, x + 0.32, surface.times(0.93), middle)
                    _band(easel, near, far, -x - 0.32, -x + 0.32, surface.times(0.93), middle)
        if easel.air.is_snowy:
            for track in (-0.8, 0.8):
                x = road.lane_x + track
                _band(easel, near, far, x - 0.25, x + 0.25, ASPHALT, middle)
    _paint_markings(easel, road)


def _surfaces(easel: Easel, road: Road) -> tuple[Color, Color]:
    if easel.air.is_snowy:
        return SNOWY_ASPHALT, SNOW if road.verge is not Verge.WATER else VERGE_COLORS[Verge.WATER]
    asphalt, verge = ASPHALT, VERGE_COLORS[road.verge]
    if easel.air.is_wet:
        # A wet road is darker and shows the sky.
        asphalt = asphalt.times(0.62).mixed(easel.air.sky[-1], 0.22)
        verge = verge.times(0.8)
    if road.verge is Verge.WATER:
        verge = verge.mixed(easel.air.sky[-1], 0.4)
    return asphalt, verge


def _distances() -> list[float]:
    steps = 30
    growth = (FARTHEST_M * 1.6 / NEAREST_M) ** (1 / steps)
    return [NEAREST_M * growth**step for step in range(steps + 1)]


def _band(easel: Easel, near: Spot, far: Spot, left: float, right: float, color: Color, distance: float) -> None:
    easel.fill((near.at(left), near.at(right), far.at(right), far.at(left)), color, distance)


def _paint_markings(easel: Easel, road: Road) -> None:
    faded = 0.5 if easel.air.is_snowy else 0.0
    white = WHITE_PAINT.mixed(SNOWY_ASPHALT, faded)
    yellow = YELLOW_PAINT.mixed(SNOWY_ASPHALT, faded)
    start = easel.view.station
    first = int((start - DASH_M) // DASH_EVERY_M)
    for number in range(first, first + int(150 / DASH_EVERY_M)):
        begin = number * DASH_EVERY_M
        for lane in range(1, road.lanes):
            for side in (-1, 1):
                _stripe(easel, begin, begin + DASH_M, side * lane * LANE_M, 0.14, white)
        for x in (-road.half_m + 0.3, road.half_m - 0.3):
            _stripe(easel, begin, begin + DASH_EVERY_M, x, 0.12, white)
        if road.has_median_line:
            for x in (-0.14, 0.14):
                _stripe(easel, begin, begin + DASH_EVERY_M, x, 0.11, yellow)
    for crossing in road.crossings:
        _zebra(easel, road, crossing, white)


def cast_shadow(easel: Easel, stations: tuple[float, float], x: tuple[float, float], depth: float) -> None:
    """Darken the ground between two stations and two x; a `depth` of 1 would be black."""
    if not easel.view.shows(*stations):
        return
    near, far = easel.view.spot(stations[0]), easel.view.spot(stations[1])
    easel.shade((near.at(x[0]), near.at(x[1]), far.at(x[1]), far.at(x[0])), depth)


def _zebra(easel: Easel, road: Road, station: float, color: Color) -> None:
    if not easel.view.shows(station, station + 3.2):
        return
    x = -road.half_m + 0.6
    while x < road.half_m - 0.5:
        _stripe(easel, station, station + 3.2, x + 0.25, 0.5, color)
        x += 1.05
    _stripe(easel, station - 2.0, station - 1.6, road.half_m / 2, road.half_m - 0.4, color)


def _stripe(easel: Easel, begin: float, end: float, x: float, width: float, color: Color) -> None:
    if not easel.view.shows(begin, end):
        return
    near, far = easel.view.spot(begin), easel.view.spot(end)
    half = width / 2
    easel.fill(
        (near.at(x - half), near.at(x + half), far.at(x + half), far.at(x - half)),
        color,
        (near.distance + far.distance) / 2,
    )
