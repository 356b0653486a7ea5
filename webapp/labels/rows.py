"""Bulk statements for labels: the one place of this room where SQL differs by database.

As datasets/rows.py (docs/decisions/0002-one-raw-insert.md): SQLite takes one executemany, PostgreSQL one JSON
parameter. Columns that are empty in a whole batch are left out of its statement, for most of a label's are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import repeat
from typing import Any, NamedTuple

import msgspec
from django.db import connection

from webapp.privacy.media_url import MediaUrl

# Column by column in the order of NewLabel, with PostgreSQL's type.
COLUMNS = {
    "dataset_id": "bigint",
    "item_id": "bigint",
    "scene_id": "bigint",
    "kind": "text",
    "label": "text",
    "annotation_id": "text",
    "identity": "text",
    "geometry": "text",
    "left": "double precision",
    "top": "double precision",
    "right": "double precision",
    "bottom": "double precision",
    "metadata": "jsonb",
    "track_id": "bigint",
    "taxonomy_id": "bigint",
    "task_id": "text",
    "embedding": "bytea",
    "mask_url": "text",
    "mask_file_id": "bigint",
    "run_id": "bigint",
    "confidence": "double precision",
    "class_pdf": "text",
}
NAMES = tuple(COLUMNS)
# What an overwritten label takes from the new one; where it stands and what it is known by stay.
OVERWRITTEN = tuple(name for name in NAMES if name not in ("dataset_id", "item_id", "scene_id", "identity", "run_id"))
ANNOTATIONS, PREDICTIONS = "labels_annotation", "labels_prediction"


class NewLabel(NamedTuple):
    """A row to store. `metadata` is JSON text; `run_pk`, `confidence` and `class_pdf` are None for an annotation."""

    dataset_pk: int
    item_pk: int | None
    scene_pk: int | None
    kind: str
    label: str
    annotation_id: str | None
    identity: str | None
    geometry: str
    left: float | None
    top: float | None
    right: float | None
    bottom: float | None
    metadata: str
    track_pk: int | None
    taxonomy_pk: int | None
    task_id: str | None
    embedding: bytes | None
    mask_url: MediaUrl | None
    mask_file_pk: int | None
    run_pk: int | None
    confidence: float | None
    class_pdf: str | None


class StoredLabel(NamedTuple):
    """What overwriting a label needs to know of it; `geometry` is "" for what has one label."""

    pk: int
    kind: str
    label: str
    geometry: str
    confidence: float | None
    mask_file_pk: int | None


def insert_labels(table: str, rows: Sequence[NewLabel], *, created_at: datetime) -> None:
    """Insert all rows in their order, so that keys ascend with it."""
    if not rows:
        return
    names, columns = filled_columns(rows)
    into = ", ".join(f'"{name}"' for name in names)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            picked = ", ".join(posted(name, place) for place, name in enumerate(names))
            statement = (
                f"INSERT INTO {table} ({into}, created_at) SELECT {picked}, %s::timestamptz"
                " FROM jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS given(row, position) ORDER BY position"
            )
            cursor.execute(statement, [created_at, as_json(names, columns)])
        else:
            marks = ", ".join(["%s"] * (len(names) + 1))
            moment = connection.ops.adapt_datetimefield_value(created_at)
            given = zip(*columns, repeat(moment))
            cursor.executemany(f"INSERT INTO {table} ({into}, created_at) VALUES ({marks})", list(given))


def overwrite_labels(table: str, changes: Sequence[tuple[int, NewLabel]]) -> None:
    """Give stored labels, named by key, all that these rows say; at most one row a label."""
    if not changes:
        return
    names = OVERWRITTEN if table == PREDICTIONS else OVERWRITTEN[:-2]
    places = [NAMES.index(name) for name in names]
    columns = [revealed(name, [row[place] for _, row in changes]) for place, name in zip(places, names, strict=True)]
    keys = [pk for pk, _ in changes]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            changed = ", ".join(f'"{name}" = {posted(name, place)}' for place, name in enumerate(names))
            statement = (
                f"UPDATE {table} SET {changed} FROM jsonb_array_elements(%s::jsonb) AS given(row)"
                f" WHERE id = (row->>{len(names)})::bigint"
            )
            cursor.execute(statement, [as_json((*names, "id"), [*columns, keys])])
        else:
            changed = ", ".join(f'"{name}" = %s' for name in names)
            cursor.executemany(f"UPDATE {table} SET {changed} WHERE id = %s", list(zip(*columns, keys, strict=True)))


def stored_labels(
    table: str, place: str, pairs: Iterable[tuple[int, str]], *, run_pk: int | None
) -> dict[tuple[int, str], StoredLabel]:
    """Those labels that have one of these pairs of an item's (or scene's) key and an identity, by the pair.

    `place` is "item_id" or "scene_id".
    """
    given = msgspec.json.encode(list(pairs)).decode()
    if connection.vendor == "postgresql":
        source = "jsonb_array_elements(%s::jsonb) AS given(row) JOIN"
        key, identity = "(row->>0)::bigint", "row->>1"
    else:
        # CROSS: SQLite is to look each pair up, never to walk the table.
        source = "json_each(%s) AS given CROSS JOIN"
        key, identity = "json_extract(given.value, '$[0]')", "json_extract(given.value, '$[1]')"
    statement = f"""
        SELECT one.{place}, one.identity, one.id, one.kind, one.label,
               CASE WHEN one.kind IN ('mask', 'multicategory') THEN one.geometry ELSE '' END,
               {"one.confidence" if run_pk else "NULL"}, one.mask_file_id
        FROM {source} {table} AS one ON one.{place} = {key} AND one.identity = {identity}
        {"WHERE one.run_id = %s" if run_pk else ""}
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, [given, run_pk] if run_pk else [given])
        return {(row[0], row[1]): StoredLabel(*row[2:]) for row in cursor.fetchall()}


def how_crowded(table: str, place: str, pks: Iterable[int], *, run_pk: int | None) -> dict[int, int]:
    """How many labels each of these items (or scenes) has, of one run or all annotations; none is left out."""
    of_run = "AND run_id = %s" if run_pk else ""
    statement = f"""
        SELECT given.pk, (SELECT COUNT(*) FROM {table} WHERE {place} = given.pk {of_run}) FROM {ids("pk")} AS given
    """
    given = msgspec.json.encode(list(pks)).decode()
    with connection.cursor() as cursor:
        cursor.execute(statement, [run_pk, given] if run_pk else [given])
        return dict(cursor.fetchall())


def ids(name: str) -> str:
    """A table of one column, the whole numbers of the one JSON parameter that it takes."""
    if connection.vendor == "postgresql":
        return f"(SELECT value::bigint AS {name} FROM jsonb_array_elements_text(%s::jsonb) AS value)"
    return f"(SELECT value AS {name} FROM json_each(%s))"


def filled_columns(rows: Sequence[NewLabel]) -> tuple[tuple[str, ...], list[Sequence[Any]]]:
    """The columns that hold something anywhere in these rows, and their names."""
    names, columns = [], []
    for name, values in zip(NAMES, zip(*rows, strict=True), strict=True):
        if values.count(None) < len(values):
            names.append(name)
            columns.append(revealed(name, values))
    return tuple(names), columns


def revealed(name: str, values: Sequence[Any]) -> Sequence[Any]:
    if name != "mask_url":
        return values
    return [None if url is None else url.reveal() for url in values]


def posted(name: str, place: int) -> str:
    """What PostgreSQL reads a column from."""
    kind = COLUMNS[name]
    if kind == "jsonb":
        return f"row->{place}"
    if kind == "bytea":
        return f"decode(row->>{place}, 'hex')"
    return f"row->>{place}" if kind == "text" else f"(row->>{place})::{kind}"


def as_json(names: Sequence[str], columns: Sequence[Sequence[Any]]) -> str:
    """The rows as PostgreSQL's one parameter."""
    written = [
        [msgspec.Raw(text.encode()) for text in values]
        if name == "metadata"
        else [None if one is None else one.hex() for one in values]
        if name == "embedding"
        else values
        for name, values in zip(names, columns, strict=True)
    ]
    return msgspec.json.encode(list(zip(*written, strict=True))).decode()
