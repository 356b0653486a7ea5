"""People on foot."""

import math
import random
from dataclasses import dataclass

from webapp.demo.drawing.color import Color
from webapp.demo.drawing.easel import Easel
from webapp.demo.drawing.view import NEAREST_M, Spot

COATS = (
    Color(176, 58, 52),
    Color(52, 70, 104),
    Color(212, 172, 88),
    Color(70, 74, 78),
    Color(96, 126, 104),
    Color(190, 184, 172),
    Color(120, 82, 120),
)
SKINS = (Color(222, 184, 152), Color(168, 124, 96), Color(108, 78, 60))
TROUSERS = (Color(44, 48, 60), Color(70, 66, 62), Color(36, 38, 42))


@dataclass(frozen=True, slots=True)
class Person:
    """`stride` is the phase of the walk in radians; `heading` -1 to 1 is how far it goes across our view."""

    start: float
    x: float
    height_m: float
    coat: Color
    trousers: Color
    skin: Color
    stride: float
    heading: float
    umbrella: Color | None = None
    name: str = ""

    @property
    def stop(self) -> float:
        return self.start

    def paint(self, easel: Easel) -> None:
        spot = easel.view.spot(self.start)
        if spot.distance <= NEAREST_M * 2:
            return
        tall = self.height_m
        swing = math.sin(self.stride) * (0.10 + 0.22 * abs(self.heading))
        easel.rectangle(spot, (self.x - 0.28, self.x + 0.28), (0.0, 0.03), Color(40, 40, 44))
        for lean, shade in ((swing, 0.8), (-swing, 1.0)):
            self._paint_leg(easel, spot, lean, self.trousers.times(shade))
        shoulder, hip = tall * 0.82, tall * 0.46
        outline = (
            (-0.21, hip),
            (0.21, hip),
            (0.24, shoulder - 0.08),
            (0.13, shoulder),
            (-0.13, shoulder),
            (-0.24, shoulder - 0.08),
        )
        torso = [spot.at(self.x + across, up) for across, up in outline]
        easel.fill(torso, self.coat, spot.distance)
        for side, lean in ((-1, -swing), (1, swing)):
            hand = spot.at(self.x + side * 0.26 + lean * 0.8, tall * 0.46)
            easel.line(
                (spot.at(self.x + side * 0.22, shoulder - 0.08), hand),
                self.coat.times(0.8),
                spot.distance,
                spot.scale * 0.11,
            )
        self._paint_head(easel, spot)
        box = (spot.at(self.x - 0.3, tall), spot.at(self.x + 0.3))
        easel.sight("pedestrian", box, spot.distance, label="pedestrian", name=self.name)

    def _paint_leg(self, easel: Easel, spot: Spot, lean: float, color: Color) -> None:
        hip, foot = self.height_m * 0.48, self.x + lean
        leg = (spot.at(self.x - 0.17, hip), spot.at(self.x + 0.17, hip), spot.at(foot + 0.08), spot.at(foot - 0.08))
        easel.fill(leg, color, spot.distance)

    def _paint_head(self, easel: Easel, spot: Spot) -> None:
        u, v = spot.at(self.x, self.height_m - 0.13)
        reach = 0.125 * spot.scale
        hair = easel.air.seen(Color(48, 38, 34), spot.distance).whole
        easel.pen.ellipse((u - reach, v - reach * 1.15, u + reach, v + reach * 1.15), fill=hair)
        face = easel.air.seen(self.skin, spot.distance).whole
        easel.pen.ellipse((u - reach * 0.8, v - reach * 0.5, u + reach * 0.8, v + reach * 1.15), fill=face)
        if self.umbrella is None:
            return
        top = self.height_m + 0.12
        easel.line(
            (spot.at(self.x + 0.12, top), spot.at(self.x + 0.12, self.height_m * 0.6)),
            Color(40, 40, 40),
            spot.distance,
            2,
        )
        u, v = spot.at(self.x + 0.12, top)
        reach = 0.62 * spot.scale
        color = easel.air.seen(self.umbrella, spot.distance).whole
        easel.pen.pieslice((u - reach, v - reach * 0.55, u + reach, v + reach * 0.75), 180, 360, fill=color)


def make_person(rng: random.Random, start: float, x: float, *, is_wet: bool, heading: float = 0.0) -> Person:
    return Person(
        start=start,
        x=x,
        height_m=rng.uniform(1.56, 1.88),
        coat=rng.choice(COATS),
        trousers=rng.choice(TROUSERS),
        skin=rng.choice(SKINS),
        stride=rng.uniform(0, 2 * math.pi),
        heading=heading,
        umbrella=rng.choice(COATS) if is_wet and rng.random() < 0.75 else None,
    )
