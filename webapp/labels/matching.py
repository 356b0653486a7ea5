"""Which prediction meets which annotation of an item, as pure code: boxes of one label, the greatest overlap first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from webapp.labels.geometry import Bounds, box_iou
from webapp.privacy.refusals import TooLarge

MATCH_IOU = 0.5
# What one item may ask for: each box against each is what it costs.
MAX_PAIRS = 4_000_000


class Box(NamedTuple):
    """`pk` settles ties, so that the same boxes always match alike."""

    pk: int
    label: str
    bounds: Bounds


class Pair(NamedTuple):
    annotation_pk: int
    prediction_pk: int
    iou: float


def matched(annotations: Sequence[Box], predictions: Sequence[Box], least: float = MATCH_IOU) -> list[Pair]:
    """The pairs that overlap by `least` or more, each box in one at most; raises TooLarge for a crowd."""
    if len(annotations) * len(predictions) > MAX_PAIRS:
        raise TooLarge(
            f"An item has {len(annotations)} boxes and {len(predictions)} predicted ones; more than {MAX_PAIRS} pairs"
            " of an item are not compared here. Narrow the query."
        )
    by_label: dict[str, list[Box]] = {}
    for one in predictions:
        by_label.setdefault(one.label, []).append(one)
    near = [
        Pair(truth.pk, guess.pk, iou)
        for truth in annotations
        for guess in by_label.get(truth.label, ())
        if (iou := box_iou(truth.bounds, guess.bounds)) >= least
    ]
    near.sort(key=lambda pair: (-pair.iou, pair.annotation_pk, pair.prediction_pk))
    taken: set[int] = set()
    guessed: set[int] = set()
    found = []
    for pair in near:
        if pair.annotation_pk not in taken and pair.prediction_pk not in guessed:
            taken.add(pair.annotation_pk)
            guessed.add(pair.prediction_pk)
            found.append(pair)
    return found
