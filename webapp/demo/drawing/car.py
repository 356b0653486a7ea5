"""Cars, vans, trucks and buses, seen from behind or from the front."""

from dataclasses import dataclass
from enum import StrEnum

from webapp.demo.drawing.color import Color
from webapp.demo.drawing.easel import Easel
from webapp.demo.drawing.view import NEAREST_M, Point, Spot

TIRE = Color(26, 26, 28)
GLASS = Color(48, 58, 70)
HEADLIGHT = Color(255, 244, 214)
TAILLIGHT = Color(255, 42, 30)
PAINTS = (
    Color(196, 200, 206), Color(236, 236, 234), Color(44, 48, 56), Color(122, 128, 138), Color(156, 40, 44),
    Color(46, 82, 138), Color(64, 100, 84), Color(206, 164, 74), Color(96, 66, 58), Color(70, 126, 146),
)  # fmt: skip


class Make(StrEnum):
    SEDAN = "sedan"
    WAGON = "wagon"
    VAN = "van"
    TRUCK = "truck"
    BUS = "bus"


# What an annotator calls them; the others are cars.
LABELS = {Make.VAN: "van", Make.TRUCK: "truck", Make.BUS: "bus"}


@dataclass(frozen=True, slots=True)
class Body:
    """Meters: `belt` is the height of the windows' lower edge; the cabin begins and ends that far from the ends."""

    width: float
    length: float
    belt: float
    roof: float
    cabin_behind: float
    cabin_before: float


BODIES = {
    Make.SEDAN: Body(1.82, 4.5, 0.92, 1.44, 0.65, 1.35),
    Make.WAGON: Body(1.9, 4.6, 1.02, 1.68, 0.12, 1.2),
    Make.VAN: Body(2.02, 5.4, 1.15, 2.3, 0.05, 0.7),
    Make.TRUCK: Body(2.4, 8.4, 1.5, 3.3, 0.0, 0.3),
    Make.BUS: Body(2.5, 11.0, 1.2, 3.05, 0.0, 0.1),
}


@dataclass(frozen=True, slots=True)
class Car:
    """Its end nearest to us is at `start`; `x` is its middle. It drives our way, or comes toward us."""

    start: float
    x: float
    make: Make
    paint_color: Color
    is_oncoming: bool
    is_braking: bool = False
    name: str = ""

    @property
    def body(self) -> Body:
        return BODIES[self.make]

    @property
    def stop(self) -> float:
        return self.start + self.body.length

    def paint(self, easel: Easel) -> None:
        body = self.body
        near, far = easel.view.spot(self.start), easel.view.spot(self.stop)
        if near.distance <= NEAREST_M * 2:
            return
        half = body.width / 2
        easel.glow.hide((*near.at(self.x - half, body.roof), *near.at(self.x + half)))
        self._paint_shadow(easel, near, far)
        self._paint_side(easel, near, far)
        self._paint_end(easel, near)
        self._paint_lights(easel, near)
        box = [
            near.at(self.x - half, body.roof),
            near.at(self.x + half),
            far.at(self.x - half),
            far.at(self.x + half, body.roof),
        ]
        easel.sight("car", box, near.distance, label=LABELS.get(self.make, "car"), name=self.name)

    def cast(self, easel: Easel) -> None:
        """Its lights on the road."""
        near = easel.view.spot(self.start)
        if near.distance <= NEAREST_M * 2 or easel.air.lamps <= 0.2:
            return
        color = HEADLIGHT if self.is_oncoming else TAILLIGHT
        for side in (-1, 1):
            easel.reflect(near, (self.x + side * (self.body.width / 2 - 0.24), 0.7), 0.12, color, strength=0.7)
        if self.is_oncoming:
            before = easel.view.spot(self.start - 3.5)
            easel.ground_glow.spot(
                before.at(self.x), before.scale * 2.4, color.times(0.45 * easel.air.lamps), flatness=0.3
            )
        else:
            easel.ground_glow.spot(near.at(self.x), near.scale * 1.6, color.times(0.3 * easel.air.lamps), flatness=0.25)

    def _paint_shadow(self, easel: Easel, near: Spot, far: Spot) -> None:
        half = self.body.width / 2 + 0.12
        if easel.air.is_wet:
            half += 0.05
        left, right = self.x - half, self.x + half
        shadow = (near.at(left), near.at(right), far.at(right), far.at(left))
        easel.fill(shadow, Color(34, 34, 38), near.distance)

    def _paint_side(self, easel: Easel, near: Spot, far: Spot) -> None:
        """The flank turned toward us, if any."""
        body = self.body
        half = body.width / 2
        left, right = self.x - half, self.x + half
        if far.at(left)[0] < near.at(left)[0]:
            x = left
        elif far.at(right)[0] > near.at(right)[0]:
            x = right
        else:
            return
        color = self.paint_color.times(0.78)
        distance = near.distance
        easel.fill((near.at(x, 0.3), far.at(x, 0.3), far.at(x, body.belt), near.at(x, body.belt)), color, distance)
        inset = 0.16 if x < self.x else -0.16
        back, front = easel.view.spot(self.start + self._cabin()[0]), easel.view.spot(self.stop - self._cabin()[1])
        lean = 0.35 if self.make in (Make.SEDAN, Make.WAGON) else 0.05
        high_back = easel.view.spot(self.start + self._cabin()[0] + lean)
        high_front = easel.view.spot(self.stop - self._cabin()[1] - lean)
        cabin = (
            back.at(x, body.belt),
            front.at(x, body.belt),
            high_front.at(x + inset, body.roof),
            high_back.at(x + inset, body.roof),
        )
        if self.make is Make.TRUCK:
            easel.fill(cabin, color.mixed(Color(220, 220, 220), 0.5), distance)
        else:
            easel.fill(cabin, color, distance)
            low, high = body.belt + 0.06, body.roof - 0.1
            glass = (back.at(x, low), front.at(x, low), high_front.at(x + inset, high), high_back.at(x + inset, high))
            easel.fill(glass, self._glass(easel), distance)
        for station in (self.start + 0.85, self.stop - 0.85):
            self._paint_side_wheel(easel, station, x)

    def _paint_side_wheel(self, easel: Easel, station: float, x: float) -> None:
        before, behind = easel.view.spot(station - 0.34), easel.view.spot(station + 0.34)
        if before.distance <= NEAREST_M * 1.5:
            return
        u0, u1 = sorted((before.at(x)[0], behind.at(x)[0]))
        v0, v1 = before.at(x, 0.68)[1], before.at(x)[1]
        easel.pen.ellipse((u0, v0, u1, v1), fill=easel.air.seen(TIRE, before.distance).whole)

    def _paint_end(self, easel: Easel, near: Spot) -> None:
        """The back, or of an oncoming car the front."""
        body = self.body
        half, distance = body.width / 2, near.distance
        for side in (-1, 1):
            tire = (self.x + side * (half - 0.28), self.x + side * (half - 0.02))
            easel.rectangle(near, tire, (0.0, 0.45), TIRE)
        cabin = easel.view.spot(self.start + self._cabin()[0])
        roof = easel.view.spot(
            self.start + self._cabin()[0] + (0.45 if self.make in (Make.SEDAN, Make.WAGON) else 0.05)
        )
        deck = (near.at(self.x - half, body.belt), near.at(self.x + half, body.belt),
                cabin.at(self.x + half, body.belt), cabin.at(self.x - half, body.belt))  # fmt: skip
        easel.fill(deck, self.paint_color.mixed(easel.air.sky[-1], 0.18).times(1.12), distance)
        top = half - 0.2 if self.make in (Make.SEDAN, Make.WAGON) else half - 0.04
        frame = (cabin.at(self.x - half + 0.04, body.belt), cabin.at(self.x + half - 0.04, body.belt),
                 roof.at(self.x + top, body.roof), roof.at(self.x - top, body.roof))  # fmt: skip
        easel.fill(frame, self.paint_color, distance)
        self._paint_rear_glass(easel, cabin, roof, half, top)
        self._paint_lower_end(easel, near, half)

    def _paint_rear_glass(self, easel: Easel, cabin: Spot, roof: Spot, half: float, top: float) -> None:
        body = self.body
        if self.make is Make.TRUCK and not self.is_oncoming:
            door = (cabin.at(self.x - 0.03, body.belt), cabin.at(self.x + 0.03, body.belt),
                    roof.at(self.x + 0.03, body.roof - 0.1), roof.at(self.x - 0.03, body.roof - 0.1))  # fmt: skip
            easel.fill(door, self.paint_color.times(0.6), cabin.distance)
            return
        low, high = body.belt + 0.05, body.roof - (0.1 if body.roof < 2 else 0.35)
        glass = (cabin.at(self.x - half + 0.16, low), cabin.at(self.x + half - 0.16, low),
                 roof.at(self.x + top - 0.08, high), roof.at(self.x - top + 0.08, high))  # fmt: skip
        easel.fill(glass, self._glass(easel), cabin.distance)
        shine = (glass[0], _between(glass[0], glass[1], 0.45), _between(glass[3], glass[2], 0.2), glass[3])
        easel.fill(shine, self._glass(easel).mixed(easel.air.sky[-1], 0.25), cabin.distance)

    def _paint_lower_end(self, easel: Easel, near: Spot, half: float) -> None:
        body = self.body
        left, right = self.x - half, self.x + half
        u0, v0 = near.at(left, body.belt)
        u1, v1 = near.at(right, 0.3)
        color = easel.air.seen(self.paint_color.times(0.9), near.distance)
        easel.pen.rounded_rectangle((u0, v0, u1, max(v0 + 1, v1)), radius=max(0.0, 0.12 * near.scale), fill=color.whole)
        easel.rectangle(near, (left + 0.04, right - 0.04), (0.3, 0.48), self.paint_color.times(0.5).mixed(TIRE, 0.4))
        plate = (self.x - 0.26, self.x + 0.26)
        if self.is_oncoming:
            easel.rectangle(near, (self.x - half * 0.55, self.x + half * 0.55), (0.52, 0.74), TIRE)
            easel.rectangle(near, plate, (0.36, 0.47), Color(220, 220, 210))
        else:
            easel.rectangle(near, plate, (0.56, 0.7), Color(220, 220, 210))

    def _paint_lights(self, easel: Easel, near: Spot) -> None:
        body, lamps = self.body, easel.air.lamps
        height = min(0.74, body.belt - 0.16)
        for side in (-1, 1):
            x = self.x + side * (body.width / 2 - 0.24)
            if self.is_oncoming:
                easel.rectangle(near, (x - 0.18, x + 0.18), (height - 0.08, height + 0.1), Color(230, 232, 230))
                if lamps > 0.2 or easel.air.is_wet:
                    easel.shine(near, (x, height), 0.12, HEADLIGHT, strength=max(0.45, lamps))
                continue
            color = TAILLIGHT if lamps > 0.2 or self.is_braking else Color(170, 36, 34)
            lens = (
                near.at(x - 0.2, height - 0.07),
                near.at(x + 0.2, height - 0.07),
                near.at(x + 0.2, height + 0.11),
                near.at(x - 0.2, height + 0.11),
            )
            easel.lit(lens, color.times(0.95 if lamps > 0.2 or self.is_braking else 0.7), near.distance)
            if lamps > 0.2 or self.is_braking:
                easel.shine(near, (x, height + 0.02), 0.09, TAILLIGHT, strength=1.0 if self.is_braking else 0.55)

    def _cabin(self) -> tuple[float, float]:
        """How far the cabin keeps from the near end and from the far end."""
        body = self.body
        return (body.cabin_before, body.cabin_behind) if self.is_oncoming else (body.cabin_behind, body.cabin_before)

    def _glass(self, easel: Easel) -> Color:
        return GLASS.mixed(easel.air.sky[1], 0.22)


def _between(start: Point, stop: Point, share: float) -> Point:
    return start[0] + (stop[0] - start[0]) * share, start[1] + (stop[1] - start[1]) * share
