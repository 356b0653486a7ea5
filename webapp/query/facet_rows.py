"""The rows that a facet counts: those of a dataset or of a slice that meet a query, or a sample of them by key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection, models
from django.db.models import F, QuerySet
from numpy.typing import NDArray

from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset, Slice
from webapp.labels import queries as label_queries
from webapp.labels.models import ModelRun
from webapp.query.columns.counting import Counts, counts_of
from webapp.query.columns.narrowing import SortedKeys, candidates
from webapp.query.expression import Among, Matches, Value
from webapp.query.facet_fields import ANNOTATION, ITEM, LABEL_ROOTS, PREDICTION, SCENE, FacetField
from webapp.query.queries import everything, matching
from webapp.query.scope import Subject
from webapp.query.sql import DIALECTS, Dialect, Sql

# A facet is made of no more rows that match than this, found among no more than that.
SAMPLE_ROWS = 20_000
LOOKED_AT_ROWS = 1_000_000
# An exact count is asked for later, in the background, of no more than this.
EXACT_ROWS = 10_000_000
# How many are looked at to learn how many match.
ESTIMATE_ROWS = 20_000
# Keys are spread over a prime, so that no pattern in their order is met or missed by the sample.
PRIME, FACTOR = 65_521, 40_503
OUTPUTS: dict[str, models.Field[Any, Any]] = {"number": models.FloatField(), "present": models.BooleanField()}
# The column that a row has the key of a member of a slice in.
COLUMNS = {
    Slice.Kind.ITEMS: {ITEM: "pk", ANNOTATION: "item_id", PREDICTION: "item_id"},
    Slice.Kind.SCENES: {SCENE: "pk", ITEM: "scene_id", ANNOTATION: "item__scene_id", PREDICTION: "item__scene_id"},
}


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows to count, and how many rows each of them stands for."""

    found: QuerySet[Any]
    weight: float
    dialect: Dialect
    counts: Counts | None = None
    """What they hold in the field, where columns know it."""

    def sql(self, **values: Callable[[Dialect, str], Sql]) -> Sql:
        """A SELECT of these values by name."""
        read = {name: Value(write, OUTPUTS.get(name, models.TextField())) for name, write in values.items()}
        text, params = self.found.order_by().annotate(**read).values(*read).query.sql_with_params()
        return Sql(text, tuple(params))

    def counted(self, count: int) -> int:
        return round(count * self.weight)


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """Keys in ascending order, and the column that the rows have one of them in."""

    keys: NDArray[np.int64]
    of: str

    def among(self, chosen: NDArray[np.bool_] | None = None) -> Among:
        """Whether a row has one of them, or of those chosen."""
        return Among((self.keys if chosen is None else self.keys[chosen]).tolist(), self.of)


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """Rows that have one of the `members` and meet the query, each where it is not None; samples go by the `key`."""

    every: QuerySet[Any]
    key: str
    members: Members | None = None
    wanted: Matches | None = None

    def share(self, part: float) -> tuple[QuerySet[Any], float]:
        """About this part of them, and how many each stands for."""
        # Before the query, which takes longer: SQLite asks in the order of the words.
        some, weight = sample(self.every, self.key, part, self.members)
        return (some if self.wanted is None else some.filter(self.wanted)), weight


def members_of(within: Slice | None, level: str) -> Members | None:
    """Those of the slice, for rows of that level; None without a slice, and of scenes in a slice of frames."""
    column = COLUMNS[Slice.Kind(within.kind)].get(level) if within is not None else None
    return Members(SortedKeys.of(within.keys()).values, column) if within is not None and column is not None else None


def rows_of(
    viewer: Viewer,
    dataset: Dataset,
    level: str,
    text: str,
    most: int,
    *,
    run: ModelRun | None = None,
    said_by: ModelRun | None = None,
    within: Slice | None = None,
) -> Rows:
    """The rows that match, or a sample of them by key."""
    subject = Subject.SCENES if level == SCENE and not is_of_frames(within) else Subject.ITEMS
    wanted = matching(viewer, dataset, text, subject, run) if text else None
    every = owners_of(viewer, dataset, subject, said_by)
    is_all = wanted is None and within is None
    if level in LABEL_ROOTS:
        items = Chosen(every, "pk", members_of(within, ITEM), wanted)
        labels = everything(viewer, dataset, Subject.PREDICTIONS if level == PREDICTION else Subject.ANNOTATIONS, run)
        said = label_queries.class_counts(viewer, dataset, run if level == PREDICTION else None)
        share = labels_on(dataset, items, labels, members_of(within, level), is_of_run=said_by is not None)
        return sampled(share, sum(count for _, _, count in said), most, is_all=is_all and said_by is None)
    if level == SCENE and is_of_frames(within):
        frames = Chosen(every, "pk", members_of(within, ITEM), wanted).share(1)[0]
        # Where there are frames to choose, scenes are few.
        found = everything(viewer, dataset, Subject.SCENES, None).filter(pk__in=frames.order_by().values("scene_id"))
        return Rows(found, 1.0, DIALECTS[connection.vendor])
    members = members_of(within, level)
    total = dataset.scene_count if level == SCENE else dataset.item_count
    if members is not None and members.of == "pk":
        total = len(members.keys)
    return sampled(Chosen(every, "pk", members, wanted).share, total, most, is_all=is_all)


def is_of_frames(within: Slice | None) -> bool:
    return within is not None and within.kind == Slice.Kind.ITEMS


def labels_on(
    dataset: Dataset, items: Chosen, labels: QuerySet[Any], members: Members | None, *, is_of_run: bool
) -> Callable[[float], tuple[QuerySet[Any], float]]:
    """What gives the labels on a share of these items; `members` are the slice's as labels name them."""
    if items.wanted is None and not is_of_run:
        return Chosen(labels, "item_id", members).share
    known = known_items(dataset, items) if not is_of_run else None
    if known is not None:
        return Chosen(labels, "item_id", known).share

    def share(part: float) -> tuple[QuerySet[Any], float]:
        some, weight = items.share(part)
        return labels.filter(item_id__in=some.order_by().values("pk")), weight

    return share


def known_items(dataset: Dataset, items: Chosen) -> Members | None:
    """The items that match, as labels name them; None where columns do not know of each."""
    if items.wanted is None or (items.members is not None and items.members.of != "pk"):
        return None
    found = candidates(dataset, items.every, items.wanted)
    if found is None or not found.is_exact:
        return None
    keys = found.keys if items.members is None else found.keys.among(SortedKeys(items.members.keys))
    return Members(keys.values, "item_id")


def sampled(share: Callable[[float], tuple[QuerySet[Any], float]], total: int, most: int, *, is_all: bool) -> Rows:
    """All of at most `total` rows where these are few, else a share of which some `most` are left.

    `is_all` says that there are as many as that, without a query or a slice.
    """
    dialect = DIALECTS[connection.vendor]
    if total <= most:
        return Rows(share(1)[0], 1.0, dialect)
    matched = float(total)
    if not is_all:
        some, weight = share(ESTIMATE_ROWS / total)
        matched = some.count() * weight
    return Rows(*share(min(LOOKED_AT_ROWS / total, most / max(matched, 1.0))), dialect)


def rows_by_columns(
    viewer: Viewer, dataset: Dataset, field: FacetField, text: str, run: ModelRun | None, within: Slice | None
) -> Rows | None:
    """All rows that match, counted already; None where columns cannot tell of each."""
    if field.key is None or field.column is not None or field.level in LABEL_ROOTS:
        return None
    members = members_of(within, field.level)
    # Of an item columns do not say which scene it is of.
    if within is not None and (members is None or members.of != "pk"):
        return None
    subject = Subject.SCENES if field.level == SCENE else Subject.ITEMS
    wanted = matching(viewer, dataset, text, subject, run) if text else None
    counts = counts_of(dataset, field.level, (field.key,), wanted, members.keys if members is not None else None)
    if counts is None:
        return None
    return Rows(everything(viewer, dataset, subject, None), 1.0, DIALECTS[connection.vendor], counts)


def owners_of(viewer: Viewer, dataset: Dataset, subject: Subject, said_by: ModelRun | None) -> QuerySet[Any]:
    """The items or scenes that count, before the query."""
    if said_by is None:
        return everything(viewer, dataset, subject, None)
    found = label_queries.scenes_of_run if subject is Subject.SCENES else label_queries.items_of_run
    return found(viewer, dataset, said_by)


def sample(rows: QuerySet[Any], key: str, share: float, members: Members | None = None) -> tuple[QuerySet[Any], float]:
    """About this share of the rows, the same ones each time, and how many each stands for."""
    if share >= 1:
        return (rows if members is None else rows.filter(members.among())), 1.0
    below = max(1, round(share * PRIME))
    if members is not None and members.of == key:
        # The same as below, of keys that are at hand.
        return rows.filter(members.among(members.keys % PRIME * FACTOR % PRIME < below)), PRIME / below
    some = rows.alias(place=F(key) % PRIME * FACTOR % PRIME).filter(place__lt=below)
    return (some if members is None else some.filter(members.among())), PRIME / below
