"""Bulk statements for items: the one place where SQL differs by database.

Measured in docs/decisions/0002-one-raw-insert.md. Every row's URL is a MediaUrl (a plain string has no `reveal`), so
the bulk path holds the same rule as the field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from django.db import connection

from webapp.datasets.changes import ITEM, rows_added, rows_changed
from webapp.privacy.media_url import MediaUrl

COLUMNS = (
    "dataset_id, scene_id, frame_index, reference_id, url, file_id, is_private, metadata, width, height, created_at"
)
# PostgreSQL takes one JSON parameter a batch: four times faster there than one statement a row.
POSTGRES_INSERT = f"""
    INSERT INTO datasets_item ({COLUMNS})
    SELECT (row->>0)::bigint, (row->>1)::bigint, (row->>2)::int, row->>3, row->>4, (row->>5)::bigint,
           (row->>6)::boolean, row->7, (row->>8)::int, (row->>9)::int, %s::timestamptz
    FROM jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS given(row, position) ORDER BY position
"""
SQLITE_INSERT = f"INSERT INTO datasets_item ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
# sqlite3 looks for an adapter of every None and every bool it is given, a tenth of an insert; so plain items have
# their empty columns in the statement.
SQLITE_INSERT_PLAIN = f"INSERT INTO datasets_item ({COLUMNS}) VALUES (%s, NULL, NULL, %s, %s, NULL, %s, %s, %s, %s, %s)"
# A size once known is kept when an update does not repeat it.
SQLITE_UPDATE = """
    UPDATE datasets_item SET metadata = %s, url = COALESCE(%s, url),
           width = COALESCE(%s, width), height = COALESCE(%s, height)
    WHERE id = %s
"""
POSTGRES_UPDATE = """
    UPDATE datasets_item SET metadata = row->1, url = COALESCE(row->>2, url),
           width = COALESCE((row->>3)::int, width), height = COALESCE((row->>4)::int, height)
    FROM jsonb_array_elements(%s::jsonb) AS given(row) WHERE id = (row->>0)::bigint
"""
FIRST_KEY = "SELECT id FROM datasets_item WHERE dataset_id = %s AND reference_id = %s"
SQLITE_PLACE = "UPDATE datasets_item SET frame_index = %s WHERE id = %s"
POSTGRES_PLACE = """
    UPDATE datasets_item SET frame_index = (row->>0)::int
    FROM jsonb_array_elements(%s::jsonb) AS given(row) WHERE id = (row->>1)::bigint
"""


# One parameter for any number of ids: the ORM binds each by itself, which took longer than the search.
LOOKUP = """
    SELECT reference_id, id, is_private, scene_id IS NOT NULL, file_id IS NOT NULL FROM datasets_item
    WHERE dataset_id = %s AND reference_id IN
"""
SQLITE_IDS = "(SELECT value FROM json_each(%s))"
POSTGRES_IDS = "(SELECT jsonb_array_elements_text(%s::jsonb))"


class StoredItem(NamedTuple):
    """What an append needs to know of an item that is there already."""

    pk: int
    is_private: bool
    is_frame: bool
    has_file: bool


class ItemRow(NamedTuple):
    dataset_pk: int
    scene_pk: int | None
    frame_index: int | None
    reference_id: str
    url: MediaUrl | None
    file_pk: int | None
    is_private: bool
    metadata_json: str
    width: int | None
    height: int | None


class ItemChange(NamedTuple):
    """New metadata for an item, and a new URL or size where one was given (None keeps what is stored)."""

    metadata_json: str
    url: MediaUrl | None
    width: int | None
    height: int | None
    pk: int


def stored_items(dataset_pk: int, references: Sequence[str]) -> dict[str, StoredItem]:
    """Those of a dataset's items that have one of these reference ids, by it."""
    ids = POSTGRES_IDS if connection.vendor == "postgresql" else SQLITE_IDS
    with connection.cursor() as cursor:
        cursor.execute(LOOKUP + ids, [dataset_pk, msgspec.json.encode(references).decode()])
        return {
            reference: StoredItem(pk, bool(is_private), bool(is_frame), bool(has_file))
            for reference, pk, is_private, is_frame, has_file in cursor.fetchall()
        }


def insert_items(rows: Sequence[ItemRow], *, created_at: datetime) -> None:
    """Insert all rows of one dataset in their order, so that keys ascend with it.

    Raises IntegrityError and inserts none.
    """
    if not rows:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            plain = [
                (*row[:4], revealed(row.url), *row[5:7], msgspec.Raw(row.metadata_json.encode()), *row[8:])
                for row in rows
            ]
            cursor.execute(POSTGRES_INSERT, [created_at, msgspec.json.encode(plain).decode()])
        else:
            moment = connection.ops.adapt_datetimefield_value(created_at)
            if any(row.scene_pk is not None or row.file_pk is not None for row in rows):
                given: list[Any] = [(*row[:4], revealed(row.url), *row[5:], moment) for row in rows]
                cursor.executemany(SQLITE_INSERT, given)
            else:
                given = [(row[0], row[3], revealed(row.url), int(row[6]), *row[7:], moment) for row in rows]
                cursor.executemany(SQLITE_INSERT_PLAIN, given)
        cursor.execute(FIRST_KEY, [rows[0].dataset_pk, rows[0].reference_id])
        ((first,),) = cursor.fetchall()
    rows_added(rows[0].dataset_pk, ITEM, first)


def update_items(dataset_pk: int, changes: Sequence[ItemChange]) -> None:
    """Apply all changes to items of the dataset; at most one per item."""
    if not changes:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            rows = [
                (one.pk, msgspec.Raw(one.metadata_json.encode()), revealed(one.url), one.width, one.height)
                for one in changes
            ]
            cursor.execute(POSTGRES_UPDATE, [msgspec.json.encode(rows).decode()])
        else:
            cursor.executemany(
                SQLITE_UPDATE,
                [(one.metadata_json, revealed(one.url), one.width, one.height, one.pk) for one in changes],
            )
    rows_changed(dataset_pk, ITEM, [one.pk for one in changes])


def place_frames(places: Sequence[tuple[int, int]]) -> None:
    """Give frames their index, as pairs of it and the frame's key; none may be another's while this runs."""
    if not places:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(POSTGRES_PLACE, [msgspec.json.encode(places).decode()])
        else:
            cursor.executemany(SQLITE_PLACE, places)


def save_addresses(table: str, column: str, addresses: Mapping[int, MediaUrl]) -> None:
    """Give rows of a table, by key, these addresses; `table` and `column` are names of ours."""
    if not addresses:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            given = msgspec.json.encode([(pk, url.reveal()) for pk, url in addresses.items()]).decode()
            cursor.execute(
                f"""
                UPDATE {table} SET {column} = row->>1
                FROM jsonb_array_elements(%s::jsonb) AS given(row) WHERE id = (row->>0)::bigint
                """,
                [given],
            )
        else:
            pairs = [(url.reveal(), pk) for pk, url in addresses.items()]
            cursor.executemany(f"UPDATE {table} SET {column} = %s WHERE id = %s", pairs)


def revealed(url: MediaUrl | None) -> str | None:
    return None if url is None else url.reveal()
