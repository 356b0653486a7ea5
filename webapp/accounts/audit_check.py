"""Checking the chained tables against themselves and against a checkpoint that was kept elsewhere.

What is stored is read as it is stored, past Django's conversions: on SQLite other bytes may read as the same value.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from webapp.accounts.audit import ACTS
from webapp.accounts.chain import BrokenChain, Fault, Head, Link, verify
from webapp.accounts.chained_table import TABLES, ChainedTable, moment
from webapp.accounts.signed_note import opened, signed

TITLE = "transom audit checkpoint"
ROWS_AT_ONCE = 2_000

# Of which table, and of which team.
ChainName = tuple[str, int]


def checkpoint() -> str:
    """A signed note of where each team's chains end.

    A line of team, number of rows and hash each, and behind those of the connections the name of their table.
    """
    lines = [TITLE, f"{timezone.now():%Y-%m-%dT%H:%M:%SZ}"]
    for table in TABLES:
        name = "" if table is ACTS else f" {table.name}"
        heads = table.heads._default_manager.order_by("team_id").values_list("team_id", "length", "hash")
        lines += [f"{team} {length} {end}{name}" for team, length, end in heads]
    return signed("".join(f"{line}\n" for line in lines), settings.AUDIT_KEY)


def read_checkpoint(note: str) -> dict[ChainName, Head]:
    """The heads that a note tells; raises NotSigned."""
    lines = opened(note, settings.AUDIT_KEY).splitlines()
    found = {}
    for line in lines[2:]:
        team, length, end, *name = line.split(" ")
        found[(name[0] if name else ACTS.name, int(team))] = Head(int(length), end)
    return found


def teams_on_record(table: ChainedTable = ACTS) -> set[int]:
    """Every team that has rows or a head, also one that is no team."""
    return {
        *table.entries._default_manager.order_by().values_list("team_id", flat=True).distinct(),
        *table.heads._default_manager.values_list("pk", flat=True),
    }


def verify_team(
    team_id: int, *, table: ChainedTable = ACTS, known: Head | None = None, since: Head | None = None
) -> Head:
    """Recompute a team's chain and say where it ends; raises BrokenChain for the first row that is not as it was.

    `known` is a head that it is known to have had. With `since`, another such, the rows before that are left out.
    Rows that are added meanwhile do no harm.
    """
    start = Head()
    heads = [one for one in (known, since, stored_head(table, team_id)) if one is not None]
    if since is not None and since.length:
        # The row itself is checked too: sealed with what it says came before, it must have the known hash.
        first = next(links(table, team_id, after=since.length - 1), None)
        start = Head(since.length - 1, first.previous or "" if first is not None else "")
    end = verify(links(table, team_id, after=start.length), start=start, known=heads)
    if end.length > stored_head(table, team_id).length:
        raise BrokenChain(stored_head(table, team_id).length + 1, Fault.ADDED)
    return end


def stored_head(table: ChainedTable, team_id: int) -> Head:
    found: Any = table.heads._default_manager.filter(pk=team_id).first()
    return Head(found.length, found.hash) if found is not None else Head()


def links(table: ChainedTable, team_id: int, *, after: int) -> Iterator[Link]:
    """A team's rows behind the position `after`, in the order of their positions."""
    is_sqlite = connection.vendor == "sqlite"
    words = (*table.words, "previous", "hash")
    read = [*table.numbers, "position", *(f"CAST({name} AS BLOB)" if is_sqlite else name for name in words)]
    ask = (
        f"SELECT id, {', '.join(read)} FROM {table.entries._meta.db_table}"
        " WHERE team_id = %s AND (position, id) > (%s, %s) ORDER BY position, id LIMIT %s"
    )
    last = (after, 2**63 - 1)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(ask, [team_id, *last, ROWS_AT_ONCE])
            rows = cursor.fetchall()
        for pk, *row in rows:
            yield link_of(table, row)
            last = (row[len(table.numbers)], pk)
        if len(rows) < ROWS_AT_ONCE:
            return


def link_of(table: ChainedTable, row: Iterable[Any]) -> Link:
    values = iter(row)
    numbers = [next(values) for _ in table.numbers]
    position = next(values)
    try:
        *said, previous, own = [one.decode() if isinstance(one, bytes) else one for one in values]
    except UnicodeDecodeError:
        return Link(position, None, None, None)
    facts = dict(zip((*table.numbers, *table.words), (*numbers, *said), strict=True))
    try:
        if "details" in facts:
            facts["details"] = details_of(facts["details"])
        facts["at"] = at_of(facts["at"])
    except ValueError:
        return Link(position, previous, own, None)
    return Link(position, previous, own, {name.removesuffix("_id"): value for name, value in facts.items()})


def details_of(text: str) -> Any:
    value = json.loads(text)
    # PostgreSQL keeps the value, SQLite the text: there `1E5` may stand for `1e5`.
    if connection.vendor == "sqlite" and json.dumps(value) != text:
        raise ValueError
    return value


def at_of(stored: str | datetime) -> str:
    if isinstance(stored, datetime):
        return moment(stored)
    at = datetime.fromisoformat(stored)
    if str(at) != stored:
        raise ValueError
    return moment(at.replace(tzinfo=UTC))
