"""Bars drawn as SVG by attributes alone, since the policy forbids inline style. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.labels.models import CONFIDENCE_BUCKETS
from webapp.pages.words import counted


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, in the drawing's own units."""

    x: int
    """Its left edge."""
    y: float
    """Its upper edge."""
    width: int
    """How wide it is."""
    height: float
    """How high it is; 0 for nothing."""
    span: str
    """What it stands for, such as `0.90 to 0.95`."""
    count: int
    """How many."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """How often each confidence was given, from 0 to 1 in equal steps."""

    bars: tuple[Bar, ...]
    """From 0 upwards."""
    width: int
    """The width of the drawing."""
    height: int
    """The height of the drawing."""
    highest: int
    """How many the highest bar stands for."""
    says: str
    """The same in words, for who does not see it."""


def histogram(counts: Sequence[int], *, step: int, gap: int, height: int) -> Histogram | None:
    """The drawing of `counts`, one of each of the CONFIDENCE_BUCKETS, with bars every `step` units; None of nothing."""
    highest = max(counts, default=0)
    if not highest:
        return None
    bars = tuple(bar(place, count, highest, step=step, gap=gap, height=height) for place, count in enumerate(counts))
    most = max(bars, key=lambda one: one.count)
    says = f"Confidence of {counted(sum(counts), 'prediction')}; most often {most.span}, {counted(most.count, 'time')}."
    return Histogram(bars, step * len(counts), height, highest, says)


def bar(place: int, count: int, highest: int, *, step: int, gap: int, height: int) -> Bar:
    """What is there at all is seen: one unit high at least."""
    high = max(1.0, round(height * count / highest, 1)) if count else 0.0
    low, up = place / CONFIDENCE_BUCKETS, (place + 1) / CONFIDENCE_BUCKETS
    return Bar(place * step, round(height - high, 1), step - gap, high, f"{low:.2f} to {up:.2f}", count)


def share(count: int, highest: int, *, width: int = 100) -> float:
    """How long the bar of `count` is where that of `highest` is `width` units; one at least for anything."""
    return max(1.0, round(width * count / highest, 1)) if count else 0.0
