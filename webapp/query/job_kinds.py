"""The jobs of queries: making columns beside the rows (docs/decisions/0010-columns-beside-the-rows.md)."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, F, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from webapp.datasets.models import Dataset, Item, Scene
from webapp.jobs.kinds import job_kind
from webapp.jobs.lease import Lease
from webapp.labels.models import Annotation
from webapp.query.columns.building import columns_of, counts_of, path_name
from webapp.query.columns.column import encoded, encoded_keys
from webapp.query.columns.models import LABEL, SEGMENT_BITS, ColumnChunk, ColumnSegment
from webapp.query.columns.store import KEYS
from webapp.query.columns.upkeep import KIND, ask, large

TABLES: dict[str, Any] = {"item": Item, "scene": Scene, LABEL: Item}
# Of a dataset whose rows lie thinner among those of others no columns are made.
MIN_ROWS_A_SEGMENT = 500
# A dataset that changed so lately is changing still; the end of it, where rows are added, is left for later.
QUIET_SECONDS = 5
# How often a segment is read again because somebody changed its rows meanwhile.
TRIES = 3
ROWS_AT_ONCE = 2_000


@job_kind(KIND)
def build_columns(lease: Lease) -> dict[str, Any]:
    """Make the columns that lack or are old, one segment a step; what changes meanwhile is left to the next job."""
    dataset_pk = lease.job.dataset_pk or 0
    made = left = 0
    for level in TABLES:
        if not prepared(lease, dataset_pk, level):
            continue
        old = list(old_segments(dataset_pk, level))
        with lease.step() as step:
            step.total = max(step.total, step.done + len(old))
        last = old[-1].pk if old and is_changing(dataset_pk) else None
        for segment in old:
            is_made = segment.pk != last and any(build(lease, segment.pk, TABLES[level]) for _ in range(TRIES))
            made, left = made + is_made, left + (not is_made)
    if left:
        with transaction.atomic():
            ask(dataset_pk)
    return {"segments_made": made, "segments_left": left}


def old_segments(dataset_pk: int, level: str) -> Any:
    """The segments without good columns, in their order."""
    of_level = ColumnSegment.objects.filter(dataset_id=dataset_pk, level=level)
    return of_level.exclude(built_version=F("version")).order_by("number")


def is_changing(dataset_pk: int) -> bool:
    since = timezone.now() - timedelta(seconds=QUIET_SECONDS)
    return bool(Dataset.objects.unscoped().filter(pk=dataset_pk, updated_at__gt=since).exists())


def prepared(lease: Lease, dataset_pk: int, level: str) -> bool:
    """Make the rows of the segments that lack; False for a dataset that gets no columns at this level."""
    by_segment = rows_of(TABLES[level], dataset_pk).annotate(number=F("pk").bitrightshift(SEGMENT_BITS))
    counts = dict(by_segment.order_by().values("number").annotate(count=Count("pk")).values_list("number", "count"))
    if not counts or sum(counts.values()) < MIN_ROWS_A_SEGMENT * len(counts):
        return False
    with lease.step():
        # Under the lock that every change holds: see upkeep.py.
        if not large().select_for_update(of=("self",)).filter(pk=dataset_pk).exists():
            return False
        rows = [ColumnSegment(dataset_id=dataset_pk, level=level, number=number) for number in counts]
        ColumnSegment.objects.bulk_create(rows, ignore_conflicts=True)
    return True


def rows_of(table: Any, dataset_pk: int) -> Any:
    return table.objects.unscoped().filter(dataset_id=dataset_pk)


def build(lease: Lease, segment_pk: int, table: Any) -> bool:
    """Make the columns of a segment; False if one of its rows changed between, and nothing is kept.

    The version is read before the rows, and has to be the same still when the columns are stored.
    """
    segment = ColumnSegment.objects.get(pk=segment_pk)
    if segment.level == LABEL:
        counts, is_whole = counts_of(annotations_in(segment).iterator(chunk_size=ROWS_AT_ONCE))
        return stored(lease, segment, counts, row_count=0, is_whole=is_whole)
    first = segment.number << SEGMENT_BITS
    within = rows_of(table, segment.dataset_id).filter(pk__gte=first, pk__lt=first + (1 << SEGMENT_BITS))
    rows = within.order_by("pk").values_list("pk", Cast("metadata", TextField()))
    # One statement, so all rows are of one moment; together their metadata may be too large to hold.
    keys, columns, is_whole = columns_of(rows.iterator(chunk_size=ROWS_AT_ONCE), read_numbers)
    chunks = {path_name(path): encoded(column) for path, column in columns.items()}
    chunks[KEYS] = encoded_keys(keys)
    return stored(lease, segment, chunks, row_count=len(keys), is_whole=is_whole)


def annotations_in(segment: ColumnSegment) -> Any:
    """How many annotations of each class each item has, in no order."""
    first = segment.number << SEGMENT_BITS
    rows = Annotation.objects.unscoped().filter(item_id__gte=first, item_id__lt=first + (1 << SEGMENT_BITS))
    # Reckoned, so that they are found by their items, and not among all of the dataset.
    own = rows.alias(owner=F("dataset_id") + 0).filter(owner=segment.dataset_id)
    return (
        own.order_by().values("item_id", "label").annotate(count=Count("pk")).values_list("item_id", "label", "count")
    )


def stored(lease: Lease, segment: ColumnSegment, chunks: dict[str, bytes], *, row_count: int, is_whole: bool) -> bool:
    """Keep the columns unless the segment is of another version by now."""
    build = secrets.randbits(62)
    with lease.step() as step:
        same = ColumnSegment.objects.filter(pk=segment.pk, version=segment.version)
        if not same.update(built_version=segment.version, build=build, row_count=row_count, is_whole=is_whole):
            return False
        ColumnChunk.objects.filter(segment_id=segment.pk).delete()
        ColumnChunk.objects.bulk_create(
            ColumnChunk(segment_id=segment.pk, build=build, path=path, blob=blob) for path, blob in chunks.items()
        )
        step.done += 1
    return True


def read_numbers(numbers: Sequence[float]) -> list[float | None]:
    """As the database reads them: SQLite's reader of decimals is a hair off Python's for some."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT CAST(value AS REAL) FROM json_each(%s) ORDER BY key", [json.dumps(numbers)])
            return [value for (value,) in cursor.fetchall()]
    return [as_float(number) for number in numbers]


def as_float(number: float) -> float | None:
    try:
        return float(number)
    except OverflowError:
        return None
