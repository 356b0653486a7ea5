"""What one may ask of a dataset: the fields that it is known to have, with an example of each that finds something."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

from webapp.query.fields import CONFIDENCE, OBJECT_FIELDS, TYPES
from webapp.query.writing import quoted, step

# By the level at which a dataset learns what its metadata holds: what stands before a key.
LEVELS = {
    "item": "metadata",
    "scene": "scene.metadata",
    "annotation": "annotations.metadata",
    "prediction": "predictions.metadata",
}
DATE = re.compile(r"\d{4}-\d\d-\d\d(T|$)", re.ASCII)
# What is not a class behind `annotations.`.
NOT_CLASSES = {"count", "metadata", *OBJECT_FIELDS, *CONFIDENCE, *TYPES, "position", "dimensions"}
MAX_TEXT = 40
MAX_CLASSES = 12
# Where nothing is known of a field but its type.
BY_TYPE = {"number": "> 0", "boolean": "= true"}


class Field(NamedTuple):
    """A field by its `example`, a whole query; `type` says in a word what it holds."""

    example: str
    type: str


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a dataset: `types` by level and key, by level metadata of some rows, `names` of some rows."""

    types: Mapping[str, Mapping[str, str]]
    samples: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    names: Sequence[str] = ()
    classes: Sequence[str] = ()
    has_predictions: bool = False


def known_fields(known: Known, limit: int) -> list[Field]:
    """An example of each field, those of its own metadata first, at most so many."""
    return list(islice(all_fields(known), limit))


def all_fields(known: Known) -> Iterator[Field]:
    for level in ("item", "scene"):
        yield from of_level(known, level)
    for name in islice(filter(None, known.classes), MAX_CLASSES):
        yield Field(of_class(name), "class")
    yield Field("annotations.count = 0", "number")
    yield from of_level(known, "annotation")
    if known.has_predictions:
        yield Field("predictions.confidence >= 0.9", "number")
        yield from of_level(known, "prediction")
    for name in known.names[:1]:
        yield Field(f"reference_id = {quoted(name)}", "id")
    yield Field("width > height", "number")
    yield Field("created_at >= 2026-01-01", "date")


def of_level(known: Known, level: str) -> Iterator[Field]:
    rows = known.samples.get(level, ())
    for key, kind in sorted(known.types.get(level, {}).items()):
        if key.isprintable():
            path = f"{LEVELS[level]}.{step(key)}"
            values = (row[key] for row in rows if row.get(key) is not None)
            found = next(filter(None, (example(path, value) for value in values)), None)
            yield Field(found or f"{path} {BY_TYPE.get(kind, 'EXISTS')}", kind)


def of_class(name: str) -> str:
    return f"annotations[label = {quoted(name)}]" if name in NOT_CLASSES else f"annotations.{step(name)} > 0"


def example(path: str, value: object) -> str | None:
    """A query that the field meets where it has this value; None where it would be too long to show."""
    if isinstance(value, bool):
        return f"{path} = {str(value).lower()}"
    if isinstance(value, int | float):
        return f"{path} >= {str(value).removesuffix('.0')}" if abs(value) <= 1e15 else None
    if isinstance(value, str):
        return of_text(path, value)
    if isinstance(value, list):
        return next((f"{path} CONTAINS {quoted(one)}" for one in value if isinstance(one, str) and is_short(one)), None)
    if isinstance(value, dict):
        inner = (example(f"{path}.{step(key)}", one) for key, one in value.items() if key.isprintable())
        return next(filter(None, inner), None)
    return None


def of_text(path: str, value: str) -> str | None:
    if DATE.match(value):
        return f"{path} >= {value[:10]}"
    return f"{path} = {quoted(value)}" if is_short(value) else None


def is_short(text: str) -> bool:
    return 0 < len(text) <= MAX_TEXT and text.isprintable()
