"""One picture: a street, what moves in it, a camera, and the air."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from webapp.demo.drawing.air import Air
from webapp.demo.drawing.cabin import light_the_road, paint_hood
from webapp.demo.drawing.easel import Easel, Sighting
from webapp.demo.drawing.ground import paint_ground
from webapp.demo.drawing.precipitation import add_film_look, add_weather
from webapp.demo.drawing.sky import Backdrop
from webapp.demo.drawing.street import Casting, Street, Thing
from webapp.demo.drawing.view import View


@dataclass(frozen=True, slots=True)
class Picture:
    """The image in its final size, and how many cars and pedestrians one can see in it."""

    image: Image.Image
    cars: int
    pedestrians: int


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
    seen = visible(easel.sightings, view)
    return Picture(image, seen.count("car"), seen.count("pedestrian"))


def visible(sightings: Sequence[Sighting], view: View) -> list[str]:
    """The kinds of what a person would count: inside the picture, large enough, and not behind something nearer."""
    kinds = []
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
            kinds.append(one.kind)
    return kinds
