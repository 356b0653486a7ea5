"""A detector that never looked: boxes made from the true ones by a seeded dice, so that a demo has runs to compare.

It misses what is small and far, shifts its boxes, takes vans for cars, and now and then sees what is not there.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from webapp.demo.contents import ImageEntry, LabelEntry

OFTEN_TAKEN_FOR = {"van": "car", "truck": "bus", "bus": "truck", "car": "van"}
FALSE_ALARMS = ("pedestrian", "car", "car", "pedestrian", "truck")


def detections(image: ImageEntry) -> list[LabelEntry]:
    """What it says of a picture: the same every time; confidences with three digits."""
    if image.width is None or image.height is None:
        return []
    dice = random.Random(image.reference_id)
    return [*_found(dice, image.labels, image.width, image.height), *_imagined(dice, image.width, image.height)]


def _found(dice: random.Random, truth: Sequence[LabelEntry], width: int, height: int) -> Iterator[LabelEntry]:
    for one in truth:
        ease = min(1.0, (one.width * one.height) ** 0.5 / 90)
        if dice.random() > 0.55 + 0.43 * ease:
            continue
        loose = 0.16 - 0.11 * ease
        x = round(one.x + dice.gauss(0, loose) * one.width)
        y = round(one.y + dice.gauss(0, loose) * one.height)
        across = max(2, round(one.width * (1 + dice.gauss(0, loose))))
        down = max(2, round(one.height * (1 + dice.gauss(0, loose))))
        mistaken = dice.random() < 0.10 - 0.06 * ease
        label = OFTEN_TAKEN_FOR.get(one.label, one.label) if mistaken else one.label
        sure = 0.34 + 0.6 * ease - (0.2 if mistaken else 0.0) + dice.gauss(0, 0.09)
        yield _said(label, x, y, min(across, width), min(down, height), sure)


def _imagined(dice: random.Random, width: int, height: int) -> Iterator[LabelEntry]:
    while dice.random() < 0.42:
        across = max(8, round(width * dice.uniform(0.02, 0.09)))
        down = round(across * dice.uniform(0.7, 2.2))
        x, y = round(dice.uniform(0, width - across)), round(dice.uniform(height * 0.35, height * 0.75))
        yield _said(dice.choice(FALSE_ALARMS), x, y, across, down, dice.uniform(0.08, 0.5))


def _said(label: str, x: int, y: int, width: int, height: int, sure: float) -> LabelEntry:
    return LabelEntry(label, x, y, width, height, "", {}, round(min(0.995, max(0.05, sure)), 3))
