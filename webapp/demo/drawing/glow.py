"""Light that is added to a picture: soft spots, gathered on a small layer and laid over it at once."""

from collections.abc import Sequence

from PIL import Image, ImageChops, ImageFilter

from webapp.demo.drawing.color import Color
from webapp.demo.drawing.view import Point

# One pixel of the layer for so many of the easel; light is soft anyway.
SHRINK = 8
_MOST_PIXELS = 4096


class Glow:
    """A layer of light for a picture of `size` pixels, dark at first."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._layer = Image.new("RGB", (size[0] // SHRINK, size[1] // SHRINK))

    def spot(self, center: Point, radius: float, color: Color, *, flatness: float = 1.0) -> None:
        """Light around a point, fading out at `radius` pixels; `flatness` below 1 makes it a pool on the ground."""
        self.streak(center, radius, radius * flatness, color)

    def streak(self, center: Point, across: float, up: float, color: Color) -> None:
        """An ellipse of light with these half axes in pixels of the easel."""
        half = max(1.0, across / SHRINK), max(1.0, up / SHRINK)
        left, top = round(center[0] / SHRINK - half[0]), round(center[1] / SHRINK - half[1])
        size = round(half[0] * 2) + 1, round(half[1] * 2) + 1
        box = (left, top, left + size[0], top + size[1])
        if (
            max(size) > _MOST_PIXELS
            or box[2] <= 0
            or box[3] <= 0
            or left >= self._layer.width
            or top >= self._layer.height
        ):
            return
        shape = _SOFT.resize(size, Image.Resampling.BILINEAR)
        light = Image.composite(Image.new("RGB", size, color.whole), Image.new("RGB", size), shape)
        self._layer.paste(ImageChops.add(self._layer.crop(box), light), box[:2])

    def hide(self, box: Sequence[float]) -> None:
        """Something opaque has come in front of what shone within this box of the easel."""
        left, top, right, bottom = (round(edge / SHRINK) for edge in box)
        if right > left and bottom > top:
            self._layer.paste((0, 0, 0), (left, top, right, bottom))

    def scatter(self, share: float) -> None:
        """Spread a share of the light far around, as damp air does."""
        far = self._layer.filter(ImageFilter.GaussianBlur(self._layer.height * 0.07))
        self._layer = ImageChops.screen(self._layer, far.point(lambda level: min(255, int(level * share))))

    def over(self, image: Image.Image) -> Image.Image:
        """A picture of any size with the light added."""
        return ImageChops.screen(image, self._layer.resize(image.size, Image.Resampling.BILINEAR))

    def over_below(self, image: Image.Image, row: float) -> None:
        """Add the light to the part of the easel below a row, in place."""
        small = round(row / SHRINK)
        lower = (0, small * SHRINK, image.width, image.height)
        light = self._layer.crop((0, small, self._layer.width, self._layer.height))
        size = (lower[2] - lower[0], lower[3] - lower[1])
        image.paste(ImageChops.screen(image.crop(lower), light.resize(size, Image.Resampling.BILINEAR)), lower[:2])


def _soft_spot() -> Image.Image:
    """Bright in the middle, dark at the edge, without a visible rim."""
    return Image.radial_gradient("L").point(lambda level: int(255 * (1.0 - level / 255.0) ** 2.2)).resize((48, 48))


_SOFT = _soft_spot()
