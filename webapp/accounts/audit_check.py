"""Checking the audit record against itself and against a checkpoint that was kept elsewhere.

What is stored is read as it is stored, past Django's conversions: on SQLite other bytes may read as the same value.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from webapp.accounts.audit import moment
from webapp.accounts.chain import BrokenChain, Fault, Head, Link, verify
from webapp.accounts.models import AuditEntry, AuditHead
from webapp.accounts.signed_note import opened, signed

TITLE = "transom audit checkpoint"
ROWS_AT_ONCE = 2_000
WORDS = ("action", "subject", "details", "at", "previous", "hash")


def checkpoint() -> str:
    """A signed note of where each team's chain ends: a line of team, number of acts and hash each."""
    heads = AuditHead.objects.order_by("team_id").values_list("team_id", "length", "hash")
    lines = [TITLE, f"{timezone.now():%Y-%m-%dT%H:%M:%SZ}", *(f"{team} {length} {end}" for team, length, end in heads)]
    return signed("".join(f"{line}\n" for line in lines), settings.AUDIT_KEY)


def read_checkpoint(note: str) -> dict[int, Head]:
    """The heads that a note tells, by team; raises NotSigned."""
    lines = opened(note, settings.AUDIT_KEY).splitlines()
    heads = (line.split(" ") for line in lines[2:])
    return {int(team): Head(int(length), end) for team, length, end in heads}


def teams_on_record() -> set[int]:
    """Every team that has acts or a head, also one that is no team."""
    return {
        *AuditEntry.objects.order_by().values_list("team_id", flat=True).distinct(),
        *AuditHead.objects.values_list("pk", flat=True),
    }


def verify_team(team_id: int, *, known: Head | None = None, since: Head | None = None) -> Head:
    """Recompute a team's chain and say where it ends; raises BrokenChain for the first row that is not as it was.

    `known` is a head that it is known to have had. With `since`, another such, the rows before that are left out.
    Rows that are added meanwhile do no harm.
    """
    start = Head()
    heads = [one for one in (known, since, stored_head(team_id)) if one is not None]
    if since is not None and since.length:
        # The row itself is checked too: sealed with what it says came before, it must have the known hash.
        first = next(links(team_id, after=since.length - 1), None)
        start = Head(since.length - 1, first.previous or "" if first is not None else "")
    end = verify(links(team_id, after=start.length), start=start, known=heads)
    if end.length > stored_head(team_id).length:
        raise BrokenChain(stored_head(team_id).length + 1, Fault.ADDED)
    return end


def stored_head(team_id: int) -> Head:
    found = AuditHead.objects.filter(pk=team_id).first()
    return Head(found.length, found.hash) if found is not None else Head()


def links(team_id: int, *, after: int) -> Iterator[Link]:
    """A team's rows behind the position `after`, in the order of their positions."""
    is_sqlite = connection.vendor == "sqlite"
    words = ", ".join(f"CAST({name} AS BLOB)" if is_sqlite else name for name in WORDS)
    ask = (
        f"SELECT id, team_id, user_id, api_key_id, position, {words} FROM accounts_auditentry"
        " WHERE team_id = %s AND (position, id) > (%s, %s) ORDER BY position, id LIMIT %s"
    )
    last = (after, 2**63 - 1)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(ask, [team_id, *last, ROWS_AT_ONCE])
            rows = cursor.fetchall()
        for pk, *row in rows:
            yield link_of(row)
            last = (row[3], pk)
        if len(rows) < ROWS_AT_ONCE:
            return


def link_of(row: Iterable[Any]) -> Link:
    team, user, api_key, position, *raw = row
    try:
        words = [one.decode() if isinstance(one, bytes) else one for one in raw]
    except UnicodeDecodeError:
        return Link(position, None, None, None)
    action, subject, details, at, previous, own = words
    try:
        said = {"details": details_of(details), "at": at_of(at)}
    except ValueError:
        return Link(position, previous, own, None)
    facts: Mapping[str, Any] = {
        "team": team,
        "user": user,
        "api_key": api_key,
        "action": action,
        "subject": subject,
        **said,
    }
    return Link(position, previous, own, facts)


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
