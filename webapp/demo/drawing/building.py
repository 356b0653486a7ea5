"""Houses: a face along the street and one across it, with windows that are lit or not."""

import random
from dataclasses import dataclass

from webapp.demo.drawing.color import Color
from webapp.demo.drawing.easel import Easel
from webapp.demo.drawing.ground import SNOW, cast_shadow
from webapp.demo.drawing.view import NEAREST_M, Spot

FLOOR_M = 3.3
BAY_M = 3.0
# Below this many pixels of the easel a window is not worth its polygon.
SMALLEST_WINDOW_PX = 2.2
DARK_GLASS = Color(70, 84, 104)
LAMP_LIGHTS = (Color(255, 206, 132), Color(255, 222, 164), Color(255, 190, 110), Color(214, 228, 255))

WALLS = {
    "downtown": (
        Color(150, 126, 112),
        Color(132, 138, 148),
        Color(168, 152, 132),
        Color(120, 108, 112),
        Color(156, 118, 100),
        Color(108, 122, 138),
        Color(182, 172, 158),
    ),
    "suburb": (
        Color(214, 200, 178),
        Color(186, 142, 120),
        Color(176, 188, 192),
        Color(222, 214, 202),
        Color(160, 132, 112),
    ),
}
SHOP_LIGHT = Color(255, 218, 160)
SHOP_SIGNS = (
    Color(232, 78, 92),
    Color(70, 178, 210),
    Color(250, 190, 70),
    Color(120, 210, 140),
    Color(214, 110, 210),
    Color(240, 240, 230),
)


@dataclass(frozen=True, slots=True)
class Building:
    """From station `start` to `stop`, its face `setback` meters from the middle on `side` (-1 left, 1 right).

    `lit` says for each window whether somebody is at home, floor by floor; `sign` is the light of a shop below.
    """

    start: float
    stop: float
    side: int
    setback: float
    floors: int
    wall: Color
    lit: tuple[float, ...]
    sign: Color | None
    has_gable: bool

    @property
    def height_m(self) -> float:
        return self.floors * FLOOR_M + 0.8

    @property
    def bays(self) -> int:
        return max(1, int((self.stop - self.start) / BAY_M))

    def paint(self, easel: Easel) -> None:
        near, far = easel.view.spot(self.start), easel.view.spot(self.stop)
        x = self.side * self.setback
        self._paint_across(easel, near)
        wall = self.wall.times(0.86 if self.side < 0 else 1.0)
        corners = (near.at(x), far.at(x), far.at(x, self.height_m), near.at(x, self.height_m))
        easel.fill(corners, wall, (near.distance + far.distance) / 2)
        if self.has_gable:
            self._paint_roof(easel, near, far)
        else:
            rim = (
                near.at(x, self.height_m),
                far.at(x, self.height_m),
                far.at(x, self.height_m - 0.5),
                near.at(x, self.height_m - 0.5),
            )
            easel.fill(rim, SNOW if easel.air.is_snowy else wall.times(0.8), near.distance)
        self._paint_windows_along(easel)
        if self.sign is not None:
            self._paint_shop(easel, self.sign)

    def _paint_across(self, easel: Easel, near: Spot) -> None:
        """The face that looks back at us; of a house beside us it lies behind."""
        if near.distance <= NEAREST_M:
            return
        inner, outer = self.side * self.setback, self.side * (self.setback + 14.0)
        easel.rectangle(near, (inner, outer), (0.0, self.height_m), self.wall.times(0.7))
        if self.has_gable:
            ridge = self.side * (self.setback + 7.0)
            roof = (near.at(inner, self.height_m), near.at(ridge, self.height_m + 3.4), near.at(outer, self.height_m))
            easel.fill(roof, self.wall.times(0.66), near.distance)
        if near.scale * 1.4 < SMALLEST_WINDOW_PX * 2:
            return
        for floor in range(self.floors):
            low = floor * FLOOR_M + 1.1
            for bay in range(4):
                x = inner + self.side * (1.6 + bay * 3.2)
                self._paint_pane(easel, near, (x, x + self.side * 1.4), (low, low + 1.6), self._lamp(floor, bay + 3))

    def _paint_pane(
        self, easel: Easel, spot: Spot, x: tuple[float, float], y: tuple[float, float], lamp: Color | None
    ) -> None:
        (u0, v0), (u1, v1) = spot.at(min(x), y[1]), spot.at(max(x), y[0])
        air = easel.air
        color = air.through(lamp, spot.distance * 0.5) if lamp else air.seen(self._glass(easel), spot.distance)
        easel.pen.rectangle((u0, v0, u1, v1), fill=color.whole)

    def _paint_windows_along(self, easel: Easel) -> None:
        x = self.side * self.setback
        for bay in range(self.bays):
            begin = self.start + 0.75 + bay * BAY_M
            if not easel.view.shows(begin, begin + 1.5):
                continue
            near, far = easel.view.spot(begin), easel.view.spot(begin + 1.5)
            if abs(far.at(x)[0] - near.at(x)[0]) < SMALLEST_WINDOW_PX:
                continue
            glass = easel.air.seen(self._glass(easel), near.distance).whole
            for floor in range(1 if self.sign is not None else 0, self.floors):
                low, high = floor * FLOOR_M + 1.0, floor * FLOOR_M + 2.7
                lamp = self._lamp(floor, bay)
                color = easel.air.through(lamp, near.distance * 0.5).whole if lamp else glass
                easel.pen.polygon((near.at(x, low), far.at(x, low), far.at(x, high), near.at(x, high)), fill=color)

    def _paint_shop(self, easel: Easel, sign: Color) -> None:
        """A lit shop window with its sign above."""
        if not easel.view.shows(self.start + 0.5, self.stop - 0.5):
            return
        near, far = easel.view.spot(self.start + 0.5), easel.view.spot(self.stop - 0.5)
        x = self.side * self.setback
        lamps = easel.air.lamps
        inside = Color(120, 124, 130).under(easel.air.ambient).mixed(SHOP_LIGHT, lamps * 0.75)
        window = (near.at(x, 0.5), far.at(x, 0.5), far.at(x, 2.5), near.at(x, 2.5))
        easel.lit(window, inside, near.distance)
        board = (near.at(x, 2.65), far.at(x, 2.65), far.at(x, 3.2), near.at(x, 3.2))
        easel.lit(board, sign.under(easel.air.ambient).mixed(sign, lamps), near.distance)
        strength = lamps * self._nearness(easel)
        if lamps > 0.5 and strength > 0:
            middle = easel.view.spot((max(self.start, easel.view.station + 4) + self.stop) / 2)
            easel.glow.spot(middle.at(x, 2.9), middle.scale * 4.5, sign.times(0.4 * strength))

    def cast(self, easel: Easel) -> None:
        """The shadow of a house in the sun; the light of a shop on the sidewalk."""
        if easel.air.casts_shadows and self.side > 0:
            reach = min(self.height_m * 0.45, self.setback)
            cast_shadow(easel, (self.start - 0.8, self.stop + 0.8), (self.setback - reach, self.setback), 0.42)
        strength = easel.air.lamps * self._nearness(easel)
        if self.sign is None or easel.air.lamps <= 0.5 or strength <= 0:
            return
        middle = easel.view.spot((max(self.start, easel.view.station + 4) + self.stop) / 2)
        x = self.side * (self.setback - 1.5)
        easel.ground_glow.spot(middle.at(x), middle.scale * 6, SHOP_LIGHT.times(0.35 * strength), flatness=0.22)
        easel.reflect(middle, (x, 2.8), 1.2, self.sign, strength=0.45 * strength)

    def _nearness(self, easel: Easel) -> float:
        """1 where its lights matter, less as it comes beside us or goes far: lights must not jump in a film."""
        ahead = self.stop - easel.view.station
        return max(0.0, min(1.0, (ahead - 5) / 9, (130 - ahead) / 60))

    def _paint_roof(self, easel: Easel, near: Spot, far: Spot) -> None:
        eave, ridge = self.side * (self.setback - 0.4), self.side * (self.setback + 7.0)
        high = self.height_m + 3.4
        corners = (
            near.at(eave, self.height_m - 0.1),
            far.at(eave, self.height_m - 0.1),
            far.at(ridge, high),
            near.at(ridge, high),
        )
        easel.fill(corners, SNOW if easel.air.is_snowy else Color(112, 78, 68), near.distance)

    def _glass(self, easel: Easel) -> Color:
        return DARK_GLASS.mixed(easel.air.sky[1], 0.35)

    def _lamp(self, floor: int, bay: int) -> Color | None:
        """The light behind a window, or None; the chances were drawn when the house was built."""
        chance = self.lit[(floor * 7 + bay) % len(self.lit)]
        return None if chance < 0 else LAMP_LIGHTS[int(chance * len(LAMP_LIGHTS))]


def make_building(
    rng: random.Random, start: float, side: int, *, style: str, setback: float, lit_share: float
) -> Building:
    is_house = style == "suburb"
    length = rng.uniform(9, 15) if is_house else rng.uniform(12, 24)
    lit = tuple(rng.random() if rng.random() < lit_share else -1.0 for _ in range(61))
    return Building(
        start=start,
        stop=start + length,
        side=side,
        setback=setback + rng.uniform(0, 4 if is_house else 1.5),
        floors=rng.choice((1, 2, 2)) if is_house else rng.choice((3, 4, 5, 6, 8, 11)),
        wall=rng.choice(WALLS[style]),
        lit=lit,
        sign=None if is_house or rng.random() < 0.35 else rng.choice(SHOP_SIGNS),
        has_gable=is_house,
    )
