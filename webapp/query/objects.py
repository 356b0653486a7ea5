"""Pages of objects that meet a query: annotations, predictions, and how the two match."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from django.db.models import QuerySet

from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset
from webapp.labels import queries as label_queries
from webapp.labels.matching import Box, Pair, matched
from webapp.labels.models import Kind, ModelRun
from webapp.labels.queries import LabelRow
from webapp.query import queries

# Objects of a page whose items are matched: each item brings all of its boxes.
MATCHES_A_PAGE = 1_000


class Matching(StrEnum):
    """Predictions that meet an annotation, those that meet none, and annotations that no prediction meets."""

    MATCHED = "matched"
    FALSE_POSITIVE = "false positive"
    FALSE_NEGATIVE = "false negative"


class Match(NamedTuple):
    """`iou` is 0 where one of the two is None."""

    item_pk: int
    annotation: LabelRow | None
    prediction: LabelRow | None
    iou: float


def annotation_page(
    viewer: Viewer, dataset: Dataset, text: str, run: ModelRun | None, *, after: int | None, limit: int
) -> tuple[list[LabelRow], int | None]:
    """The annotations that meet the query, by key, and the key to go on after; `run` is what `predictions` means."""
    pks, more = page_of_keys(queries.annotations(viewer, dataset, text, run=run), after, limit)
    return label_queries.labels_keyed(viewer, dataset, pks), more


def prediction_page(
    viewer: Viewer, dataset: Dataset, text: str, run: ModelRun, *, after: int | None, limit: int
) -> tuple[list[LabelRow], int | None]:
    """The same of a run's predictions."""
    pks, more = page_of_keys(queries.predictions(viewer, dataset, text, run=run), after, limit)
    return label_queries.labels_keyed(viewer, dataset, pks, run=run), more


def match_page(
    viewer: Viewer, dataset: Dataset, text: str, run: ModelRun, wanted: Matching, *, after: int | None, limit: int
) -> tuple[list[Match], int | None]:
    """What the matching of the run's boxes with the annotated ones makes of the objects that meet the query.

    The query chooses annotations where those are wanted that are missed, else predictions; the matching is of all
    boxes of their items. A page may be empty and not the last.
    """
    missed = wanted is Matching.FALSE_NEGATIVE
    found: QuerySet[Any] = (
        queries.annotations(viewer, dataset, text, run=run)
        if missed
        else queries.predictions(viewer, dataset, text, run=run)
    )
    boxes = found.filter(kind=Kind.BOX)
    chosen, more = page_of_keys(boxes, after, min(limit, MATCHES_A_PAGE))
    items = dict(boxes.filter(pk__in=chosen).values_list("pk", "item_id"))
    rows = label_queries.labels_of_items(viewer, dataset, sorted(set(items.values())), runs=[run])
    shapes = [row for row in rows if row.kind == Kind.BOX]
    truths = {row.pk: row for row in shapes if row.run_pk is None}
    guesses = {row.pk: row for row in shapes if row.run_pk is not None}
    pairs = {(pair.annotation_pk if missed else pair.prediction_pk): pair for pair in pairs_of(shapes)}
    made = [match_of(pk, items[pk], wanted, pairs.get(pk), truths, guesses) for pk in chosen]
    return [one for one in made if one is not None], more


def match_of(
    pk: int,
    item_pk: int,
    wanted: Matching,
    pair: Pair | None,
    truths: dict[int, LabelRow],
    guesses: dict[int, LabelRow],
) -> Match | None:
    if wanted is Matching.MATCHED:
        return pair and Match(item_pk, truths[pair.annotation_pk], guesses[pair.prediction_pk], pair.iou)
    if pair is not None:
        return None
    return (
        Match(item_pk, truths.get(pk), None, 0)
        if wanted is Matching.FALSE_NEGATIVE
        else Match(item_pk, None, guesses.get(pk), 0)
    )


def pairs_of(rows: Iterable[LabelRow]) -> Iterable[Pair]:
    """The pairs of each item's boxes."""
    by_item: dict[int | None, tuple[list[Box], list[Box]]] = {}
    for row in rows:
        if row.left is not None and row.top is not None and row.right is not None and row.bottom is not None:
            sides = by_item.setdefault(row.item_pk, ([], []))
            box = Box(row.pk, row.label, (row.left, row.top, row.right, row.bottom))
            sides[row.run_pk is not None].append(box)
    for truths, guesses in by_item.values():
        yield from matched(truths, guesses)


def page_of_keys(rows: QuerySet[Any], after: int | None, limit: int) -> tuple[Sequence[int], int | None]:
    """The next keys in ascending order, and the one to go on after, None at the end."""
    later = rows.filter(pk__gt=after) if after is not None else rows
    found = list(later.order_by("pk").values_list("pk", flat=True)[: limit + 1])
    more = len(found) > limit
    return found[:limit], found[limit - 1] if more else None
