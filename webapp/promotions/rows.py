"""Bulk statements for the items of promotions: a hundred thousand are frozen in one request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection

COLUMNS = "promotion_id, item_pk, seal, origin, state, worker, attempt, tries, failure, sentence, sha256"
BLANK = "'waiting', '', 0, 0, '', '', ''"
# The ORM makes a statement of every 55 rows on SQLite, and an object of every one.
SQLITE_INSERT = f"INSERT INTO promotions_promotionitem ({COLUMNS}) VALUES (%s, %s, %s, %s, {BLANK})"
POSTGRES_INSERT = f"""
    INSERT INTO promotions_promotionitem ({COLUMNS})
    SELECT %s, given.item_pk, given.seal, given.origin, {BLANK}
    FROM unnest(%s::bigint[], %s::bytea[], %s::text[]) WITH ORDINALITY AS given(item_pk, seal, origin, place)
    ORDER BY given.place
"""


class Frozen(NamedTuple):
    """An item as it was when it was asked for."""

    item_pk: int
    seal: bytes
    origin: str


def insert_frozen(promotion_pk: int, frozen: Sequence[Frozen]) -> None:
    """Add waiting items to a promotion, in their order; none may be in it."""
    if not frozen:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            pks, seals, origins = (list(column) for column in zip(*frozen, strict=True))
            cursor.execute(POSTGRES_INSERT, [promotion_pk, pks, seals, origins])
        else:
            cursor.executemany(SQLITE_INSERT, [(promotion_pk, *one) for one in frozen])
