"""From when until when each promotion was approved, as the audit record says it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from webapp.accounts.models import AuditEntry
from webapp.evidence.targets import ends_of

APPROVED = "promotion.approve"
ENDED = frozenset({"promotion.revoke", "promotion.expire", "promotion.withdraw"})
ON_RECORD = (APPROVED, *ENDED)


@dataclass(frozen=True, slots=True)
class Approval:
    """`until` None: it stands. `by` is the key of the person who approved."""

    since: datetime
    until: datetime | None
    by: int | None

    def covers(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or at < self.until)

    def ended(self, at: datetime) -> Approval:
        """The same, ended then unless it had ended before."""
        return self if self.until is not None and self.until <= at else replace(self, until=at)


def approvals(
    acts: Iterable[tuple[str, str, int | None, datetime, Mapping[str, Any]]], ends: Mapping[str, datetime]
) -> dict[str, Approval]:
    """The approval of each promotion, by its public id, from acts in their order: action, subject, who, when, details.

    One that was for some days ends by itself. A promotion is approved once. An act that took single items out of a
    promotion says why; it ends no approval. `ends` are those of promotions that ended because nothing of them was left.
    """
    found: dict[str, Approval] = {}
    for action, subject, by, at, details in acts:
        known = found.get(subject)
        if action == APPROVED and known is None:
            expires = details.get("expires")
            found[subject] = Approval(at, datetime.fromisoformat(expires) if expires else None, by)
        elif action in ENDED and known is not None and "why" not in details:
            found[subject] = known.ended(at)
    return found | {key: found[key].ended(at) for key, at in ends.items() if key in found}


def approvals_on_record(team_pks: Iterable[int]) -> dict[str, Approval]:
    """The approvals that these teams' audit records tell of."""
    teams = list(team_pks)
    rows = AuditEntry.objects.filter(team_id__in=teams, action__in=ON_RECORD).order_by("team_id", "position")
    said = rows.values_list("action", "subject", "user_id", "at", "details")
    return approvals(said.iterator(chunk_size=2_000), ends_of(teams))


def moment_said(at: str) -> datetime:
    """A time as the facts of a chain say it."""
    return datetime.fromisoformat(at)
