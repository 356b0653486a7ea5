"""Keeping LabelCount: what a change adds to each class or takes from it, as one statement each way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from django.db import connection

from webapp.labels.models import CONFIDENCE_BUCKETS, NO_CONFIDENCE
from webapp.labels.rows import ANNOTATIONS

# Kind, label and bucket.
Class = tuple[str, str, int]

SEVERAL = ("mask", "multicategory")


def bucket_of(confidence: float | None) -> int:
    if confidence is None:
        return NO_CONFIDENCE
    return min(CONFIDENCE_BUCKETS - 1, int(confidence * CONFIDENCE_BUCKETS))


def names_in(kind: str, label: str, geometry: str) -> Sequence[str]:
    """What a stored label counts as."""
    if kind not in SEVERAL:
        return (label,)
    values = msgspec.json.decode(geometry)
    found: Sequence[str] = (
        values["labels"] if kind == "multicategory" else [one["label"] for one in values["annotations"]]
    )
    return found


def change_counts(dataset_pk: int, run_pk: int | None, changes: Counter[Class]) -> None:
    """Add these numbers, which may be below 0, to the counts of a locked dataset, or of a run on it."""
    more = [(*key, number) for key, number in changes.items() if number > 0]
    fewer = [(*key, -number) for key, number in changes.items() if number < 0]
    with connection.cursor() as cursor:
        if more:
            cursor.execute(added(run_pk), [dataset_pk, run_pk, as_text(more)])
        if fewer:
            owner = [dataset_pk] if run_pk is None else [dataset_pk, run_pk]
            of_run = "run_id IS NULL" if run_pk is None else "run_id = %s"
            taken = f"UPDATE labels_labelcount SET count = labels_labelcount.count - given_count FROM {given()}"
            matched = "kind = given_kind AND label = given_label AND bucket = given_bucket"
            cursor.execute(f"{taken} WHERE dataset_id = %s AND {of_run} AND {matched}", [as_text(fewer), *owner])
            cursor.execute(f"DELETE FROM labels_labelcount WHERE dataset_id = %s AND {of_run} AND count = 0", owner)


def added(run_pk: int | None) -> str:
    owner, of_run = ("dataset_id", "run_id IS NULL") if run_pk is None else ("dataset_id, run_id", "run_id IS NOT NULL")
    return f"""
        INSERT INTO labels_labelcount (dataset_id, run_id, kind, label, bucket, count)
        SELECT {"%s::bigint, %s::bigint" if connection.vendor == "postgresql" else "%s, %s"},
               given_kind, given_label, given_bucket, given_count FROM {given()} WHERE true
        ON CONFLICT ({owner}, kind, label, bucket) WHERE {of_run}
        DO UPDATE SET count = labels_labelcount.count + excluded.count
    """


def given() -> str:
    """The table of the one parameter `as_text` makes."""
    if connection.vendor == "postgresql":
        return """(SELECT row->>0 AS given_kind, row->>1 AS given_label, (row->>2)::smallint AS given_bucket,
            (row->>3)::bigint AS given_count FROM jsonb_array_elements(%s::jsonb) AS rows(row)) AS given"""
    return """(SELECT json_extract(value, '$[0]') AS given_kind, json_extract(value, '$[1]') AS given_label,
        json_extract(value, '$[2]') AS given_bucket, json_extract(value, '$[3]') AS given_count
        FROM json_each(%s)) AS given"""


def as_text(rows: Iterable[tuple[str, str, int, int]]) -> str:
    return msgspec.json.encode(list(rows)).decode()


def classes_of(table: str, where: str, params: Sequence[Any]) -> Counter[tuple[int | None, Class]]:
    """How many labels of each run (None: annotations) and class the rows have that `where` picks of one dataset."""
    run = "NULL" if table == ANNOTATIONS else "run_id"
    bucket = "-1" if table == ANNOTATIONS else bucket_sql()
    found: Counter[tuple[int | None, Class]] = Counter()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT {run}, kind, label, {bucket}, COUNT(*), '' FROM {table}
            WHERE kind NOT IN ('mask', 'multicategory') AND {where} GROUP BY 1, 2, 3, 4
            UNION ALL SELECT {run}, kind, label, {bucket}, 1, geometry FROM {table}
            WHERE kind IN ('mask', 'multicategory') AND {where}""",
            [*params, *params],
        )
        for run_pk, kind, label, place, count, geometry in cursor.fetchall():
            for name in names_in(kind, label, geometry):
                found[run_pk, (kind, name, place)] += count
    return found


def bucket_sql() -> str:
    """`bucket_of` in SQL; to PostgreSQL a cast rounds, to SQLite it cuts."""
    scaled = f"confidence * {CONFIDENCE_BUCKETS}"
    cut = f"FLOOR({scaled})::int" if connection.vendor == "postgresql" else f"CAST({scaled} AS INTEGER)"
    last = CONFIDENCE_BUCKETS - 1
    return f"CASE WHEN confidence IS NULL THEN {NO_CONFIDENCE} WHEN confidence >= 1 THEN {last} ELSE {cut} END"
