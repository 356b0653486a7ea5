"""What moves in the street: where each car and each person is after some seconds."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count

from webapp.demo.drawing.car import BODIES, PAINTS, Car, Make
from webapp.demo.drawing.ground import LANE_M, Road
from webapp.demo.drawing.person import Person, make_person

MAKE_WEIGHTS = {Make.SEDAN: 6, Make.WAGON: 5, Make.VAN: 2, Make.TRUCK: 1, Make.BUS: 1}
WALK_MPS = 1.35
STEP_M = 0.75


@dataclass(frozen=True, slots=True)
class Driver:
    """A car as it is at second 0, and its speed along the road (negative: toward us)."""

    car: Car
    speed_mps: float

    def at(self, second: float) -> Car:
        return replace(self.car, start=self.car.start + self.speed_mps * second)


@dataclass(frozen=True, slots=True)
class Walker:
    """A person as they are at second 0, and their speed along the road."""

    person: Person
    speed_mps: float

    def at(self, second: float) -> Person:
        walked = self.speed_mps * second
        stride = self.person.stride + abs(walked) / STEP_M * 3.14159
        return replace(self.person, start=self.person.start + walked, stride=stride)


def make_drivers(
    rng: random.Random, road: Road, first: float, last: float, *, speed_mps: float, spacing_m: float, keep_free: bool
) -> Iterator[Driver]:
    """Cars in every lane between two stations; `keep_free` leaves our own lane empty."""
    numbers = count(1)
    for side in (1, -1):
        for lane in range(road.lanes):
            if keep_free and side > 0 and lane == road.lanes - 1:
                continue
            station = first + rng.uniform(3, 3 + spacing_m)
            # Oncoming cars arrive from farther away than ours is driving.
            reach = last if side > 0 else last * 1.9
            while station < reach:
                make = rng.choices(list(MAKE_WEIGHTS), list(MAKE_WEIGHTS.values()))[0]
                x, paint, is_braking = side * LANE_M * (lane + 0.5), rng.choice(PAINTS), rng.random() < 0.15
                car = Car(station, x, make, paint, side < 0, is_braking, f"vehicle-{next(numbers):02d}")
                yield Driver(car, speed_mps * side * rng.uniform(0.96, 1.04))
                station += BODIES[make].length + rng.uniform(spacing_m * 0.5, spacing_m * 2)


def make_walkers(
    rng: random.Random, road: Road, first: float, last: float, how_many: int, *, is_wet: bool
) -> Iterator[Walker]:
    for number in range(1, how_many + 1):
        side, speed = rng.choice((-1, 1)), rng.choice((-1, 1)) * WALK_MPS * rng.uniform(0.8, 1.2)
        x = side * (road.half_m + rng.uniform(0.9, 3.1))
        person = make_person(rng, rng.uniform(first, last), x, is_wet=is_wet)
        yield Walker(replace(person, name=f"pedestrian-{number:02d}"), speed)


def make_crossing_people(
    rng: random.Random, road: Road, station: float, count: int, *, is_wet: bool
) -> Iterator[Walker]:
    """People in the middle of a zebra crossing."""
    for _ in range(count):
        x = rng.uniform(-road.half_m * 0.8, road.half_m * 0.8)
        yield Walker(
            make_person(rng, station + rng.uniform(0.6, 2.6), x, is_wet=is_wet, heading=rng.choice((-1.0, 1.0))), 0.0
        )
