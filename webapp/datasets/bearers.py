"""What bears metadata that people edit: items and scenes here; rooms to the right register theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Bearer:
    """Rows with a column `metadata` and a `dataset_id`.

    `prefix` begins their public ids and `noun` is one of them in words; `name` is the column that a person knows one
    by, None for rows without a name. `save` takes the key of a locked dataset, and writes whole metadata by key
    of the row.
    """

    prefix: str
    noun: str
    table: Any
    name: str | None
    save: Callable[[int, Mapping[int, dict[str, Any]]], None]


# By level, as metadata types are learned: "item", "scene", "annotation", "prediction".
BEARERS: dict[str, Bearer] = {}


def register_bearer(level: str, bearer: Bearer) -> None:
    """Let people edit this metadata from now on; rooms call it in AppConfig.ready."""
    BEARERS[level] = bearer


def level_of(prefix: str) -> str | None:
    """The level whose public ids begin so; None for what bears no metadata."""
    return next((level for level, one in BEARERS.items() if one.prefix == prefix), None)
