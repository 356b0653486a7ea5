"""Writing down who did what. Called inside the transaction of the act: no act, no row, and the reverse.

A team's acts are a hash chain. Its head is one row, which is locked until the transaction ends, so that no act is
without its link and none has another's place. To keep transactions from waiting for each other in a circle, a verb
records when it has locked all else: teams, datasets, runs, models and slices come before the head; a job's row, which a
worker's step saves when all else is done, after it. Where a verb must go on (several scenes of one append that replace
frames, predictions whose first upload makes the run, a copied run's next dataset), two may meet so after all:
PostgreSQL then ends one of them, act and entry alike. SQLite has one writer at a time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.utils import timezone

from webapp.accounts.chained_table import ChainedTable, register_table
from webapp.accounts.models import AuditEntry, AuditHead
from webapp.accounts.viewer import Viewer

ACTS = register_table(
    ChainedTable(
        name="acts",
        noun="entries",
        entries=AuditEntry,
        heads=AuditHead,
        numbers=("team_id", "user_id", "api_key_id"),
        words=("action", "subject", "details", "at"),
    )
)
facts_of = ACTS.facts


class Note(NamedTuple):
    """An act that its verb records later: one room's share of a verb of another."""

    action: str
    subject: str
    details: dict[str, Any]


def record(viewer: Viewer, action: str, *, subject: str, **details: Any) -> AuditEntry:
    """Append one audit row; `details` must be JSON and must not hold a media URL."""
    return written(viewer.team_id, viewer.user_id, viewer.api_key_id, action, subject, details)


def record_notes(viewer: Viewer, notes: Iterable[Note]) -> None:
    """Append what other rooms did in this transaction."""
    for note in notes:
        record(viewer, note.action, subject=note.subject, **note.details)


def record_of_team(team_id: int, action: str, *, subject: str, **details: Any) -> AuditEntry:
    """The same for what this server did by itself, as it was told before; `details` should say by which act."""
    return written(team_id, None, None, action, subject, details)


def record_notes_of_team(team_id: int, notes: Iterable[Note]) -> None:
    """The same for many such acts at once, in a few statements."""
    ACTS.append_all([entry_of(team_id, None, None, note.action, note.subject, note.details) for note in notes])


def written(
    team_id: int, user_id: int | None, api_key_id: int | None, action: str, subject: str, details: dict[str, Any]
) -> AuditEntry:
    entry = entry_of(team_id, user_id, api_key_id, action, subject, details)
    ACTS.append(entry)
    return entry


def entry_of(
    team_id: int, user_id: int | None, api_key_id: int | None, action: str, subject: str, details: dict[str, Any]
) -> AuditEntry:
    return AuditEntry(
        team_id=team_id,
        user_id=user_id,
        api_key_id=api_key_id,
        action=action,
        subject=subject[:200],
        # As they are read again: a tuple is a list there, and a key always text.
        details=json.loads(json.dumps(details)),
        at=timezone.now(),
    )
