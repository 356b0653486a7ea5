"""`manage.py check_report FILE` checks a signed report; it asks no database, so it may run on any machine."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from webapp.accounts.chain import Head
from webapp.accounts.signed_note import NotSigned, opened_by, verifier
from webapp.evidence.report_check import MAX_FAULTS, NotAReport, Reading, checked, signed_by


class Command(BaseCommand):
    help = "Check a report of /privacy/report.json: its signature, both chains, and that every connection was approved."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--key", help="the public key, transom-audit+…; default: that of this installation")
        parser.add_argument("--checkpoint", type=Path, help="a checkpoint that was kept elsewhere, by the same key")

    def handle(self, *, file: Path, key: str | None, checkpoint: Path | None, **_: Any) -> None:
        public = key or verifier(settings.AUDIT_KEY)
        try:
            sha256 = signed_by(file, public)
            reading = checked(file)
            if checkpoint is not None:
                reading = checked(file, known=heads_noted(checkpoint, public, reading.head["team"]))
        except NotAReport as refusal:
            hint = "" if key else f" The key is this installation's, {public}; name another with --key."
            raise CommandError(f"{file}: {refusal}{hint}") from None
        except OSError as refusal:
            raise CommandError(f"{file} cannot be read: {refusal}") from None
        self.sum_up(reading, sha256, public)
        for fault in reading.faults:
            self.stdout.write(f"FAULT: {fault}")
        if reading.faults:
            many = "or more " if len(reading.faults) == MAX_FAULTS else ""
            raise CommandError(f"{len(reading.faults)} {many}faults.")

    def sum_up(self, reading: Reading, sha256: str, public: str) -> None:
        head = reading.head
        self.stdout.write(f"Report on {head['team_name']}, made at {head['made_at']} by {head['made_by']}.")
        self.stdout.write(f"Signed by {public}; SHA-256 of all but the last line {sha256}.")
        for name, end in reading.ends.items():
            self.stdout.write(f"{name}: {end.length} entries, unbroken and complete, head {end.hash}")
        self.stdout.write(
            f"{len(reading.promotions)} promotions of {reading.item_count} items;"
            f" {reading.connection_count} connections, {reading.stored_count} of them brought a file."
        )


def heads_noted(note: Path, public: str, team: int) -> dict[str, Head]:
    """The heads that a checkpoint tells of a team."""
    try:
        lines = opened_by(note.read_text(), public).splitlines()
    except NotSigned:
        raise CommandError(f"{note} is no checkpoint that this key signed, or it was altered.") from None
    found = {}
    for line in lines[2:]:
        number, length, end, *name = line.split(" ")
        if int(number) == team:
            found[name[0] if name else "acts"] = Head(int(length), end)
    return found
