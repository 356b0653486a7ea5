"""Finding an item by the words of an address: two ids with slashes in them, an id alone, a position."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.datasets.models import Dataset, Item
from webapp.privacy.refusals import Invalid, NotFound

Found = TypeVar("Found")

# Two ids of 1024 characters hold no more slashes that anybody has put there on purpose.
MAX_SPLITS = 200


def splits(names: str) -> list[tuple[str, str]]:
    """Every way to read `a/b/c` as two ids, the longest first id first."""
    places = [index for index, letter in enumerate(names) if letter == "/"]
    found = [(names[:place], names[place + 1 :]) for place in reversed(places[:MAX_SPLITS])]
    return [(first, second) for first, second in found if first and second]


def items_by_split(viewer: Viewer, dataset: Dataset, names: str) -> list[tuple[Item, str]]:
    """The items whose reference id begins `names`, each with what is left of it; raises NotFound when there is none."""
    pairs = splits(names)
    rows = queries.items(viewer, dataset).filter(reference_id__in=[first for first, _ in pairs])
    by_reference = {item.reference_id: item for item in rows}
    found = [(by_reference[first], second) for first, second in pairs if first in by_reference]
    if not found:
        raise NotFound(f"There is no item whose reference_id begins {names[:200]!r} in this dataset.")
    return found


def first_of_split(viewer: Viewer, dataset: Dataset, names: str, read: Callable[[Item, str], Found]) -> Found:
    """What `read` finds for the first item and rest that it finds anything for; raises NotFound."""
    candidates = items_by_split(viewer, dataset, names)
    for item, second in candidates[:-1]:
        try:
            return read(item, second)
        except NotFound:
            continue
    return read(*candidates[-1])


def position_of(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise Invalid(f"{text[:20]!r} is no position; a whole number from 0 on is accepted.")
    return int(text)
