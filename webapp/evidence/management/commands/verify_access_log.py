"""`manage.py verify_access_log FILE` compares a media host's own access log with what the courier wrote down."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from ipaddress import ip_network
from itertools import chain
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from webapp.accounts.audit_check import verify_team
from webapp.accounts.chain import BrokenChain
from webapp.accounts.chained_table import TABLES
from webapp.accounts.models import Team
from webapp.evidence.access_check import AGENT, AccessCheck, AgentMissing, Finding, Network, OriginUnclear, Tally
from webapp.evidence.access_log import lines
from webapp.evidence.approvals import approvals_on_record
from webapp.evidence.connection_index import ConnectionIndex
from webapp.evidence.targets import Targets


class Command(BaseCommand):
    help = "Name every request of ours in a media host's access log that nobody approved, and what the log lacks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="the log; also packed with gzip")
        parser.add_argument(
            "--from",
            dest="addresses",
            type=network,
            action="append",
            default=[],
            metavar="ADDRESS",
            help=f"requests from this address or network are ours too, besides those of {AGENT}…; may be repeated",
        )
        parser.add_argument("--origin", action="append", default=[], help="the media origin whose log it is")
        parser.add_argument("--team", help="the name of the one team whose record is compared; default: all")
        parser.add_argument("--clock-skew", type=float, default=5.0, metavar="SECONDS", help="default: 5")

    def handle(self, *, files: list[Path], clock_skew: float, **options: Any) -> None:
        teams = dict(Team.objects.values_list("pk", "name"))
        if options["team"] is not None:
            teams = {pk: name for pk, name in teams.items() if name == options["team"]}
            if not teams:
                raise CommandError(f"There is no team named {options['team']}.")
        broken = sum(not self.is_whole(pk, name) for pk, name in teams.items())
        targets = Targets()
        with ConnectionIndex(targets) as index:
            for pk in teams:
                index.load(pk)
            check = AccessCheck(
                index,
                targets,
                approvals_on_record(teams),
                addresses=options["addresses"],
                origins=options["origin"],
                slack_s=clock_skew,
            )
            found = sum(self.say(one) for one in findings(check, files, list(teams)))
        self.sum_up(check.tally, found)
        if found or broken:
            raise CommandError(f"{found} findings." if not broken else f"{found} findings, {broken} broken records.")

    def is_whole(self, team_pk: int, name: str) -> bool:
        """Say of a broken record that it is; nothing compared with one proves anything."""
        try:
            for table in TABLES:
                verify_team(team_pk, table=table)
        except BrokenChain as fault:
            self.stdout.write(f"The record of {name} is BROKEN: {fault}")
            return False
        return True

    def say(self, finding: Finding) -> bool:
        self.stdout.write(str(finding))
        return True

    def sum_up(self, tally: Tally, found: int) -> None:
        words = [f"{tally.lines} lines", f"{tally.hits} requests of ours", f"{tally.matched} on record"]
        if tally.by_time_alone:
            words.append(f"{tally.by_time_alone} of these by time and size alone, their path being unknown here")
        if tally.unreadable:
            words.append(f"{tally.unreadable} lines in no known format, the first is line {tally.first_unreadable}")
        if tally.outside:
            words.append(f"{tally.outside} connections outside of the time that the log covers")
        if tally.unanswered:
            words.append(f"{tally.unanswered} connections that a log need not have a line of")
        self.stdout.write(f"{'; '.join(words)}; {found or 'no'} findings.")


def findings(check: AccessCheck, files: list[Path], team_pks: list[int]) -> Iterator[Finding]:
    """What the check finds; raises CommandError for a log that it cannot judge."""
    try:
        yield from check.of_lines(chain.from_iterable(lines(file) for file in files))
        yield from check.of_the_unknown(team_pks)
        yield from check.of_the_record()
    except (OSError, EOFError) as refusal:
        raise CommandError(f"The log cannot be read: {refusal}") from None
    except AgentMissing:
        raise CommandError("This log tells no user agents. Say with --from which address the courier has.") from None
    except OriginUnclear:
        raise CommandError("This log tells no host names, and there are several origins. Say --origin.") from None


def network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError as refusal:
        raise ArgumentTypeError(str(refusal)) from None
