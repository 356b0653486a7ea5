"""What a picture is painted on: twice its size for smooth edges, with a layer for light that glows."""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from webapp.demo.drawing.air import Air
from webapp.demo.drawing.color import WHITE, Color
from webapp.demo.drawing.glow import Glow
from webapp.demo.drawing.view import Point, Spot, View

OVERSAMPLING = 2
SHADOW_SHRINK = 4


@dataclass(frozen=True, slots=True)
class Sighting:
    """Something worth counting: its kind and its box in pixels of the easel; meters away.

    `label` is what an annotator would call it, `name` which one of them it is in a film.
    """

    kind: str
    left: float
    top: float
    right: float
    bottom: float
    distance: float
    label: str = ""
    name: str = ""


class Easel:
    """A picture in the making, seen through `view` in `air`.

    First the ground is painted, then light and shadow on it (`ground_glow`), then what stands there.
    """

    def __init__(self, view: View, air: Air, backdrop: Image.Image) -> None:
        self.view = view
        self.air = air
        self.image = backdrop
        self.pen = ImageDraw.Draw(backdrop)
        self.sightings: list[Sighting] = []
        self.glow = Glow(backdrop.size)
        self.ground_glow = Glow(backdrop.size)
        self._shadows = Image.new("L", (backdrop.width // SHADOW_SHRINK, backdrop.height // SHADOW_SHRINK), 255)
        self._shadow_pen = ImageDraw.Draw(self._shadows)

    def fill(self, points: Sequence[Point], color: Color, distance: float) -> None:
        """A surface in the light of the air."""
        self.pen.polygon(points, fill=self.air.seen(color, distance).whole)

    def lit(self, points: Sequence[Point], color: Color, distance: float) -> None:
        """A surface with a light of its own."""
        self.pen.polygon(points, fill=self.air.through(color, distance * 0.5).whole)

    def rectangle(self, spot: Spot, x: tuple[float, float], y: tuple[float, float], color: Color) -> None:
        """A surface across the street between two `x` and two `y`."""
        left, right = sorted(x)
        low, high = sorted(y)
        (u0, v0), (u1, v1) = spot.at(left, high), spot.at(right, low)
        self.pen.rectangle((u0, v0, u1, v1), fill=self.air.seen(color, spot.distance).whole)

    def disc(self, spot: Spot, x: float, y: float, radius_m: float, color: Color) -> None:
        u, v = spot.at(x, y)
        reach = radius_m * spot.scale
        fill = self.air.seen(color, spot.distance).whole
        self.pen.ellipse((u - reach, v - reach, u + reach, v + reach), fill=fill)

    def line(self, points: Sequence[Point], color: Color, distance: float, width: float) -> None:
        self.pen.line(points, fill=self.air.seen(color, distance).whole, width=max(1, round(width)))

    def shine(self, spot: Spot, at: Point, radius_m: float, color: Color, *, strength: float = 1.0) -> None:
        """A lamp at (x, y) meters: its bright core, its glow, and on a wet road its reflection."""
        u, v = spot.at(*at)
        radius = max(1.2, radius_m * spot.scale)
        self.pen.ellipse((u - radius, v - radius, u + radius, v + radius), fill=color.mixed(WHITE, 0.6).whole)
        fade = strength * (0.3 + 0.7 * max(0.0, 1.0 - spot.distance / 150.0))
        self.glow.spot((u, v), radius * 5 + 6, color.times(fade))

    def reflect(self, spot: Spot, at: Point, radius_m: float, color: Color, *, strength: float = 1.0) -> None:
        """The long reflection of a lamp at (x, y) meters, if the road is wet."""
        if not self.air.is_wet:
            return
        u, mirrored = spot.at(at[0], -at[1])
        depth, radius = mirrored - spot.top, radius_m * spot.scale
        middle = spot.top + depth * 0.75
        self.ground_glow.streak((u, middle), radius * 3 + 10, depth * 0.75 + radius * 3 + 8, color.times(strength))

    def shade(self, points: Sequence[Point], depth: float) -> None:
        """A shadow on the ground; a `depth` of 1 would be black."""
        small = [(u / SHADOW_SHRINK, v / SHADOW_SHRINK) for u, v in points]
        self._shadow_pen.polygon(small, fill=round(255 * (1.0 - depth)))

    def sight(self, kind: str, box: Sequence[Point], distance: float, *, label: str, name: str) -> None:
        across, down = [point[0] for point in box], [point[1] for point in box]
        self.sightings.append(Sighting(kind, min(across), min(down), max(across), max(down), distance, label, name))

    def light_ground(self) -> None:
        """Lay shadows and light on the ground; to be called before anything is painted that stands on it."""
        if self.air.casts_shadows:
            soft = self._shadows.filter(ImageFilter.GaussianBlur(2)).resize(self.image.size, Image.Resampling.BILINEAR)
            self.image.paste(ImageChops.multiply(self.image, Image.merge("RGB", (soft, soft, soft))))
        self.ground_glow.over_below(self.image, self.view.lens.horizon_px)

    def finished(self) -> Image.Image:
        """The picture in its final size, with everything that shines."""
        self.glow.scatter(0.9 if self.air.visibility_m < 130 else 0.55)
        return self.glow.over(self.image.reduce(OVERSAMPLING))
