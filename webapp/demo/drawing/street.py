"""A street made up from a seed: where its houses, trees, lamps and rails stand."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from webapp.demo.drawing.air import Air
from webapp.demo.drawing.building import make_building
from webapp.demo.drawing.easel import Easel
from webapp.demo.drawing.ground import Road, Verge
from webapp.demo.drawing.roadside import Lamp, Rail, Signal, SignBridge, TrafficLight, Wires, make_tree
from webapp.demo.drawing.view import Course


class Place(StrEnum):
    DOWNTOWN = "downtown"
    SUBURB = "suburb"
    HIGHWAY = "highway"
    COUNTRY = "country"
    COAST = "coast"


class Thing(Protocol):
    """Whatever stands or moves in the street, between two stations."""

    @property
    def start(self) -> float: ...

    @property
    def stop(self) -> float: ...

    def paint(self, easel: Easel) -> None: ...


@runtime_checkable
class Casting(Protocol):
    """A thing that throws light or shadow on the ground before it is painted itself."""

    def cast(self, easel: Easel) -> None: ...


@dataclass(frozen=True, slots=True)
class Crossing:
    """A zebra crossing and the traffic light behind it."""

    station: float
    signal: Signal


SKYLINES = {
    Place.DOWNTOWN: "towers",
    Place.SUBURB: "roofs",
    Place.HIGHWAY: "towers",
    Place.COUNTRY: "hills",
    Place.COAST: "hills",
}


@dataclass(frozen=True, slots=True)
class Street:
    place: Place
    road: Road
    course: Course
    things: tuple[Thing, ...]


def make_street(place: Place, seed: int, length_m: float, air: Air, *, crossings: tuple[Crossing, ...] = ()) -> Street:
    """A street of a length in meters, begun a little before station 0."""
    rng = random.Random(seed)
    lanes = {Place.DOWNTOWN: 2, Place.HIGHWAY: 3}.get(place, 1)
    verge = {Place.DOWNTOWN: Verge.SIDEWALK, Place.COAST: Verge.WATER}.get(place, Verge.GRASS)
    road = Road(
        lanes,
        verge,
        has_sidewalk=place in (Place.DOWNTOWN, Place.SUBURB),
        crossings=tuple(crossing.station for crossing in crossings),
    )
    bend = {Place.DOWNTOWN: 7.0, Place.SUBURB: 14.0}.get(place, 26.0) * rng.choice((-1.0, 0.4, 1.0))
    climb = {Place.DOWNTOWN: 0.0, Place.SUBURB: 1.5, Place.HIGHWAY: 1.5}.get(place, 4.0) * rng.uniform(-1, 1)
    course = Course(bend, rng.uniform(95, 130), rng.uniform(0, 6.28), climb, 110.0)
    makers = {
        Place.DOWNTOWN: _downtown, Place.SUBURB: _suburb, Place.HIGHWAY: _highway,
        Place.COUNTRY: _country, Place.COAST: _coast,
    }  # fmt: skip
    things = [*makers[place](rng, road, length_m, air), *_signals(road, crossings)]
    return Street(place, road, course, tuple(things))


def _signals(road: Road, crossings: tuple[Crossing, ...]) -> Iterator[Thing]:
    for crossing in crossings:
        yield TrafficLight(crossing.station + 8.0, road.half_m + 0.8, crossing.signal)


def _stations(rng: random.Random, length_m: float, step: float, spread: float) -> Iterator[float]:
    station = -20.0
    while station < length_m:
        yield station
        station += step + rng.uniform(0, spread)


def _row(rng: random.Random, road: Road, length_m: float, side: int, style: str, air: Air) -> Iterator[Thing]:
    station = -30.0
    lit_share = 0.04 + 0.5 * air.lamps
    while station < length_m:
        setback = road.half_m + (4.2 if style == "downtown" else 11.0)
        house = make_building(rng, station, side, style=style, setback=setback, lit_share=lit_share)
        yield house
        gap = rng.uniform(4, 11) if style == "suburb" else rng.choice((0.3, 0.3, 1.5, rng.uniform(5, 11)))
        station = house.stop + gap


def _downtown(rng: random.Random, road: Road, length_m: float, air: Air) -> Iterator[Thing]:
    for side in (-1, 1):
        yield from _row(rng, road, length_m, side, "downtown", air)
        curb = side * (road.half_m + 0.9)
        for station in _stations(rng, length_m, 26.0, 0.0):
            yield Lamp(station + (13.0 if side < 0 else 0.0), curb)
        for station in _stations(rng, length_m, 13.0, 16.0):
            yield make_tree(rng, station, side * (road.half_m + 1.4), is_conifer=False)


def _suburb(rng: random.Random, road: Road, length_m: float, air: Air) -> Iterator[Thing]:
    for side in (-1, 1):
        yield from _row(rng, road, length_m, side, "suburb", air)
        for station in _stations(rng, length_m, 7.0, 14.0):
            yield make_tree(rng, station, side * (road.half_m + rng.uniform(5.0, 9.0)), is_conifer=rng.random() < 0.25)
    for station in _stations(rng, length_m, 34.0, 0.0):
        yield Lamp(station, road.half_m + 0.9, 6.2, 1.4)
    for station in _stations(rng, length_m, 40.0, 0.0):
        yield Wires(station, station + 40.0, -road.half_m - 4.6)


def _highway(rng: random.Random, road: Road, length_m: float, air: Air) -> Iterator[Thing]:
    edge = road.half_m + 0.6
    for side in (-1, 1):
        for number in range(int((length_m + 20) / 4)):
            yield Rail(-20.0 + number * 4, -16.0 + number * 4, side * edge)
        for station in _stations(rng, length_m, 9.0, 18.0):
            yield make_tree(rng, station, side * (edge + rng.uniform(5, 18)), is_conifer=rng.random() < 0.5)
        for station in _stations(rng, length_m, 36.0, 0.0):
            yield Lamp(station, side * (edge + 0.8), 9.5, 3.0)
    for station in _stations(rng, length_m, 110.0, 60.0):
        yield SignBridge(station + 60.0, edge + 0.8)


def _country(rng: random.Random, road: Road, length_m: float, air: Air) -> Iterator[Thing]:
    conifers = rng.random()
    for side in (-1, 1):
        for station in _stations(rng, length_m, 2.5, 9.0):
            yield make_tree(
                rng, station, side * (road.half_m + rng.uniform(3.5, 20)), is_conifer=rng.random() < conifers
            )
    for station in _stations(rng, length_m, 45.0, 0.0):
        yield Wires(station, station + 45.0, road.half_m + 2.6)
    for station in _stations(rng, length_m, 70.0, 60.0):
        lit_share = 0.1 + 0.6 * air.lamps
        yield make_building(rng, station, -1, style="suburb", setback=road.half_m + 26, lit_share=lit_share)


def _coast(rng: random.Random, road: Road, length_m: float, air: Air) -> Iterator[Thing]:
    edge = road.half_m + 0.7
    for side in (-1, 1):
        for number in range(int((length_m + 20) / 4)):
            yield Rail(-20.0 + number * 4, -16.0 + number * 4, side * edge)
    for station in _stations(rng, length_m, 32.0, 0.0):
        yield Lamp(station, edge + 0.6, 7.0, 2.0)
