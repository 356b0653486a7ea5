"""Checking a signed report, a line at a time and without our database: who signed it, both chains, and what they prove.

What is asked beyond the chains: that each promotion was decided by who the report says and not by who asked, that every
connection was made while its promotion was approved, and that each end belongs to a connection.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from webapp.accounts.chain import BrokenChain, Head, Link, verify
from webapp.accounts.signed_note import NotSigned, opened_by
from webapp.evidence.approvals import APPROVED, ON_RECORD, Approval, approvals
from webapp.evidence.report import FORMAT, NOTE, statement

SECTIONS = ("promotions", "items", "connections", "acts", "people")
LINE_MAX_BYTES = 4 * 1024 * 1024
DECIDED = frozenset({"approved", "running", "partly", "shared", "revoked"})
MAX_FAULTS = 1_000


class NotAReport(Exception):
    """The file is no whole report, was altered, or another key signed it; the sentence says which."""


@dataclass(slots=True)
class Reading:
    """What a report says, as far as it was read. `faults` are sentences, at most MAX_FAULTS."""

    head: dict[str, Any] = field(default_factory=dict)
    ends: dict[str, Head] = field(default_factory=dict)
    promotions: dict[int, dict[str, Any]] = field(default_factory=dict)
    item_count: int = 0
    connection_count: int = 0
    stored_count: int = 0
    faults: list[str] = field(default_factory=list)

    def fault(self, sentence: str) -> None:
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(sentence)


def signed_by(path: Path, public: str) -> str:
    """Demand that the file is to the byte what this key signed, and return the SHA-256; raises NotAReport."""
    digest, count, last = hashlib.sha256(), 0, b""
    with path.open("rb") as file:
        while line := file.readline(LINE_MAX_BYTES):
            digest.update(last)
            count += len(last)
            last = line
    try:
        if not last.startswith(NOTE.encode()) or not last.endswith(b"}\n"):
            raise NotAReport("It does not end with a signature: it was cut off, or is no report.")
        note = json.loads(last[len(NOTE) : -2])
        if opened_by(note, public) != statement(digest.hexdigest(), count):
            raise NotAReport("It is not what was signed: something was altered, added or taken out.")
    except (ValueError, TypeError, AttributeError):
        raise NotAReport("Its signature cannot be read.") from None
    except NotSigned:
        raise NotAReport("This key did not sign it.") from None
    return digest.hexdigest()


def checked(path: Path, *, known: Mapping[str, Head] | None = None) -> Reading:
    """Read a report whose signature is good, and say what does not hold; raises NotAReport for what is none.

    `known` are heads that the chains `acts` and `connections` are known to have had.
    """
    reading = Reading()
    acts: list[tuple[str, str, int | None, datetime, Mapping[str, Any]]] = []
    try:
        with path.open("rb") as file:
            lines = _Lines(file)
            reading.head = lines.head()
            for name in SECTIONS:
                _READERS[name](reading, lines.section(name), acts, (known or {}).get(name))
            heads = lines.heads()
        _compare_heads(reading, heads)
        _compare_decisions(reading, acts)
        _compare_connections(reading, path, acts)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NotAReport("A line of it is not as reports are written.") from None
    return reading


Acts = list[tuple[str, str, int | None, datetime, Mapping[str, Any]]]


class _Lines:
    """The parts of a report in their order."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def head(self) -> dict[str, Any]:
        line = self._next()
        if not line.endswith(","):
            raise ValueError
        head = json.loads(f"{line[:-1]}}}")
        if head["format"] != FORMAT:
            raise NotAReport(f"Its format is {str(head['format'])[:40]!r}; this program knows {FORMAT}.")
        return dict(head)

    def section(self, name: str) -> Iterator[dict[str, Any]]:
        if self._next() != f'"{name}":[':
            raise ValueError
        while (line := self._next()) != "],":
            yield json.loads(line.removesuffix(","))

    def heads(self) -> dict[str, Any]:
        line = self._next()
        if not line.startswith('"heads":') or not line.endswith(","):
            raise ValueError
        return dict(json.loads(line.removeprefix('"heads":')[:-1]))

    def _next(self) -> str:
        line = self._file.readline(LINE_MAX_BYTES)
        if not line.endswith(b"\n"):
            raise ValueError
        return str(line[:-1], "ascii")


def _read_promotions(reading: Reading, rows: Iterator[dict[str, Any]], acts: Acts, known: Head | None) -> None:
    for row in rows:
        kept = ("id", "state", "requested_by", "decided_by", "decided_at", "revoked_at", "item_count")
        reading.promotions[row["number"]] = {name: row[name] for name in kept}


def _read_items(reading: Reading, rows: Iterator[dict[str, Any]], acts: Acts, known: Head | None) -> None:
    for row in rows:
        reading.item_count += 1
        if row["promotion"] not in reading.promotions:
            reading.fault(f"item {row['id']} is of a promotion that is not in the report.")


def _read_acts(reading: Reading, rows: Iterator[dict[str, Any]], acts: Acts, known: Head | None) -> None:
    def followed() -> Iterator[Link]:
        for row in rows:
            link = _link(row)
            facts = link.facts or {}
            if facts.get("action") in (*ON_RECORD, "promotion.reject"):
                at = datetime.fromisoformat(facts["at"])
                acts.append((facts["action"], facts["subject"], facts["user"], at, facts["details"]))
            yield link

    _follow(reading, "acts", followed(), known)


def _read_connections(reading: Reading, rows: Iterator[dict[str, Any]], acts: Acts, known: Head | None) -> None:
    _follow(reading, "connections", map(_link, rows), known)


def _read_people(reading: Reading, rows: Iterator[dict[str, Any]], acts: Acts, known: Head | None) -> None:
    for _ in rows:
        pass


_READERS = {
    "promotions": _read_promotions,
    "items": _read_items,
    "connections": _read_connections,
    "acts": _read_acts,
    "people": _read_people,
}


def _follow(reading: Reading, name: str, links: Iterator[Link], known: Head | None) -> None:
    try:
        reading.ends[name] = verify(links, known=[known] if known is not None else [])
    except BrokenChain as found:
        reading.fault(f"{name}: {found}.")
        # To the end, so that what follows in the file is read from its beginning.
        for _ in links:
            pass


def _link(row: Mapping[str, Any]) -> Link:
    return Link(row["position"], row["previous"], row["hash"], row["facts"])


def _compare_heads(reading: Reading, heads: Mapping[str, Any]) -> None:
    for name, end in reading.ends.items():
        said = Head(heads[name]["length"], heads[name]["hash"])
        if end != said:
            reading.fault(f"{name}: the rows end at {end.length}, and the record at {said.length}: some are left out.")


def _compare_decisions(reading: Reading, acts: Acts) -> None:
    decided = {subject: (action, by) for action, subject, by, _, _ in acts if action in (APPROVED, "promotion.reject")}
    for one in reading.promotions.values():
        if one["state"] not in DECIDED | {"rejected"}:
            continue
        action, by = decided.get(one["id"], ("", None))
        expected = APPROVED if one["state"] in DECIDED else "promotion.reject"
        if action != expected or one["decided_by"] is None or one["decided_by"]["user"] != by:
            reading.fault(
                f"{one['id']} is {one['state']}, and no act says that {_email(one['decided_by'])} decided so."
            )
        elif one["requested_by"]["user"] == by:
            reading.fault(f"{one['id']} was decided by {_email(one['decided_by'])}, who asked for it.")


def _compare_connections(reading: Reading, path: Path, acts: Acts) -> None:
    """A second reading, for acts come behind connections in the file."""
    ends = {
        one["id"]: datetime.fromisoformat(one["revoked_at"]) for one in reading.promotions.values() if one["revoked_at"]
    }
    granted = approvals(acts, ends)
    open_: dict[int, Mapping[str, Any]] = {}
    with path.open("rb") as file:
        lines = _Lines(file)
        lines.head()
        for name in SECTIONS[: SECTIONS.index("connections")]:
            for _ in lines.section(name):
                pass
        for row in lines.section("connections"):
            facts = row["facts"]
            if facts is None:
                continue
            if facts["kind"] == "connect":
                reading.connection_count += 1
                open_[row["position"]] = facts
                _demand_approval(reading, row["position"], facts, granted)
            else:
                reading.stored_count += facts["result"] == "stored"
                _demand_beginning(reading, row["position"], facts, open_.pop(facts["entry"], None))


def _demand_approval(
    reading: Reading, position: int, facts: Mapping[str, Any], granted: Mapping[str, Approval]
) -> None:
    promotion = reading.promotions.get(facts["promotion_pk"])
    approval = granted.get(promotion["id"]) if promotion is not None else None
    if approval is None or not approval.covers(datetime.fromisoformat(facts["at"])):
        name = promotion["id"] if promotion is not None else "a promotion that is not in the report"
        reading.fault(f"connection {position}, for {name}, was made without an approval or outside of it.")


def _demand_beginning(
    reading: Reading, position: int, facts: Mapping[str, Any], begun: Mapping[str, Any] | None
) -> None:
    same = ("promotion_pk", "item_pk", "origin", "address", "hop")
    if begun is None or any(begun[name] != facts[name] for name in same):
        reading.fault(f"connections: entry {position} is the end of no connection.")


def _email(person: Mapping[str, Any] | None) -> str:
    return str(person["email"]) if person is not None else "nobody"
