"""`manage.py audit verify` recomputes the audit record; `manage.py audit checkpoint` prints, signed, where it ends."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from webapp.accounts.audit_check import ChainName, checkpoint, read_checkpoint, teams_on_record, verify_team
from webapp.accounts.chain import BrokenChain, Head
from webapp.accounts.chained_table import TABLES, ChainedTable
from webapp.accounts.models import Team
from webapp.accounts.signed_note import NotSigned, verifier


class Command(BaseCommand):
    help = "Check that no row of the audit record was changed, moved or removed, or note where it ends."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        check = verbs.add_parser("verify", help="recompute the chains; exit code 1 when one is broken")
        check.add_argument("--team", help="the name of the one team to check; default: all")
        notes = check.add_mutually_exclusive_group()
        notes.add_argument("--checkpoint", type=Path, help="also check that the record still leads to this checkpoint")
        notes.add_argument("--since-checkpoint", type=Path, help="the same, and leave out what lies before it")
        verbs.add_parser("checkpoint", help="print where each team's chain ends, signed; keep it on another machine")

    def handle(self, *, verb: str, **options: Any) -> None:
        if verb == "checkpoint":
            self.stdout.write(checkpoint(), ending="")
            self.stderr.write(f"Signed with {verifier(settings.AUDIT_KEY)}")
            return
        since = options["since_checkpoint"]
        self.verify(options["team"], since or options["checkpoint"], is_since=since is not None)

    def verify(self, team: str | None, note: Path | None, *, is_since: bool) -> None:
        known = read(note) if note is not None else {}
        names = dict(Team.objects.values_list("pk", "name"))
        if team is not None:
            names = {pk_of(names, team): team}
        chains = [
            self.verify_chain(table, pk, names.get(pk, f"team {pk}"), known.get((table.name, pk)), is_since=is_since)
            for table in TABLES
            for pk in (names if team is not None else sorted(teams_on_record(table) | noted(known, table)))
        ]
        if broken := chains.count(False):
            raise CommandError(f"{broken} of {len(chains)} chains broken.")

    def verify_chain(self, table: ChainedTable, pk: int, name: str, known: Head | None, *, is_since: bool) -> bool:
        """Say of a team's chain whether it is whole, and return it."""
        try:
            end = verify_team(pk, table=table, known=known, since=known if is_since else None)
        except BrokenChain as found:
            self.stdout.write(f"{name}: BROKEN: {found} ({table.noun})")
            return False
        self.stdout.write(f"{name}: {end.length} {table.noun}, unbroken, head {end.hash}")
        return True


def noted(known: dict[ChainName, Head], table: ChainedTable) -> set[int]:
    """The teams of which a checkpoint tells such a chain."""
    return {team for name, team in known if name == table.name}


def read(note: Path) -> dict[ChainName, Head]:
    try:
        return read_checkpoint(note.read_text())
    except NotSigned:
        raise CommandError(f"{note} is no checkpoint that this server's key signed, or it was altered.") from None
    except (OSError, ValueError) as refusal:
        raise CommandError(f"{note} cannot be read: {refusal}") from None


def pk_of(names: dict[int, str], team: str) -> int:
    for pk, name in names.items():
        if name == team:
            return pk
    raise CommandError(f"There is no team named {team}.")
