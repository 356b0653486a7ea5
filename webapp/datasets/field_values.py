"""Which members have which value of a metadata field: one statement over JSON, read in pieces."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import msgspec
from django.db import connection, models
from pyroaring import BitMap64

from webapp.privacy.refusals import Invalid

MAX_VALUES = 1_000
MISSING = "missing"
ROWS_AT_ONCE = 10_000
# json_each takes any field name as a plain parameter; json_extract would want it quoted inside a path. It gives a
# boolean as 0 or 1, hence the type.
SQLITE_VALUES = """
    SELECT {table}.id, (
        SELECT CASE type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' WHEN 'null' THEN NULL
               ELSE json_quote(value) END
        FROM json_each({table}.metadata) WHERE key = %s)
    FROM {table} WHERE dataset_id = %s AND {table}.id BETWEEN %s AND %s
"""
POSTGRES_VALUES = """
    SELECT id, NULLIF((metadata -> %s::text)::text, 'null') FROM {table} WHERE dataset_id = %s AND id BETWEEN %s AND %s
"""


def members_by_value(table: type[models.Model], dataset_pk: int, keys: BitMap64, field: str) -> dict[str, BitMap64]:
    """`keys` by what `field` holds, as `string "fog"` or `number 3`; those without it, or with null, are MISSING.

    Raises Invalid for more than MAX_VALUES different values. The caller has checked who may read the dataset.
    """
    if not keys:
        return {}
    found: dict[str, BitMap64] = {}
    names: dict[str | None, str] = {}
    sql = POSTGRES_VALUES if connection.vendor == "postgresql" else SQLITE_VALUES
    with closing(connection.chunked_cursor()) as cursor:
        cursor.execute(sql.format(table=table._meta.db_table), [field, dataset_pk, keys.min(), keys.max()])
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            for pk, text in rows:
                if pk not in keys:
                    continue
                if (name := names.get(text)) is None:
                    name = value_name(text)
                    # Only as many spellings are remembered as there may be values.
                    if len(names) < MAX_VALUES:
                        names[text] = name
                    refuse_too_many(found, name, field)
                found.setdefault(name, BitMap64()).add(pk)
    return found


def refuse_too_many(found: dict[str, BitMap64], name: str, field: str) -> None:
    if name not in found and len(found) >= MAX_VALUES:
        raise Invalid(
            f"The field {field[:100]!r} has more than {MAX_VALUES} different values here; a sample is divided over at"
            f" most {MAX_VALUES}. Choose another field, or a plainly random sample."
        )


def value_name(text: str | None) -> str:
    """A name for a value that is the same in both databases: 1 and 1.0 are one number, keys of objects are sorted."""
    if text is None:
        return MISSING
    value: Any = msgspec.json.decode(text)
    if isinstance(value, bool):
        return f"boolean {text}"
    if isinstance(value, int | float):
        whole = isinstance(value, float) and value.is_integer()
        return f"number {int(value) if whole else value}"
    encoded = msgspec.json.encode(value, order="deterministic").decode()
    return f"{'string' if isinstance(value, str) else 'json'} {encoded}"
