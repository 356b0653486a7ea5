"""The edge of our own car that the camera sees: the hood, or nothing at all."""

from webapp.demo.drawing.color import Color
from webapp.demo.drawing.easel import Easel
from webapp.demo.drawing.view import Point

PAINT = Color(48, 54, 66)
HEADLIGHTS = Color(255, 236, 200)


def light_the_road(easel: Easel) -> None:
    """The pools of our own headlights."""
    if easel.air.lamps < 0.4:
        return
    for distance, across, strength in ((6.5, 4.2, 0.22), (11.0, 4.6, 0.26), (19.0, 5.5, 0.2)):
        spot = easel.view.spot(easel.view.station + distance)
        color = HEADLIGHTS.times(strength * easel.air.lamps**2)
        easel.ground_glow.spot(spot.at(easel.view.eye_x), spot.scale * across, color, flatness=0.32)


def paint_hood(easel: Easel) -> None:
    """A curved hood along the lower edge, with the sky on it."""
    width, height = easel.image.size
    easel.glow.hide((0, height * 0.93, width, height))
    for lift, share in ((0.0, 0.0), (0.010, 0.16), (0.022, 0.07)):
        color = PAINT.under(easel.air.ambient).mixed(easel.air.sky[-1], 0.10 + share)
        easel.pen.polygon(_arch(width, height, lift), fill=color.whole)


def _arch(width: int, height: int, lift: float) -> list[Point]:
    top = height * (0.895 + lift)
    steps = 24
    arch = [
        (width * step / steps, top + height * 0.075 * (2 * step / steps - 1) ** 2 * 1.1) for step in range(steps + 1)
    ]
    return [(0.0, float(height)), *arch, (float(width), float(height))]
