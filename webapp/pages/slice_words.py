"""What is said of a slice wherever it is shown: what it holds, how it was made, and since when it is what it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from webapp.datasets.models import Slice
from webapp.pages.cells import dataset_href
from webapp.pages.words import counted


@dataclass(frozen=True, slots=True)
class MadeOf:
    """What a slice was made of."""

    text: str
    """`the dataset`, a slice's public id, or a query."""
    href: str | None
    """Its page, for a query the grid that asks it again; a slice may be gone by now. None where it cannot be asked."""


@dataclass(frozen=True, slots=True)
class Making:
    """How a slice came to be, where it is more than a list of members."""

    sentence: str
    """`Made as a random sample of 500, seed 42, of`; the names of what it was made of follow."""
    parts: tuple[MadeOf, ...]
    """What it was made of: one thing for a sample or a query, two slices for a set operation, in order."""
    tail: str = ""
    """What is to be said behind them."""


@dataclass(frozen=True, slots=True)
class History:
    """What happened to a slice since it was made."""

    removed_count: int
    """How many members left because they were deleted from the dataset."""
    changed_at: datetime | None
    """When somebody last added or removed members; None for never."""
    changed_by: str
    """Who did; empty for nobody."""


WORDS = {operation: f"Made as the {operation} of" for operation in ("union", "intersection", "difference")}


def noun_of(found: Slice) -> str:
    return "item" if found.kind == Slice.Kind.ITEMS else "scene"


def href_of(found: Slice) -> str:
    return reverse("pages:slice", args=[found.public_id])


def history_of(found: Slice) -> History:
    by = found.changed_by.email if found.changed_by is not None else ""
    return History(found.removed_count, found.changed_at, by)


def making_of(found: Slice) -> Making | None:
    recipe: Mapping[str, Any] = found.recipe
    if "sample" in recipe:
        sample = recipe["sample"]
        return Making(sample_words(sample), (made_of(found, sample["from"]),))
    if "query" in recipe:
        return of_query(found, recipe["query"])
    if "operation" in recipe:
        return Making(WORDS[recipe["operation"]], tuple(made_of(found, one) for one in recipe["of"]))
    return None


def of_query(found: Slice, query: Mapping[str, Any]) -> Making:
    """A slice of all that a grid showed, and that grid."""
    path = reverse("pages:slice", args=[query["slice"]]) if "slice" in query else dataset_href(found.dataset.public_id)
    kept = {"q": query.get("text"), "run": query.get("run"), "mode": query.get("mode"), "sort": query.get("sort")}
    asked = {name: value for name, value in kept.items() if value}
    href = None if query.get("is_redacted") else f"{path}?{urlencode(asked)}" if asked else path
    tail = [f"of {query['slice']}"] if "slice" in query else []
    tail += ["asked of objects"] if "mode" in query else []
    tail += [f"where {query['run']} has predictions"] if "run" in query else []
    tail += [f"without {counted(query['but'], 'row')} that were left out"] if "but" in query else []
    text = query.get("text")
    return Making(
        "Made by the query" if text else "Made of all that was shown of",
        (MadeOf(text or "the dataset", href),),
        "".join(f", {one}" for one in tail),
    )


def sample_words(sample: Mapping[str, Any]) -> str:
    size, seed = sample["size"], sample["seed"]
    if "by" not in sample:
        return f"Made as a random sample of {size}, seed {seed}, of"
    values = counted(sample["strata"], "value")
    return f"Made as a sample of {size} by {sample['by']}, {sample['shares']} shares of {values}, seed {seed}, of"


def made_of(found: Slice, public_id: str) -> MadeOf:
    if public_id.startswith("ds_"):
        return MadeOf("the dataset", dataset_href(public_id))
    return MadeOf(public_id, reverse("pages:slice", args=[public_id]))
