"""Copying predictions from one run to another, a piece at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection
from django.utils import timezone

from webapp.labels.counts import Class, bucket_of, change_counts, names_in
from webapp.labels.drafts import OF_SCENES, identity_of
from webapp.labels.rows import NAMES, PREDICTIONS, NewLabel, insert_labels, stored_labels
from webapp.privacy import public_id
from webapp.privacy.media_url import MediaUrl

ROWS_A_PIECE = 5_000


class Copy(NamedTuple):
    """`renamed` are among the `copied`; `last` is the key of the last prediction looked at, None when none is left."""

    copied: int
    ignored: int
    renamed: int
    last: int | None


def copy_piece(source_pk: int, target_pk: int, dataset_pk: int, *, after: int, rename: bool) -> Copy:
    """Copy some of a run's predictions on a locked dataset, those after a key, to another run, and count them there.

    One whose identity the target has is left out; with `rename`, one that has an annotation id gets a new one.
    """
    found = rows_after(source_pk, dataset_pk, after)
    if not found:
        return Copy(0, 0, 0, None)
    rows = [row._replace(run_pk=target_pk) for _, row in found]
    taken = taken_in(target_pk, rows)
    fresh = [row for row in rows if seat_of(row) not in taken]
    renamed = new_ids(source_pk, target_pk, [row for row in rows if seat_of(row) in taken]) if rename else []
    fresh += renamed
    insert_labels(PREDICTIONS, fresh, created_at=timezone.now())
    change_counts(dataset_pk, target_pk, classes(fresh))
    return Copy(len(fresh), len(rows) - len(fresh), len(renamed), found[-1][0])


def rows_after(run_pk: int, dataset_pk: int, after: int) -> list[tuple[int, NewLabel]]:
    columns = ", ".join(f'"{name}"' for name in NAMES)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, {columns} FROM {PREDICTIONS} WHERE run_id = %s AND dataset_id = %s AND id > %s"
            f" ORDER BY id LIMIT {ROWS_A_PIECE}",
            [run_pk, dataset_pk, after],
        )
        found = [(row[0], NewLabel(*row[1:])) for row in cursor.fetchall()]
    return [
        (pk, row._replace(mask_url=MediaUrl.from_column(row.mask_url)) if row.mask_url is not None else row)  # type: ignore[arg-type]
        for pk, row in found
    ]


def seat_of(row: NewLabel) -> tuple[str, int, str] | None:
    """The place and identity that only one prediction of a run may have."""
    if row.identity is None:
        return None
    if row.item_pk is not None:
        return "item_id", row.item_pk, row.identity
    return "scene_id", row.scene_pk or 0, row.identity


def taken_in(run_pk: int, rows: Sequence[NewLabel]) -> set[tuple[str, int, str] | None]:
    """Those of these rows' seats that a run has filled."""
    seats = [seat for row in rows if (seat := seat_of(row)) is not None]
    taken: set[tuple[str, int, str] | None] = set()
    for column in ("item_id", "scene_id"):
        pairs = [(pk, identity) for place, pk, identity in seats if place == column]
        if pairs:
            taken |= {(column, *pair) for pair in stored_labels(PREDICTIONS, column, pairs, run_pk=run_pk)}
    return taken


def new_ids(source_pk: int, target_pk: int, rows: Sequence[NewLabel]) -> list[NewLabel]:
    """Those of these rows that an annotation id alone tells apart, under one that names the run they came from.

    Left out are an item's one mask or category, and what has even the new id in the target already.
    """
    origin = public_id.encode("run", source_pk)
    given = [
        row._replace(annotation_id=new_id, identity=identity_of(row.kind, new_id, row.task_id, taxonomy=None))
        for row in rows
        if row.kind not in ("mask", *OF_SCENES) and (new_id := f"{row.annotation_id}-{origin}")
    ]
    taken = taken_in(target_pk, given)
    return [row for row in given if seat_of(row) not in taken]


def classes(rows: Sequence[NewLabel]) -> Counter[Class]:
    found: Counter[Class] = Counter()
    for row in rows:
        for name in names_in(row.kind, row.label, row.geometry):
            found[row.kind, name, bucket_of(row.confidence)] += 1
    return found
