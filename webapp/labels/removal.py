"""Taking labels away in bulk, by raw SQL: thousands go with a scene, millions with a dataset. The counts follow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec
from django.db import connection

from webapp.labels.counts import Class, change_counts, classes_of
from webapp.labels.rows import ANNOTATIONS, PREDICTIONS, ids


def remove_labels(table: str, dataset_pk: int, where: str, params: Sequence[Any]) -> tuple[int, set[int]]:
    """Remove those labels of a locked dataset that `where` picks: how many went, and which files were their masks."""
    where = f"dataset_id = %s AND {where}"
    params = [dataset_pk, *params]
    found = classes_of(table, where, params)
    if not found:
        # A mask, too, counts nothing when it is of nothing.
        return delete_rows(table, where, params)
    by_run: dict[int | None, Counter[Class]] = {}
    for (run_pk, key), count in found.items():
        by_run.setdefault(run_pk, Counter())[key] -= count
    gone = delete_rows(table, where, params)
    for run_pk, changes in by_run.items():
        change_counts(dataset_pk, run_pk, changes)
    return gone


def delete_rows(table: str, where: str, params: Sequence[Any]) -> tuple[int, set[int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT mask_file_id FROM {table} WHERE mask_file_id IS NOT NULL AND {where}", list(params)
        )
        files = {row[0] for row in cursor.fetchall()}
        cursor.execute(f"DELETE FROM {table} WHERE {where}", list(params))
        return max(0, cursor.rowcount), files


def remove_labels_at(dataset_pk: int, column: str, pks: Sequence[int]) -> set[int]:
    """Remove all annotations and predictions of these items or scenes; which files were their masks."""
    files: set[int] = set()
    given = msgspec.json.encode(list(pks)).decode()
    where = f"{column} IN (SELECT given.pk FROM {ids('pk')} AS given)"
    for table in (ANNOTATIONS, PREDICTIONS):
        files |= remove_labels(table, dataset_pk, where, [given])[1]
    return files


def leave_tracks(pks: Sequence[int]) -> None:
    """Let labels be without these tracks."""
    given = msgspec.json.encode(list(pks)).decode()
    with connection.cursor() as cursor:
        for table in (ANNOTATIONS, PREDICTIONS):
            cursor.execute(
                f"UPDATE {table} SET track_id = NULL WHERE track_id IN (SELECT given.pk FROM {ids('pk')} AS given)",
                [given],
            )
