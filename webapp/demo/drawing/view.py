"""Where things of the street fall on the picture.

The street is measured in meters: `station` along the road, `x` to the right of its middle, `y` above the ground.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

NEAREST_M = 1.1
FARTHEST_M = 240.0

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Course:
    """How the road bends and climbs: each is a wave of `amplitude` and `length` in meters, begun at `phase`."""

    bend_m: float = 0.0
    bend_length_m: float = 90.0
    phase: float = 0.0
    climb_m: float = 0.0
    climb_length_m: float = 120.0

    def sideways(self, station: float, ahead: float) -> float:
        """How far the road has left the tangent at `station` after `ahead` meters."""
        return _off_tangent(self.bend_m, self.bend_length_m, self.phase, station, ahead)

    def rise(self, station: float, ahead: float) -> float:
        return _off_tangent(self.climb_m, self.climb_length_m, self.phase, station, ahead)

    def heading(self, station: float) -> float:
        """The road's direction at `station`, in radians to the right."""
        return math.atan(self.bend_m / self.bend_length_m * math.cos(station / self.bend_length_m + self.phase))


@dataclass(frozen=True, slots=True)
class Lens:
    """A camera for pictures of `width` x `height` pixels; `focal` in pixels, `eye_m` above the ground.

    `yaw` looks right by that many radians; `horizon` is its place as a share of the height.
    """

    width: int
    height: int
    focal: float
    eye_m: float = 1.4
    yaw: float = 0.0
    horizon: float = 0.47

    @property
    def horizon_px(self) -> float:
        return self.height * self.horizon

    @property
    def middle_px(self) -> float:
        return self.width / 2 - self.focal * math.tan(self.yaw)


class Spot(NamedTuple):
    """One cross-section of the street: `scale` in pixels per meter, (`left`, `top`) the road's middle."""

    distance: float
    scale: float
    left: float
    top: float

    def at(self, x: float, y: float = 0.0) -> Point:
        return self.left + self.scale * x, self.top - self.scale * y


class View:
    """A lens at a place of a course: at `station`, `eye_x` to the right of the road's middle."""

    def __init__(self, lens: Lens, course: Course, station: float, eye_x: float) -> None:
        self.lens = lens
        self.course = course
        self.station = station
        self.eye_x = eye_x

    def spot(self, station: float) -> Spot:
        """The cross-section at a station; what lies nearer than NEAREST_M is drawn there."""
        distance = max(NEAREST_M, station - self.station)
        scale = self.lens.focal / distance
        sideways = self.course.sideways(self.station, distance) - self.eye_x
        height = self.lens.eye_m - self.course.rise(self.station, distance)
        return Spot(distance, scale, self.lens.middle_px + scale * sideways, self.lens.horizon_px + scale * height)

    def shows(self, start: float, stop: float) -> bool:
        """Whether anything between two stations lies ahead and not too far."""
        return stop - self.station > NEAREST_M and start - self.station < FARTHEST_M


def _off_tangent(amplitude: float, length: float, phase: float, station: float, ahead: float) -> float:
    if not amplitude:
        return 0.0
    angle = station / length + phase
    there = math.sin(angle + ahead / length)
    return amplitude * (there - math.sin(angle) - math.cos(angle) * ahead / length)
