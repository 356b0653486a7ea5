"""Metadata as rows of a table: any JSON value, readable."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from webapp.pages.words import number


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
    # Line breaks between the members let the page wrap a long one where it can be read.
    return Fact(name, json.dumps(value, ensure_ascii=False, indent=2), "json")
