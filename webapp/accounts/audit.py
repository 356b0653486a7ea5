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
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from webapp.accounts.chain import sealed
from webapp.accounts.models import AuditEntry, AuditHead
from webapp.accounts.viewer import Viewer


@transaction.atomic(savepoint=False)
def record(viewer: Viewer, action: str, *, subject: str, **details: Any) -> AuditEntry:
    """Append one audit row; `details` must be JSON and must not hold a media URL."""
    head = locked_head(viewer.team_id)
    entry = AuditEntry(
        team_id=viewer.team_id,
        user_id=viewer.user_id,
        api_key_id=viewer.api_key_id,
        action=action,
        subject=subject[:200],
        # As they are read again: a tuple is a list there, and a key always text.
        details=json.loads(json.dumps(details)),
        at=timezone.now(),
        position=head.length + 1,
        previous=head.hash,
    )
    entry.hash = sealed(entry.previous, entry.position, facts_of(entry))
    entry.save(force_insert=True)
    AuditHead.objects.filter(pk=head.pk).update(length=entry.position, hash=entry.hash)
    return entry


def locked_head(team_id: int) -> AuditHead:
    # The row itself is all that is waited for; its team may be referred to meanwhile.
    heads = AuditHead.objects.select_for_update(no_key=True).filter(pk=team_id)
    head = heads.first()
    if head is None:
        AuditHead.objects.bulk_create([AuditHead(team_id=team_id)], ignore_conflicts=True)
        head = heads.get()
    return head


def facts_of(entry: Any) -> dict[str, Any]:
    """What a row says: all its columns but its own number, which says nothing, and those of the chain."""
    return {
        "team": entry.team_id,
        "user": entry.user_id,
        "api_key": entry.api_key_id,
        "action": entry.action,
        "subject": entry.subject,
        "details": entry.details,
        "at": moment(entry.at),
    }


def moment(at: datetime) -> str:
    """To the microsecond, in UTC."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
