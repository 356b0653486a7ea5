"""The connections on record, on disk beside the database, so that a log of any length is compared in the same memory.

The file is temporary and its owner's alone; it holds keyed hashes of paths, never an address.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from webapp.courier.models import EgressEntry
from webapp.evidence.targets import ROWS_AT_ONCE, Target, Targets, addresses_of, is_target_of_seal
from webapp.privacy import public_id
from webapp.privacy.media_url import MediaUrl
from webapp.privacy.url_seal import is_sealed
from webapp.promotions.models import PromotionItem

# Longer than any download may take; one whose end nobody wrote down (the courier was killed) may have gone on so long.
LONGEST_S = 7200.0
_TABLES = """
CREATE TABLE connection (
    id INTEGER PRIMARY KEY, team INTEGER, position INTEGER, promotion INTEGER, item INTEGER, origin TEXT, hop INTEGER,
    at REAL, until REAL, result TEXT, bytes INTEGER, full BLOB, bare BLOB, seal BLOB, line INTEGER);
CREATE UNIQUE INDEX by_position ON connection (team, position);
CREATE INDEX by_full ON connection (full, at);
CREATE INDEX by_bare ON connection (bare, at);
CREATE INDEX by_time ON connection (origin, at) WHERE full IS NULL;
"""
_GOING_ON = f"line IS NULL AND at <= ? AND at >= ? AND coalesce(until, at + {LONGEST_S}) >= ? ORDER BY at"
_COLUMNS = "id, team, position, promotion, item, origin, hop, at, until, result, bytes, seal, line"


@dataclass(frozen=True, slots=True)
class Connection:
    """One row of the record with its end: seconds since 1970, `until` None where no end was written down.

    `line` is the line of the log that it was matched with, None for none yet.
    """

    id: int
    team: int
    position: int
    promotion: int
    item: int
    origin: str
    hop: int
    at: float
    until: float | None
    result: str
    byte_count: int
    seal: bytes | None
    line: int | None

    @property
    def last(self) -> float:
        return self.until if self.until is not None else self.at + LONGEST_S

    @property
    def promotion_id(self) -> str:
        return public_id.encode("prm", self.promotion)


class ConnectionIndex:
    """The connections of some teams, to be looked up by what a log says; a context manager."""

    def __init__(self, targets: Targets) -> None:
        self._targets = targets
        self._folder = tempfile.TemporaryDirectory(prefix="transom-access-log-")
        self._db = sqlite3.connect(Path(self._folder.name) / "connections", isolation_level=None)
        self._db.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {_TABLES} BEGIN;")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()
        self._folder.cleanup()

    def load(self, team_pk: int) -> None:
        """Read a team's record."""
        rows = EgressEntry.objects.filter(team_id=team_pk).order_by("position").iterator(chunk_size=ROWS_AT_ONCE)
        for some in _some(rows):
            self._add([one for one in some if one.kind == EgressEntry.Kind.CONNECT])
            self._db.executemany(
                "UPDATE connection SET until = ?, result = ?, bytes = ? WHERE team = ? AND position = ?",
                [
                    (one.at.timestamp(), one.result, one.byte_count, one.team_id, one.entry)
                    for one in some
                    if one.kind == EgressEntry.Kind.ENDED
                ],
            )

    def origins(self) -> list[str]:
        """Every origin that was connected to."""
        return [one for (one,) in self._db.execute("SELECT DISTINCT origin FROM connection ORDER BY origin")]

    def for_target(self, target: Target, *, has_query: bool) -> Iterator[Connection]:
        """The connections for a path, the oldest first; a log without queries is answered by the path alone."""
        column, value = ("full", target.full) if has_query else ("bare", target.bare)
        return self._read(f"WHERE {column} = ? ORDER BY at", value)

    def going_on(self, target: Target, *, has_query: bool, at: float, slack_s: float) -> Iterator[Connection]:
        """As `for_target`, of those alone that answer for no line and went on at about a time."""
        column, value = ("full", target.full) if has_query else ("bare", target.bare)
        return self._read(f"WHERE {column} = ? AND {_GOING_ON}", value, *_around(at, slack_s))

    def without_target(self, origins: Iterable[str], *, at: float, slack_s: float) -> Iterator[Connection]:
        """Those that went on at about a time and whose item has another address by now, or where a redirect led."""
        for origin in origins:
            condition = f"WHERE full IS NULL AND origin = ? AND {_GOING_ON}"
            yield from self._read(condition, origin, *_around(at, slack_s))

    def take(self, connection: Connection, line: int) -> None:
        """Have a connection answer for this line of the log, and for no other."""
        self._db.execute("UPDATE connection SET line = ? WHERE id = ?", (line, connection.id))

    def untaken(self, origins: Sequence[str]) -> Iterator[Connection]:
        """The connections to these origins that answer for no line."""
        marks = ", ".join("?" for _ in origins)
        return self._read(f"WHERE line IS NULL AND origin IN ({marks}) ORDER BY at, id", *origins)

    def _read(self, condition: str, *values: Any) -> Iterator[Connection]:
        with closing(self._db.execute(f"SELECT {_COLUMNS} FROM connection {condition}", values)) as rows:
            yield from (Connection(*row) for row in rows)

    def _add(self, rows: Sequence[EgressEntry]) -> None:
        addresses = addresses_of([one.item_pk for one in rows])
        seals = _seals(rows)
        self._db.executemany(
            "INSERT INTO connection (team, position, promotion, item, origin, hop, at, result, bytes, full, bare, seal)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, '', 0, ?, ?, ?)",
            [
                (
                    *(one.team_id, one.position, one.promotion_pk, one.item_pk, one.origin, one.hop),
                    one.at.timestamp(),
                    *self._hashes(one, addresses.get(one.item_pk), seals.get((one.promotion_pk, one.item_pk))),
                )
                for one in rows
            ],
        )

    def _hashes(
        self, row: EgressEntry, url: MediaUrl | None, seal: bytes | None
    ) -> tuple[bytes | None, bytes | None, bytes | None]:
        """Of the path with query and without, None where it is not the approved item's own, and the seal."""
        if row.hop:
            return None, None, None
        if url is None or seal is None or not is_sealed(seal, public_id.encode("di", row.item_pk), url):
            return None, None, seal
        target = self._targets.of_address(url)
        return target.full, target.bare, seal


def is_of_seal(connection: Connection, path: str, query: str | None) -> bool:
    """Whether this is what a connection's approval was for, though its item has another address by now, or is gone."""
    seal = connection.seal
    return seal is not None and is_target_of_seal(seal, connection.item, connection.origin, path, query)


def _seals(rows: Sequence[EgressEntry]) -> dict[tuple[int, int], bytes]:
    found = PromotionItem.objects.filter(
        promotion_id__in={one.promotion_pk for one in rows}, item_pk__in=[one.item_pk for one in rows]
    )
    return {(pk, item): bytes(seal) for pk, item, seal in found.values_list("promotion_id", "item_pk", "seal")}


def _some(rows: Iterator[EgressEntry]) -> Iterator[list[EgressEntry]]:
    while some := list(islice(rows, ROWS_AT_ONCE)):
        yield some


def _around(at: float, slack_s: float) -> tuple[float, float, float]:
    # Many logs tell whole seconds only, so it may have been up to a second later.
    return at + slack_s + 1, at - slack_s - LONGEST_S, at - slack_s
