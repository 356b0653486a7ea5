"""Hash chains: rows of which each is sealed over the one before, so that no row can be changed, moved or lost unseen.

Pure: what a row says is a mapping of JSON values, and where rows are kept is the caller's affair. A row's hash is the
SHA-256 of the hash before it, as 64 hexadecimal digits, and of the row's position and facts as canonical JSON.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

BEFORE_ALL = "0" * 64


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain ends: how many rows it has, and the hash of the last."""

    length: int = 0
    hash: str = BEFORE_ALL


@dataclass(frozen=True, slots=True)
class Link:
    """One row as it was found; positions count from 1. `facts` None: what is stored is not what one ever wrote."""

    position: int
    previous: str | None
    hash: str | None
    facts: Mapping[str, Any] | None


class Fault(StrEnum):
    """How a row differs from what the chain says."""

    CHANGED = "was changed"
    MISSING = "is missing"
    OUT_OF_ORDER = "is out of order"
    CUT_OFF = "is missing, with all that followed it"
    ADDED = "was put behind the end of the chain"
    REWRITTEN = "is not the one that was there: the chain was written anew"


class BrokenChain(Exception):
    """The first row, by its position, that is not as it was sealed."""

    def __init__(self, position: int, fault: Fault) -> None:
        super().__init__(f"entry {position} {fault}")
        self.position = position
        self.fault = fault


def canonical(position: int, facts: Mapping[str, Any]) -> bytes:
    """The one way to write a row down: sorted keys, no spaces, ASCII, equal numbers alike.

    Raises ValueError for what JSON cannot say.
    """
    said = {"position": position, "facts": plain(facts)}
    return json.dumps(said, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def plain(value: Any) -> Any:
    # PostgreSQL gives 1e22 back as an integer: whole numbers are integers here, digit for digit.
    if isinstance(value, float) and value.is_integer():
        return int(Decimal(repr(value)))
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value


def sealed(previous: str, position: int, facts: Mapping[str, Any]) -> str:
    """The hash of the row at `position` that follows the one with the hash `previous`."""
    return hashlib.sha256(previous.encode() + canonical(position, facts)).hexdigest()


def verify(links: Iterable[Link], *, start: Head | None = None, known: Iterable[Head] = ()) -> Head:
    """Go through the rows after `start` (None: from the first) in the order of their positions, and say where they end.

    `known` are heads that the chain is known to have had. Holds one row at a time. Raises BrokenChain for the first
    row that was changed, is missing or stands elsewhere, and where the chain ends before a known head or denies it.
    """
    head = start or Head()
    expected = {one.length: one.hash for one in known if one.length > head.length}
    for link in links:
        head = followed(head, link)
        if expected.pop(head.length, head.hash) != head.hash:
            raise BrokenChain(head.length, Fault.REWRITTEN)
    if expected:
        raise BrokenChain(head.length + 1, Fault.CUT_OFF)
    return head


def followed(head: Head, link: Link) -> Head:
    position = head.length + 1
    if link.position > position:
        raise BrokenChain(position, Fault.MISSING)
    if link.position < position:
        raise BrokenChain(link.position, Fault.OUT_OF_ORDER)
    own = sealed(head.hash, position, link.facts) if link.facts is not None else None
    if own is None or own != link.hash or link.previous != head.hash:
        # Whole in itself, but sealed after another row than the one it stands behind.
        is_moved = own != link.hash and link.previous != head.hash
        raise BrokenChain(position, Fault.OUT_OF_ORDER if is_moved else Fault.CHANGED)
    return Head(position, own)
