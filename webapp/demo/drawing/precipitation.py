"""What is between us and the street: rain, snow, fog, and drops on the windshield."""

import math
import random

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from webapp.demo.drawing.air import Air, Weather
from webapp.demo.drawing.color import WHITE


def add_weather(image: Image.Image, air: Air, rng: random.Random, *, has_glass: bool) -> Image.Image:
    """The picture, in its final size, with the air's weather in front of it."""
    if air.weather is Weather.RAIN:
        image = _rain(image, air, rng)
        return _drops(image, rng) if has_glass else image
    if air.weather is Weather.SNOW:
        return _snow(image, air, rng)
    if air.weather is Weather.FOG:
        return _fog(image, air)
    return image


def _rain(image: Image.Image, air: Air, rng: random.Random) -> Image.Image:
    mask = Image.new("L", image.size)
    pen = ImageDraw.Draw(mask)
    slant = rng.uniform(-0.1, -0.02)
    for _ in range(190):
        length = image.height * rng.uniform(0.03, 0.11)
        u, v = rng.uniform(0, image.width), rng.uniform(-length, image.height)
        pen.line((u, v, u + slant * length, v + length), fill=rng.randint(18, 62), width=1)
    color = air.haze.mixed(WHITE, 0.45)
    return Image.composite(Image.new("RGB", image.size, color.whole), image, mask)


def _drops(image: Image.Image, rng: random.Random) -> Image.Image:
    """Each drop is a small lens: it shows the street upside down, with a dark rim and a point of light."""
    image = image.copy()
    unit = image.height / 540
    for _ in range(46):
        across = rng.choice((3, 4, 4, 5, 6, 8)) * unit * rng.uniform(0.8, 1.3)
        tall = across * rng.uniform(1.0, 1.5)
        u, v = rng.uniform(0, image.width), image.height * (rng.random() ** 1.2) * 0.82
        box = (int(u - across), int(v - tall), int(u + across), int(v + tall))
        reach = int(across * 7)
        seen = image.crop((box[0] - reach, box[1] - reach, box[2] + reach, box[3] + reach))
        size = (max(2, box[2] - box[0]), max(2, box[3] - box[1]))
        drop = ImageOps.flip(seen.resize(size, Image.Resampling.BILINEAR, reducing_gap=2))
        mask = Image.new("L", (size[0] * 4, size[1] * 4))
        ImageDraw.Draw(mask).ellipse((0, 0, size[0] * 4 - 1, size[1] * 4 - 1), fill=225)
        drop = Image.blend(drop, Image.new("RGB", size, (235, 240, 250)), 0.08)
        ImageDraw.Draw(drop).point((size[0] // 3, size[1] // 4), fill=(250, 250, 255))
        image.paste(drop, box[:2], mask.resize(size, Image.Resampling.BILINEAR))
    return image


def _snow(image: Image.Image, air: Air, rng: random.Random) -> Image.Image:
    mask = Image.new("L", image.size)
    pen = ImageDraw.Draw(mask)
    unit = image.height / 540
    for nearness in (0.6, 1.1, 1.9):
        for _ in range(round(300 / nearness**1.6)):
            u, v = rng.uniform(0, image.width), rng.uniform(0, image.height)
            reach = nearness * unit * rng.uniform(0.7, 1.4)
            pen.ellipse((u - reach, v - reach, u + reach, v + reach), fill=rng.randint(120, 220))
    mask = mask.filter(ImageFilter.GaussianBlur(0.8 * unit))
    color = WHITE.mixed(air.haze, 0.25)
    return Image.composite(Image.new("RGB", image.size, color.whole), image, mask)


def _fog(image: Image.Image, air: Air) -> Image.Image:
    """A band of haze along the horizon, and less contrast everywhere."""
    band = Image.new("L", (1, 64))
    band.putdata([int(120 * math.exp(-(((row - 30) / 11) ** 2)) + 26) for row in range(64)])
    veil = Image.new("RGB", image.size, air.haze.whole)
    return Image.composite(veil, image, band.resize(image.size, Image.Resampling.BICUBIC))


def add_film_look(image: Image.Image, rng: random.Random, *, grain: float) -> Image.Image:
    """Darker corners and a little noise, as a small sensor has it; `grain` from 0 to 1."""
    vignette = Image.radial_gradient("L").resize(image.size, Image.Resampling.BILINEAR)
    shade = vignette.point(lambda level: 255 - int(max(0, level - 110) * 0.55))
    image = ImageChops.multiply(image, Image.merge("RGB", (shade, shade, shade)))
    noise = Image.frombytes("L", image.size, rng.randbytes(image.width * image.height))
    level = noise.point(lambda value: int(128 + (value - 128) * 0.05 * grain))
    return ImageChops.overlay(image, Image.merge("RGB", (level, level, level)))
