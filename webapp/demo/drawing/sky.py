"""The sky and what stands against it, painted once and wide, so that a turning camera sees another part of it."""

import math
import random
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from webapp.demo.drawing.air import Air, TimeOfDay
from webapp.demo.drawing.color import WHITE, Color
from webapp.demo.drawing.view import View

# Wider than the picture by this factor, for the camera to turn in.
PANORAMA = 2.0
_SMALL = 4


@dataclass(frozen=True, slots=True)
class Backdrop:
    """A panorama as high as the easel and PANORAMA times as wide."""

    image: Image.Image

    def behind(self, view: View) -> Image.Image:
        """A fresh easel's ground for this view."""
        lens = view.lens
        turn = view.course.heading(view.station) + lens.yaw
        left = round((self.image.width - lens.width) / 2 + lens.focal * turn)
        left = min(max(left, 0), self.image.width - lens.width)
        return self.image.crop((left, 0, left + lens.width, lens.height))


def paint_backdrop(view: View, air: Air, *, skyline: str, seed: int) -> Backdrop:
    """`skyline` is "towers", "roofs" or "hills"."""
    rng = random.Random(seed)
    lens = view.lens
    size = (round(lens.width * PANORAMA), lens.height)
    horizon = round(lens.horizon_px) + 4
    image = _gradient(air, size, horizon)
    if air.clouds:
        image = _with_clouds(image, air, horizon, rng)
    if air.time is TimeOfDay.NIGHT and air.sun_height > 0:
        _stars(image, horizon, rng)
    if air.sun_height > 0:
        image = _with_sun(image, air, horizon, rng)
    silhouettes = {"towers": _towers, "roofs": _roofs, "hills": _hills}[skyline]
    for distance, height in ((420.0, 0.20), (260.0, 0.13)):
        silhouettes(image, air, distance, horizon, height, rng)
    return Backdrop(image)


def _gradient(air: Air, size: tuple[int, int], horizon: int) -> Image.Image:
    column = Image.new("RGB", (1, len(air.sky)))
    column.putdata([color.whole for color in air.sky])
    image = Image.new("RGB", size, air.haze.whole)
    image.paste(column.resize((1, horizon), Image.Resampling.BICUBIC).resize((size[0], horizon)), (0, 0))
    return image


def _with_clouds(image: Image.Image, air: Air, horizon: int, rng: random.Random) -> Image.Image:
    width, height = image.width // _SMALL, image.height // _SMALL
    mask = Image.new("L", (width, height))
    pen = ImageDraw.Draw(mask)
    for _ in range(round(60 * air.clouds) + 8):
        depth = rng.random()
        middle, top = rng.uniform(0, width), horizon / _SMALL * (0.05 + 0.8 * depth)
        across, up = (
            rng.uniform(0.04, 0.16) * width * (1.2 - depth * 0.7),
            rng.uniform(0.012, 0.04) * height * (1.4 - depth),
        )
        for _ in range(5):
            u, v = middle + rng.gauss(0, across * 0.5), top + rng.gauss(0, up * 0.6)
            grow = rng.uniform(0.4, 1.0)
            pen.ellipse((u - across * grow, v - up * grow, u + across * grow, v + up * grow), fill=rng.randint(60, 190))
    mask = mask.filter(ImageFilter.GaussianBlur(height * 0.022)).resize(image.size, Image.Resampling.BICUBIC)
    if air.time is TimeOfDay.DAY:
        color = WHITE.mixed(air.haze, 0.15 if air.sun_height > 0 else 0.75)
    else:
        color = air.sky[-1].mixed(air.sky[0], 0.35) if air.time is not TimeOfDay.NIGHT else air.haze.times(1.1)
    return Image.composite(Image.new("RGB", image.size, color.whole), image, mask)


def _stars(image: Image.Image, horizon: int, rng: random.Random) -> None:
    pen = ImageDraw.Draw(image)
    for _ in range(240):
        u, v = rng.uniform(0, image.width), horizon * rng.random() ** 1.6 * 0.85
        level = rng.randint(70, 210)
        size = rng.choice((0, 0, 1, 1, 2))
        pen.ellipse((u, v, u + size, v + size), fill=(level, level, min(255, level + 20)))


def _with_sun(image: Image.Image, air: Air, horizon: int, rng: random.Random) -> Image.Image:
    """A disc and its light; at dawn and dusk low and wide."""
    glow = Image.new("RGB", (image.width // 8, image.height // 8))
    pen = ImageDraw.Draw(glow)
    u = glow.width * rng.uniform(0.38, 0.62)
    v = horizon / 8 * (1.0 - air.sun_height * 0.8)
    is_night = air.time is TimeOfDay.NIGHT
    for radius, share in ((0.34, 0.10), (0.20, 0.16), (0.10, 0.3), (0.05, 0.5)):
        reach = glow.height * radius * (0.5 if is_night else 1.2)
        pen.ellipse(
            (u - reach * 1.5, v - reach, u + reach * 1.5, v + reach),
            fill=air.sun.times(share * (0.4 if is_night else 1)).whole,
        )
    glow = glow.filter(ImageFilter.GaussianBlur(glow.height * 0.05)).resize(image.size, Image.Resampling.BICUBIC)
    image = ImageChops.screen(image, glow)
    disc = image.height * (0.018 if is_night else 0.026)
    center = (u * 8, v * 8)
    ImageDraw.Draw(image).ellipse(
        (center[0] - disc, center[1] - disc, center[0] + disc, center[1] + disc), fill=air.sun.mixed(WHITE, 0.5).whole
    )
    return image


def _silhouette(air: Air, distance: float) -> Color:
    return air.seen(Color(96, 100, 122), distance * 0.55)


def _towers(image: Image.Image, air: Air, distance: float, horizon: int, height: float, rng: random.Random) -> None:
    pen = ImageDraw.Draw(image)
    color = _silhouette(air, distance)
    u = 0.0
    while u < image.width:
        across = rng.uniform(0.018, 0.05) * image.height * 2
        near_middle = 1.0 - abs(u / image.width - 0.5)
        top = horizon - image.height * height * rng.uniform(0.35, 1.2) * near_middle
        pen.rectangle((u, top, u + across, horizon), fill=color.whole)
        if rng.random() < 0.2:
            pen.line((u + across / 2, top - image.height * 0.03, u + across / 2, top), fill=color.whole, width=3)
        _far_windows(pen, air, (u, top, u + across, float(horizon)), distance, rng)
        u += across + rng.choice((0.0, 0.0, rng.uniform(0, 30)))


def _far_windows(
    pen: ImageDraw.ImageDraw, air: Air, box: tuple[float, float, float, float], distance: float, rng: random.Random
) -> None:
    if air.lamps < 0.5:
        return
    left, top, right, bottom = box
    color = air.through(Color(255, 206, 130), distance * 0.8).whole
    for _ in range(int((right - left) * (bottom - top) / 900)):
        u, v = rng.uniform(left + 3, right - 6), rng.uniform(top + 4, bottom)
        pen.rectangle((u, v, u + 3, v + 3), fill=color)


def _roofs(image: Image.Image, air: Air, distance: float, horizon: int, height: float, rng: random.Random) -> None:
    _hills(image, air, distance * 1.4, horizon, height * 0.7, rng)
    pen = ImageDraw.Draw(image)
    color = _silhouette(air, distance)
    u = 0.0
    while u < image.width:
        across = rng.uniform(30, 90)
        top = horizon - image.height * height * rng.uniform(0.2, 0.42)
        if rng.random() < 0.5:
            pen.ellipse((u, top, u + across * 1.2, horizon * 2 - top), fill=color.whole)
        else:
            pen.polygon(
                ((u, horizon), (u, top), (u + across / 2, top - 22), (u + across, top), (u + across, horizon)),
                fill=color.whole,
            )
        u += across * rng.uniform(0.7, 1.3)


def _hills(image: Image.Image, air: Air, distance: float, horizon: int, height: float, rng: random.Random) -> None:
    waves = [(rng.uniform(0.6, 5.0), rng.uniform(0, 2 * math.pi), rng.uniform(0.15, 0.5)) for _ in range(5)]
    points = [(0.0, float(horizon))]
    for step in range(121):
        along = step / 120
        lift = 0.62 + sum(share * math.sin(2 * math.pi * rate * along + phase) for rate, phase, share in waves) * 0.45
        points.append((along * image.width, horizon - image.height * height * max(0.08, lift)))
    points.append((float(image.width), float(horizon)))
    ImageDraw.Draw(image).polygon(
        points, fill=_silhouette(air, distance).mixed(Color(70, 96, 90).under(air.ambient), 0.15).whole
    )
