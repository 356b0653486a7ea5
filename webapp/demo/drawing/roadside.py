"""What stands beside the road: trees, street lamps, traffic lights, rails, sign bridges and wires."""

import math
import random
from dataclasses import dataclass
from enum import StrEnum

from webapp.demo.drawing.color import Color
from webapp.demo.drawing.easel import Easel
from webapp.demo.drawing.ground import SNOW, cast_shadow
from webapp.demo.drawing.view import NEAREST_M

SODIUM = Color(255, 186, 104)
# How much of the light a crown of leaves keeps off.
TREE_SHADE = 0.45
METAL = Color(92, 96, 104)
WOOD = Color(92, 74, 60)
LEAVES = (
    Color(74, 112, 58),
    Color(92, 128, 64),
    Color(110, 122, 58),
    Color(176, 118, 52),
    Color(168, 84, 52),
    Color(84, 120, 76),
)


class Signal(StrEnum):
    RED = "red"
    GREEN = "green"


SIGNAL_COLORS = {Signal.RED: Color(255, 60, 44), Signal.GREEN: Color(70, 240, 150)}


@dataclass(frozen=True, slots=True)
class Tree:
    """`tufts` are circles of leaves: (x, y, radius) in meters from the foot of the trunk; none means a conifer."""

    start: float
    x: float
    height_m: float
    leaves: Color
    tufts: tuple[tuple[float, float, float], ...]

    @property
    def stop(self) -> float:
        return self.start

    def paint(self, easel: Easel) -> None:
        spot = easel.view.spot(self.start)
        if spot.distance <= NEAREST_M * 1.5:
            return
        easel.rectangle(spot, (self.x - 0.16, self.x + 0.16), (0.0, self.height_m * 0.5), WOOD)
        leaves = self.leaves.grayed(0.7).mixed(SNOW, 0.55) if easel.air.is_snowy else self.leaves
        if not self.tufts:
            for layer in range(4):
                low = self.height_m * (0.12 + layer * 0.2)
                reach = self.height_m * 0.28 * (1 - layer * 0.2)
                tip = (
                    spot.at(self.x - reach, low),
                    spot.at(self.x + reach, low),
                    spot.at(self.x, low + self.height_m * 0.36),
                )
                easel.fill(tip, leaves.times(0.66 + layer * 0.1), spot.distance)
            return
        for x, y, radius in self.tufts:
            # Dark below and light above, as the sky lights it; each tuft a little lighter on top.
            shade = 0.62 + 0.5 * (y / self.height_m - 0.47) / 0.46
            easel.disc(spot, self.x + x, y, radius, leaves.times(shade))
            easel.disc(spot, self.x + x - radius * 0.22, y + radius * 0.28, radius * 0.62, leaves.times(shade * 1.14))

    def cast(self, easel: Easel) -> None:
        """Its shadow, where there is sun."""
        if easel.air.casts_shadows:
            cast_shadow(easel, (self.start - 1.6, self.start + 1.6), (self.x - 3.6, self.x - 0.2), TREE_SHADE)


@dataclass(frozen=True, slots=True)
class Lamp:
    """A street lamp whose arm reaches over the road."""

    start: float
    x: float
    height_m: float = 7.2
    reach_m: float = 2.2

    @property
    def stop(self) -> float:
        return self.start

    def paint(self, easel: Easel) -> None:
        spot = easel.view.spot(self.start)
        if spot.distance <= NEAREST_M * 2:
            return
        side = 1 if self.x > 0 else -1
        head_x = self.x - side * self.reach_m
        easel.rectangle(spot, (self.x - 0.08, self.x + 0.08), (0.0, self.height_m), METAL)
        arm = (spot.at(self.x, self.height_m), spot.at(head_x, self.height_m + 0.35))
        easel.line(arm, METAL, spot.distance, spot.scale * 0.12)
        easel.rectangle(
            spot, (head_x - 0.35, head_x + 0.35), (self.height_m + 0.28, self.height_m + 0.42), METAL.times(0.8)
        )
        if easel.air.lamps > 0.2:
            easel.shine(spot, (head_x, self.height_m + 0.2), 0.16, SODIUM, strength=easel.air.lamps)

    def cast(self, easel: Easel) -> None:
        """The pool of light below it."""
        spot = easel.view.spot(self.start)
        if easel.air.lamps <= 0.2 or spot.distance <= NEAREST_M:
            return
        x = self.x - (1 if self.x > 0 else -1) * self.reach_m
        flatness = easel.view.lens.eye_m / max(4.0, spot.distance) * 1.6
        easel.ground_glow.spot(spot.at(x), spot.scale * 6.5, SODIUM.times(0.55 * easel.air.lamps), flatness=flatness)
        easel.reflect(spot, (x, self.height_m), 0.2, SODIUM, strength=0.5 * easel.air.lamps)


@dataclass(frozen=True, slots=True)
class TrafficLight:
    start: float
    x: float
    signal: Signal

    @property
    def stop(self) -> float:
        return self.start

    def cast(self, easel: Easel) -> None:
        for x, y in ((self.x - 4.2, 5.5), (self.x, 3.1)):
            easel.reflect(easel.view.spot(self.start), (x, y), 0.13, SIGNAL_COLORS[self.signal], strength=0.6)

    def paint(self, easel: Easel) -> None:
        spot = easel.view.spot(self.start)
        if spot.distance <= NEAREST_M * 2:
            return
        head_x = self.x - 4.2
        easel.rectangle(spot, (self.x - 0.09, self.x + 0.09), (0.0, 5.8), METAL)
        easel.line((spot.at(self.x, 5.7), spot.at(head_x, 5.85)), METAL, spot.distance, spot.scale * 0.12)
        for x, low in ((head_x, 5.0), (self.x, 2.6)):
            easel.rectangle(spot, (x - 0.2, x + 0.2), (low, low + 1.05), Color(36, 38, 40))
            for place, signal in ((0.82, Signal.RED), (0.52, None), (0.2, Signal.GREEN)):
                if signal is self.signal:
                    easel.shine(
                        spot, (x, low + place), 0.13, SIGNAL_COLORS[signal], strength=0.5 + 0.5 * easel.air.lamps
                    )
                else:
                    u, v = spot.at(x, low + place)
                    reach = 0.12 * spot.scale
                    easel.pen.ellipse((u - reach, v - reach, u + reach, v + reach), fill=(24, 24, 26))


@dataclass(frozen=True, slots=True)
class Rail:
    """A steel guard rail of one panel with its post."""

    start: float
    stop: float
    x: float

    def paint(self, easel: Easel) -> None:
        near, far = easel.view.spot(self.start), easel.view.spot(self.stop)
        if near.distance > 130:
            return
        easel.rectangle(near, (self.x - 0.06, self.x + 0.06), (0.0, 0.7), METAL)
        for low, shade in ((0.45, 1.5), (0.6, 1.75)):
            panel = (near.at(self.x, low), far.at(self.x, low), far.at(self.x, low + 0.14), near.at(self.x, low + 0.14))
            easel.fill(panel, METAL.times(shade), near.distance)


@dataclass(frozen=True, slots=True)
class SignBridge:
    """A gantry over the road with green boards."""

    start: float
    half_m: float

    @property
    def stop(self) -> float:
        return self.start

    def paint(self, easel: Easel) -> None:
        spot = easel.view.spot(self.start)
        if spot.distance <= NEAREST_M * 2:
            return
        for x in (-self.half_m, self.half_m):
            easel.rectangle(spot, (x - 0.2, x + 0.2), (0.0, 7.4), METAL)
        easel.rectangle(spot, (-self.half_m, self.half_m), (6.9, 7.3), METAL.times(1.15))
        for left, right in ((0.2, self.half_m * 0.48), (self.half_m * 0.54, self.half_m - 0.4)):
            easel.rectangle(spot, (left, right), (5.5, 7.9), Color(240, 240, 236))
            easel.rectangle(
                spot, (left + 0.08, right - 0.08), (5.58, 7.82), Color(18, 104, 74).times(1 + easel.air.lamps * 0.8)
            )
            for row, share in ((7.1, 0.8), (6.4, 0.55), (5.85, 0.35)):
                text = (left + 0.35, left + 0.35 + (right - left - 0.7) * share)
                easel.rectangle(spot, text, (row, row + 0.32), Color(236, 240, 236).times(1 + easel.air.lamps * 0.6))


@dataclass(frozen=True, slots=True)
class Wires:
    """A wooden pole and the wires to the next one."""

    start: float
    stop: float
    x: float

    def paint(self, easel: Easel) -> None:
        near, far = easel.view.spot(self.start), easel.view.spot(self.stop)
        if near.distance > NEAREST_M * 2:
            easel.rectangle(near, (self.x - 0.13, self.x + 0.13), (0.0, 8.6), WOOD.times(0.7))
            easel.rectangle(near, (self.x - 1.1, self.x + 1.1), (7.9, 8.05), WOOD.times(0.7))
        for offset in (-1.0, 1.0):
            begin, end = near.at(self.x + offset, 8.1), far.at(self.x + offset, 8.1)
            sag = (near.scale + far.scale) / 2 * 0.5
            middle = ((begin[0] + end[0]) / 2, (begin[1] + end[1]) / 2 + sag * 0.6)
            easel.line((begin, middle, end), Color(40, 40, 44), far.distance, 1)


def make_tree(rng: random.Random, start: float, x: float, *, is_conifer: bool) -> Tree:
    height = rng.uniform(5.0, 8.5)
    tufts = []
    for _ in range(0 if is_conifer else 34):
        angle, out = rng.uniform(0, 2 * math.pi), math.sqrt(rng.random())
        across, up = height * 0.26 * out * math.cos(angle), height * 0.23 * out * math.sin(angle)
        tufts.append((across, height * 0.7 + up, height * rng.uniform(0.05, 0.1)))
    tufts.sort(key=lambda tuft: tuft[1])
    return Tree(
        start, x, height * (1.3 if is_conifer else 1.0), LEAVES[5] if is_conifer else rng.choice(LEAVES), tuple(tufts)
    )
