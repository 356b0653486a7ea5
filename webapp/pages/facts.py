"""Metadata as rows of a table: any JSON value, readable."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from webapp.pages.words import number

# A list or object longer than this is written over several lines.
LINE = 60


@dataclass(frozen=True, slots=True)
class Fact:
    """One key of an item's or scene's metadata."""

    name: str
    """The key."""
    value: str
    """Its value as text: numbers grouped, lists and objects as JSON."""
    kind: str
    """`text`, `number`, `flag`, `nothing` or `json`."""


def facts_of(metadata: dict[str, Any]) -> tuple[Fact, ...]:
    """The metadata by key, in the alphabet's order."""
    return tuple(fact(name, value) for name, value in sorted(metadata.items()))


def fact(name: str, value: Any) -> Fact:
    if value is None:
        return Fact(name, "null", "nothing")
    if isinstance(value, bool):
        return Fact(name, "true" if value else "false", "flag")
    if isinstance(value, int):
        return Fact(name, number(value) if abs(value) >= 10_000 else str(value), "number")
    if isinstance(value, float):
        return Fact(name, repr(value), "number")
    if isinstance(value, str):
        return Fact(name, value, "text")
    line = json.dumps(value, ensure_ascii=False)
    return Fact(name, line if len(line) <= LINE else json.dumps(value, ensure_ascii=False, indent=2), "json")
