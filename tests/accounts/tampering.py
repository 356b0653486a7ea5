"""What somebody with the database's rights can do to a chained table, past triggers, keys and constraints."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, connection, transaction

from webapp.accounts.append_only import allow_changes
from webapp.accounts.audit import ACTS
from webapp.accounts.audit_check import teams_on_record, verify_team
from webapp.accounts.chain import BrokenChain
from webapp.accounts.chained_table import ChainedTable

IS_SQLITE = connection.vendor == "sqlite"


@contextmanager
def with_the_power_of_the_operator(table: ChainedTable = ACTS) -> Iterator[None]:
    """No trigger, no foreign key and, where that can be, no constraint stands in the way."""
    allow_changes(connection, name_of(table))
    before, after = (
        (["PRAGMA foreign_keys=OFF", "PRAGMA ignore_check_constraints=ON"], ["PRAGMA ignore_check_constraints=OFF"])
        if IS_SQLITE
        else (["SET session_replication_role = replica"], ["SET session_replication_role = DEFAULT"])
    )
    with connection.cursor() as cursor:
        for statement in before:
            cursor.execute(statement)
    yield
    with connection.cursor() as cursor:
        for statement in after:
            cursor.execute(statement)
        if IS_SQLITE:
            cursor.execute("PRAGMA foreign_keys=ON")


def execute(statement: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def is_broken(table: ChainedTable = ACTS) -> bool:
    try:
        for team in teams_on_record(table):
            verify_team(team, table=table)
    except BrokenChain:
        return True
    return False


def columns_of(table: ChainedTable) -> list[str]:
    """Every column but the row's own number."""
    return [*table.numbers, "position", *table.words, "previous", "hash"]


def flipped(table: ChainedTable, row: int, column: str, dice: random.Random) -> bool:
    """Flip one bit of a stored value; False where there is none, or the database has no such value."""
    name = name_of(table)
    if column in (*table.numbers, "position"):
        ((value,),) = execute(f"SELECT {column} FROM {name} WHERE id = %s", row)
        width = 15 if column == "hop" else 63
        after = None if value is None else value ^ (1 << dice.randrange(width))
        put = f"UPDATE {name} SET {column} = %s WHERE id = %s"
    elif IS_SQLITE:
        ((value,),) = execute(f"SELECT CAST({column} AS BLOB) FROM {name} WHERE id = %s", row)
        put, after = f"UPDATE {name} SET {column} = CAST(%s AS TEXT) WHERE id = %s", with_a_bit_flipped(value, dice)
    elif column == "at":
        ((value,),) = execute(f"SELECT (extract(epoch FROM at) * 1000000)::bigint FROM {name} WHERE id = %s", row)
        put = f"UPDATE {name} SET at = 'epoch'::timestamptz + %s * interval '1 microsecond' WHERE id = %s"
        after = value ^ (1 << dice.randrange(50))
    else:
        ((value,),) = execute(f"SELECT convert_to({column}::text, 'UTF8') FROM {name} WHERE id = %s", row)
        kind = "jsonb" if column == "details" else "text"
        put, after = (
            f"UPDATE {name} SET {column} = convert_from(%s, 'UTF8')::{kind} WHERE id = %s",
            with_a_bit_flipped(bytes(value), dice),
        )
    if not value and after in (None, b""):
        return False
    try:
        with transaction.atomic():
            execute(put, after, row)
    except (DatabaseError, OverflowError):
        return False
    return True


def with_a_bit_flipped(value: bytes, dice: random.Random) -> bytes:
    if not value:
        return value
    place = dice.randrange(len(value) * 8)
    changed = bytearray(value)
    changed[place // 8] ^= 1 << place % 8
    return bytes(changed)


def name_of(table: ChainedTable) -> str:
    return table.entries._meta.db_table
