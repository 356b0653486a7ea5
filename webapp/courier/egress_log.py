"""The record of connections: a row committed before each is made, and one of how it ended.

Without the first there is no connection: whoever cannot write it down does not connect. A team's rows are a chain, so
that none can be changed or taken out unseen.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time

from django.db.models import Sum
from django.utils import timezone

from webapp.accounts.chained_table import ChainedTable
from webapp.courier.approved import Egress, Ended
from webapp.courier.models import EgressEntry, EgressHead
from webapp.courier.together import Together

CONNECTIONS = ChainedTable(
    name="connections",
    noun="connections and their ends",
    entries=EgressEntry,
    heads=EgressHead,
    numbers=("team_id", "entry", "promotion_pk", "item_pk", "hop", "byte_count"),
    words=("kind", "origin", "address", "result", "sha256", "at"),
)


def appended(rows: Sequence[EgressEntry]) -> Sequence[EgressEntry]:
    """Write rows of one team down, in one transaction."""
    CONNECTIONS.append_all(rows)
    return rows


TOGETHER = Together(appended)


class TeamEgressLog:
    """The connections made for one item of one promotion. What is written at the same moment for others of the team is
    committed with it."""

    def __init__(self, *, team_pk: int, promotion_pk: int, item_pk: int) -> None:
        self._names = {"team_id": team_pk, "promotion_pk": promotion_pk, "item_pk": item_pk}
        self._connect: EgressEntry | None = None

    def before_connect(self, egress: Egress) -> None:
        """Write down what is about to be connected to, durably; what this raises prevents it."""
        row = self._row(EgressEntry.Kind.CONNECT, egress)
        self._connect = TOGETHER.ask(row.team_id, row)

    def after(self, egress: Egress, ended: Ended) -> None:
        """Write down how the last connection ended."""
        row = self.end(egress, ended)
        TOGETHER.ask(row.team_id, row)

    def end(self, egress: Egress, ended: Ended) -> EgressEntry:
        """The row of how the last connection ended, for whoever writes it down with something else."""
        row = self._row(EgressEntry.Kind.ENDED, egress)
        row.entry = self._connect.position if self._connect is not None else None
        row.result, row.byte_count, row.sha256 = ended.result, ended.byte_count, ended.sha256 or ""
        return row

    def _row(self, kind: EgressEntry.Kind, egress: Egress) -> EgressEntry:
        return EgressEntry(
            kind=kind,
            origin=str(egress.origin),
            address=str(egress.address),
            hop=egress.hop,
            at=timezone.now(),
            **self._names,
        )


def bytes_today(team_pk: int) -> int:
    """How many bytes of media came over the network for a team since midnight, UTC."""
    midnight = datetime.combine(timezone.now().astimezone(UTC), time(), UTC)
    rows = EgressEntry.objects.filter(team_id=team_pk, kind=EgressEntry.Kind.ENDED, at__gte=midnight)
    return int(rows.aggregate(sum=Sum("byte_count"))["sum"] or 0)
