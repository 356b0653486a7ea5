"""The labels of pictures as columns, for the scripts that draw them. Pure; a scene may have 150,000 of them.

`label_columns` says what there is and where, `label_facts` what else is known of the same labels in the same order.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

import msgspec

from webapp.labels.models import Kind
from webapp.labels.queries import LabelRow
from webapp.privacy import public_id

KINDS = tuple(Kind.values)
PLACES = {kind: place for place, kind in enumerate(KINDS)}
BOX = PLACES[Kind.BOX]
REVIEWS: dict[str | None, int] = {"accepted": 1, "rejected": 2}


class Source(TypedDict, total=False):
    """Who says it: `id` is None for people; a run also has its model's name."""

    id: str | None
    name: str
    model: str


class LabelColumns(TypedDict):
    """Labels as columns; `counts` says how many each picture from `first` on has, in order.

    `kind` counts in KINDS, `label` in `labels`, `source` in `sources`, `track` in `tracks`; -1 is none. `box` has
    left, top, right and bottom of each. A column where nothing is said at all is None. `more` has, by place in the
    columns, what a box does not say: the geometry as it is stored, or what a category or a mask is.
    """

    version: int
    sources: list[Source]
    labels: list[str]
    tracks: list[str]
    first: int
    counts: list[int]
    kind: list[int]
    label: list[int]
    source: list[int]
    track: list[int] | None
    confidence: list[float | None] | None
    review: list[int] | None
    box: list[float]
    more: dict[int, Any]


class LabelFacts(TypedDict):
    """What is known of labels besides, one of each list for every label."""

    version: int
    ids: list[str]
    annotation_ids: list[str | None]
    metadata: list[msgspec.Raw]
    task_ids: list[str | None]
    class_pdf: list[msgspec.Raw | None]


@dataclass(frozen=True, slots=True)
class Sources:
    """Whose labels are shown: people's first, then those of the runs, in the order asked for."""

    told: list[Source]
    """As the script is told of them."""
    places: Mapping[int | None, int]
    """The place of each by its run's key; None is people."""


def in_order(rows: Iterable[LabelRow], pictures: Sequence[int], sources: Sources) -> list[LabelRow]:
    """The labels in the order of the pictures' keys, those of one picture in the order of their sources."""
    place: dict[int | None, int] = {pk: index for index, pk in enumerate(pictures)}
    order = sources.places
    return sorted(rows, key=lambda row: (place[row.item_pk], order[row.run_pk], row.pk))


def label_columns(
    rows: Sequence[LabelRow],
    pictures: Sequence[int],
    sources: Sources,
    *,
    version: int,
    first: int = 0,
    mask_address: Callable[[LabelRow], str],
) -> LabelColumns:
    """The columns of `rows`, which are in order; `pictures` are the keys of the items they are of."""
    held = Counter([row.item_pk for row in rows])
    kinds = [PLACES[row.kind] for row in rows]
    labels, label = indexed([row.label or None for row in rows])
    tracks, track = indexed([row.track for row in rows])
    confidence = [row.confidence for row in rows]
    review = [REVIEWS.get(row.review, 0) for row in rows]
    return {
        "version": version,
        "sources": sources.told,
        "labels": labels,
        "tracks": tracks,
        "first": first,
        "counts": [held[pk] for pk in pictures],
        "kind": kinds,
        "label": label,
        "source": [sources.places[row.run_pk] for row in rows],
        "track": track if tracks else None,
        "confidence": confidence if any(one is not None for one in confidence) else None,
        "review": review if any(review) else None,
        "box": boxes(rows),
        "more": {place: more(rows[place], mask_address) for place, kind in enumerate(kinds) if kind != BOX},
    }


def indexed(texts: Sequence[str | None]) -> tuple[list[str], list[int]]:
    """The different texts in the order in which they first come, and of each text its place among them; -1 for None."""
    places: dict[str | None, int] = {}
    named = [text for text in dict.fromkeys(texts) if text is not None]
    places = {text: place for place, text in enumerate(named)} | {None: -1}
    return named, [places[text] for text in texts]


def boxes(rows: Sequence[LabelRow]) -> list[float]:
    """Left, top, right and bottom of each, one after the other; zeros for what has no place."""
    sides = [(row.left or 0, row.top or 0, row.right or 0, row.bottom or 0) for row in rows]
    return list(itertools.chain.from_iterable(sides))


def more(row: LabelRow, mask_address: Callable[[LabelRow], str]) -> Any:
    """What a label that is no box says of itself."""
    if row.kind == Kind.CATEGORY:
        return {"taxonomy": row.taxonomy}
    if row.kind == Kind.MULTICATEGORY:
        return {"labels": msgspec.json.decode(row.geometry).get("labels", []), "taxonomy": row.taxonomy}
    if row.kind == Kind.MASK:
        return {"url": mask_address(row), "annotations": msgspec.json.decode(row.geometry).get("annotations", [])}
    return msgspec.Raw(row.geometry.encode())


def label_facts(rows: Sequence[LabelRow], *, version: int) -> LabelFacts:
    """What else is known of `rows`, in their order; the database's own JSON passes through untouched."""
    return {
        "version": version,
        "ids": label_ids(rows),
        "annotation_ids": [row.annotation_id for row in rows],
        "metadata": [msgspec.Raw(row.metadata.encode()) for row in rows],
        "task_ids": [row.task_id for row in rows],
        "class_pdf": [msgspec.Raw(row.class_pdf.encode()) if row.class_pdf else None for row in rows],
    }


def label_ids(rows: Sequence[LabelRow]) -> list[str]:
    """The public id of each label: `ann_…` of what people say, `pred_…` of what runs say."""
    said = iter(public_id.encode_many("ann", [row.pk for row in rows if row.run_pk is None]))
    predicted = iter(public_id.encode_many("pred", [row.pk for row in rows if row.run_pk is not None]))
    return [next(said if row.run_pk is None else predicted) for row in rows]
