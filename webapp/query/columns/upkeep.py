"""Keeping columns true: the transaction that changes a row makes its segment's columns old, and has new ones made.

A segment's row is made under the dataset's lock (webapp/query/job_kinds.py), which every change holds: so a change
either finds the row, or has committed before anything was read for it.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q

from webapp.datasets.changes import Listener, register_listener
from webapp.datasets.departures import Departure, register_departure
from webapp.datasets.models import Dataset
from webapp.jobs.actions import enqueue_later
from webapp.labels import changes as label_changes
from webapp.query.columns.models import LABEL, SEGMENT_BITS, ColumnChunk, ColumnSegment

KIND = "buildColumns"
# Smaller datasets are read by SQL in no time.
MIN_ROWS = 20_000
# How long after a change its columns are made anew, so that a long upload does not make them for each batch.
SECONDS = 10.0
# Chunks that a deletion removes at once.
CHUNKS_A_STEP = 200
# Raw, for it is part of every append.
ADDED = "UPDATE columns_columnsegment SET version = version + 1 WHERE dataset_id = %s AND level = %s AND number >= %s"
# When this process last had a dataset's columns asked for.
ASKED: dict[int, float] = {}


def register() -> None:
    register_listener(Listener(added, changed))
    label_changes.register_listener(annotations_changed)
    register_departure(Departure(items_go, scenes_go, dataset_goes, lambda _: set()))


def added(dataset_pk: int, level: str, first: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(ADDED, [dataset_pk, level, first >> SEGMENT_BITS])
    ask(dataset_pk)


def changed(dataset_pk: int, level: str, pks: Collection[int]) -> None:
    make_old(dataset_pk, level, pks)
    ask(dataset_pk)


def annotations_changed(dataset_pk: int, item_pks: Collection[int]) -> None:
    if make_old(dataset_pk, LABEL, item_pks):
        ask(dataset_pk)


def make_old(dataset_pk: int, level: str, pks: Collection[int]) -> int:
    """How many segments are of another version now."""
    segments = ColumnSegment.objects.filter(number__in={pk >> SEGMENT_BITS for pk in pks})
    return int(segments.filter(dataset_id=dataset_pk, level=level).update(version=F("version") + 1))


def items_go(dataset: Dataset, pks: Collection[int]) -> None:
    if pks:
        changed(dataset.pk, "item", pks)


def scenes_go(dataset: Dataset, pks: Collection[int]) -> None:
    if pks:
        changed(dataset.pk, "scene", pks)


def ask(dataset_pk: int) -> None:
    """Have the columns of a dataset made that lack, if it is large enough to be worth it."""
    now = time.monotonic()
    # A job that this process asked for a moment ago waits still, long enough for this transaction to end before it.
    if now - ASKED.get(dataset_pk, -SECONDS) < SECONDS / 3:
        return
    found = large().filter(pk=dataset_pk).values_list("team_id", "created_by_id").first()
    if found is not None:
        team_pk, user_pk = found
        enqueue_later(KIND, team_pk=team_pk, user_pk=user_pk, dataset_pk=dataset_pk, after_s=SECONDS)
        transaction.on_commit(lambda: ASKED.update({dataset_pk: now}))


def is_large(dataset: Dataset) -> bool:
    return max(dataset.item_count, dataset.scene_count) > MIN_ROWS


def large() -> Any:
    """The datasets that columns are made of."""
    return Dataset.objects.unscoped().filter(Q(item_count__gt=MIN_ROWS) | Q(scene_count__gt=MIN_ROWS), deleted_at=None)


def dataset_goes(dataset_pk: int, limit: int) -> bool:
    """Remove some columns of a hidden dataset; a chunk is as large as thousands of rows."""
    chunks = ColumnChunk.objects.filter(segment__dataset_id=dataset_pk)
    pks = list(chunks.values_list("pk", flat=True)[: min(limit, CHUNKS_A_STEP)])
    if pks:
        ColumnChunk.objects.filter(pk__in=pks).delete()
        return True
    ColumnSegment.objects.filter(dataset_id=dataset_pk).delete()
    return False
