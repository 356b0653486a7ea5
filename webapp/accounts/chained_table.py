"""Tables whose rows are a hash chain for each team (chain.py): how a row gets its place, and which tables there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import models, transaction

from webapp.accounts.chain import sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainedTable:
    """`name` is what checkpoints call it, `noun` what a person calls many rows of it.

    `numbers` and `words` are the columns that a row says, all but its own number and those of the chain; `heads` has a
    row for each team, which is locked while one is added.
    """

    name: str
    noun: str
    entries: type[models.Model]
    heads: type[models.Model]
    numbers: tuple[str, ...]
    words: tuple[str, ...]

    def append(self, entry: Any) -> None:
        """Give a new row the next place of its team's chain, and save it; the head stays locked until the end."""
        self.append_all([entry])

    @transaction.atomic(savepoint=False)
    def append_all(self, entries: Sequence[Any]) -> None:
        """The same for several rows of one team, in their order."""
        if not entries:
            return
        head = self.locked_head(entries[0].team_id)
        for entry in entries:
            entry.position, entry.previous = head.length + 1, head.hash
            entry.hash = sealed(entry.previous, entry.position, self.facts(entry))
            head.length, head.hash = entry.position, entry.hash
        self.entries._default_manager.bulk_create(entries)
        self.heads._default_manager.filter(pk=head.pk).update(length=head.length, hash=head.hash)

    def locked_head(self, team_id: int) -> Any:
        # The row itself is all that is waited for; its team may be referred to meanwhile.
        heads = self.heads._default_manager.select_for_update(no_key=True).filter(pk=team_id)
        head = heads.first()
        if head is None:
            self.heads._default_manager.bulk_create([self.heads(team_id=team_id)], ignore_conflicts=True)
            head = heads.get()
        return head

    def facts(self, entry: Any) -> dict[str, Any]:
        """What a row says; a key of another table is called by its name."""
        said = {name.removesuffix("_id"): getattr(entry, name) for name in (*self.numbers, *self.words)}
        return {**said, "at": moment(entry.at)}


def moment(at: datetime) -> str:
    """To the microsecond, in UTC."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


TABLES: list[ChainedTable] = []


def register_table(table: ChainedTable) -> ChainedTable:
    """Have a table checked and noted with the others from now on; rooms to the right call it in AppConfig.ready."""
    if table not in TABLES:
        TABLES.append(table)
    return table
