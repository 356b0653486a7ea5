"""One picture: a street, what moves in it, a camera, and the air."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from PIL import Image

from webapp.demo.drawing.air import Air
from webapp.demo.drawing.cabin import light_the_road, paint_hood
from webapp.demo.drawing.easel import OVERSAMPLING, Easel, Sighting
from webapp.demo.drawing.ground import paint_ground
from webapp.demo.drawing.precipitation import add_film_look, add_weather
from webapp.demo.drawing.sky import Backdrop
from webapp.demo.drawing.street import Casting, Street, Thing
from webapp.demo.drawing.view import View


@dataclass(frozen=True, slots=True)
class Picture:
    """The image in its final size, and what one can see in it, with boxes in the image's own pixels."""

    image: Image.Image
    seen: tuple[Sighting, ...]

    @property
    def cars(self) -> int:
        return sum(one.kind == "car" for one in self.seen)

    @property
    def pedestrians(self) -> int:
        return sum(one.kind == "pedestrian" for one in self.seen)


def paint_picture(
    street: Street,
    moving: Sequence[Thing],
    view: View,
    air: Air,
    backdrop: Backdrop,
    *,
    seed: int,
    has_hood: bool,
) -> Picture:
    """`view` is in pixels of the easel, which is OVERSAMPLING times as large as the picture."""
    easel = Easel(view, air, backdrop.behind(view))
    paint_ground(easel, street.road)
    light_the_road(easel)
    shown = [thing for thing in (*street.things, *moving) if view.shows(thing.start, thing.stop)]
    for thing in shown:
        if isinstance(thing, Casting):
            thing.cast(easel)
    easel.light_ground()
    for thing in sorted(shown, key=lambda thing: -(thing.start + thing.stop)):
        thing.paint(easel)
    if has_hood:
        paint_hood(easel)
    rng = random.Random(seed)
    image = add_weather(easel.finished(), air, rng, has_glass=has_hood)
    image = add_film_look(image, rng, grain=0.5 + 0.5 * air.lamps)
    return Picture(image, tuple(cropped(one, view) for one in visible(easel.sightings, view)))


def cropped(one: Sighting, view: View) -> Sighting:
    """The part of it that is in the picture, in pixels of the picture."""
    return replace(
        one,
        left=max(0.0, one.left) / OVERSAMPLING,
        top=max(0.0, one.top) / OVERSAMPLING,
        right=min(float(view.lens.width), one.right) / OVERSAMPLING,
        bottom=min(float(view.lens.height), one.bottom) / OVERSAMPLING,
    )


def visible(sightings: Sequence[Sighting], view: View) -> list[Sighting]:
    """What a person would count: inside the picture, large enough, and not behind something nearer."""
    counted = []
    smallest = view.lens.height * 0.012
    for one in sightings:
        left, right = max(0.0, one.left), min(float(view.lens.width), one.right)
        if right - left < smallest or one.bottom - one.top < smallest or right - left < (one.right - one.left) * 0.3:
            continue
        nearer = [other for other in sightings if other.distance < one.distance - 0.5]
        covered = sum(
            max(0.0, min(right, other.right) - max(left, other.left))
            for other in nearer
            if other.top < one.bottom and other.bottom > (one.top + one.bottom) / 2
        )
        if covered < (right - left) * 0.6:
            counted.append(one)
    return counted
