"""Taking labels away in bulk, by raw SQL: thousands go with a scene, millions with a dataset. The counts follow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec
from django.db import connection

from webapp.labels.changes import annotations_changed
from webapp.labels.counts import Class, change_counts, classes_of
from webapp.labels.rows import ANNOTATIONS, PREDICTIONS, ids

TABLES = (ANNOTATIONS, PREDICTIONS)
# The plus keeps SQLite from walking all labels of the dataset where the few that are meant are known.
UNINDEXED_DATASET = "+dataset_id = %s"


def remove_labels(table: str, dataset_pk: int, where: str, params: Sequence[Any]) -> tuple[int, set[int]]:
    """Remove those labels of a locked dataset that `where` picks: how many went, and which files were their masks."""
    where, params = f"{UNINDEXED_DATASET} AND {where}", [dataset_pk, *params]
    by_run: dict[int | None, Counter[Class]] = {}
    for (run_pk, key), count in classes_of(table, where, params).items():
        by_run.setdefault(run_pk, Counter())[key] -= count
    if table == ANNOTATIONS and by_run:
        annotations_changed(dataset_pk, items_of(table, where, params))
    gone = delete_rows(table, where, params)
    for run_pk, changes in by_run.items():
        change_counts(dataset_pk, run_pk, changes)
    return gone


def remove_piece(table: str, dataset_pk: int, where: str, params: Sequence[Any], *, limit: int) -> tuple[int, set[int]]:
    """remove_labels for at most `limit` of them."""
    keys = some_keys(table, f"{UNINDEXED_DATASET} AND {where}", [dataset_pk, *params], limit)
    if not keys:
        return 0, set()
    return remove_labels(table, dataset_pk, IN_KEYS.format(ids=ids("pk")), [as_text(keys)])


def remove_labels_at(dataset_pk: int, column: str, pks: Sequence[int]) -> set[int]:
    """Remove all annotations and predictions of these items or scenes; which files were their masks."""
    files: set[int] = set()
    where = f"{column} IN (SELECT given.pk FROM {ids('pk')} AS given)"
    for table in TABLES:
        files |= remove_labels(table, dataset_pk, where, [as_text(pks)])[1]
    return files


def drop_piece(table: str, where: str, params: Sequence[Any], *, limit: int) -> tuple[int, set[int]]:
    """Remove at most `limit` labels that `where` picks and leave the counts, which have gone before."""
    keys = some_keys(table, where, params, limit)
    return delete_rows(table, IN_KEYS.format(ids=ids("pk")), [as_text(keys)]) if keys else (0, set())


IN_KEYS = "id IN (SELECT given.pk FROM {ids} AS given)"


def some_keys(table: str, where: str, params: Sequence[Any], limit: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {table} WHERE {where} LIMIT %s", [*params, limit])
        return [row[0] for row in cursor.fetchall()]


def items_of(table: str, where: str, params: Sequence[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT item_id FROM {table} WHERE item_id IS NOT NULL AND {where}", list(params))
        return [row[0] for row in cursor.fetchall()]


def delete_rows(table: str, where: str, params: Sequence[Any]) -> tuple[int, set[int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT mask_file_id FROM {table} WHERE mask_file_id IS NOT NULL AND {where}", list(params)
        )
        files = {row[0] for row in cursor.fetchall()}
        cursor.execute(f"DELETE FROM {table} WHERE {where}", list(params))
        return max(0, cursor.rowcount), files


def leave_tracks(pks: Sequence[int]) -> None:
    """Let labels be without these tracks."""
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(
                f"UPDATE {table} SET track_id = NULL WHERE track_id IN (SELECT given.pk FROM {ids('pk')} AS given)",
                [as_text(pks)],
            )


def as_text(pks: Sequence[int]) -> str:
    return msgspec.json.encode(list(pks)).decode()
