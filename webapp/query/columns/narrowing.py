"""Which rows of a dataset can meet a query, as far as columns tell.

The columns of a segment are as good as its rows in the moment they are read, and rows that are shown have met the
query's own SQL besides. So a change that lands in between can make a page leave out a row that has only just come to
match, and never show one that does not; the next read has it.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import Q, QuerySet
from numpy.typing import NDArray
from pyroaring import BitMap64

from webapp.datasets.models import Dataset
from webapp.query.columns import store
from webapp.query.columns.building import Path
from webapp.query.columns.evaluate import Evaluation, Found, fields_of
from webapp.query.columns.models import SEGMENT_BITS
from webapp.query.columns.upkeep import is_large
from webapp.query.expression import Matches
from webapp.query.scope import Subject

LEVELS = {Subject.ITEMS: "item", Subject.SCENES: "scene"}
# Where columns cannot tell of more than this share of all rows, SQL alone is as fast.
MAX_UNKNOWN = 0.3
# Keys that a statement is given, when the first ones did not do.
MAX_PART = 20_000


@dataclass(frozen=True, slots=True)
class SortedKeys:
    """Keys in ascending order."""

    values: NDArray[np.int64]

    @classmethod
    def of(cls, keys: BitMap64) -> SortedKeys:
        return cls(np.fromiter(keys, np.int64, len(keys)))

    def among(self, others: SortedKeys) -> SortedKeys:
        """Those that are in both."""
        return SortedKeys(np.intersect1d(self.values, others.values, assume_unique=True))

    def bitmap(self) -> BitMap64:
        return BitMap64(array("Q", self.values.tobytes()))

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[int]:
        return iter(self.values.tolist())

    def __getitem__(self, place: slice) -> list[int]:
        found: list[int] = self.values[place].tolist()
        return found

    def parts(self, size: int, *, after: int | None = None) -> Iterator[list[int]]:
        """The keys behind one, or all, in pieces that grow up to so many."""
        start = self.rank(after) if after is not None else 0
        while start < len(self):
            yield self[start : start + size]
            start, size = start + size, max(size, min(4 * size, MAX_PART))

    def rank(self, key: int) -> int:
        """How many keys are not above this one."""
        return int(np.searchsorted(self.values, key, "right"))


@dataclass(frozen=True, slots=True)
class Candidates:
    """Keys among which those of all rows that match are, of `row_count` rows; `is_exact`: each of them matches."""

    keys: SortedKeys
    is_exact: bool
    row_count: int


@dataclass(frozen=True, slots=True)
class Part:
    """A segment, and what of it matches."""

    read: store.Read
    found: Found


def candidates(dataset: Dataset, every: QuerySet[Any], wanted: Matches) -> Candidates | None:
    """What is left of `every`, the rows that the query chooses from; None if columns are of no use to it."""
    known = known_parts(wanted) if is_large(dataset) else None
    if known is None:
        return None
    parts, old, row_count = known
    unread = keys_outside(every, parts) if old else np.zeros(0, np.int64)
    maybe = len(unread) + sum(int(np.count_nonzero(part.found.may & ~part.found.yes)) for part in parts.values())
    if maybe > MAX_UNKNOWN * row_count:
        return None
    listed = [part.read.keys[part.found.may] for part in parts.values()]
    keys = np.concatenate([*listed, unread])
    return Candidates(SortedKeys(np.sort(keys) if len(unread) else keys), not maybe, row_count)


def known_parts(wanted: Matches) -> tuple[dict[int, Part], int, int] | None:
    """The segments with columns, how many rows are in none, and how many there are; None if that is of no use."""
    level, paths = LEVELS.get(wanted.scope.subject), fields_of(wanted.tree, wanted.scope.subject)
    if level is None or not paths:
        return None
    known = store.segments(wanted.scope.dataset_pk, level)
    old = known.row_count - sum(one.row_count for one in known.fresh)
    if old > MAX_UNKNOWN * known.row_count or not known.fresh:
        return None
    parts = {number: Part(read, evaluated(wanted, read)) for number, read in store.read(known.fresh, paths).items()}
    # Those that were made anew between the two reads are as unknown as old ones.
    old = known.row_count - sum(len(part.read.keys) for part in parts.values())
    return parts, old, known.row_count


def whole(dataset: Dataset, level: str, paths: Iterable[Path], wanted: Matches | None) -> list[Part] | None:
    """All of a dataset's segments and the rows in them that match; None unless columns tell it of each row."""
    if not is_large(dataset):
        return None
    known = store.segments(dataset.pk, level)
    if not known.fresh or known.row_count != sum(one.row_count for one in known.fresh):
        return None
    paths = set(paths)
    asked = paths | (fields_of(wanted.tree, wanted.scope.subject) if wanted is not None else set())
    found = []
    for read in store.read(known.fresh, asked).values():
        part = Part(read, all_of(read) if wanted is None else evaluated(wanted, read))
        if not paths <= set(read.columns) or bool((part.found.may & ~part.found.yes).any()):
            return None
        found.append(part)
    return found if len(found) == len(known.fresh) else None


def evaluated(wanted: Matches, read: store.Read) -> Found:
    return Evaluation(wanted.scope.subject, len(read.keys), read.columns).found(wanted.tree)


def all_of(read: store.Read) -> Found:
    every = np.ones(len(read.keys), np.bool_)
    return Found(every, every)


def keys_outside(every: QuerySet[Any], parts: Iterable[int]) -> NDArray[np.int64]:
    """The keys of those rows that are in none of these segments."""
    wanted, start = Q(), 0
    for number in parts:
        first = number << SEGMENT_BITS
        if first > start:
            wanted |= Q(pk__gte=start, pk__lt=first)
        start = first + (1 << SEGMENT_BITS)
    rows = every.filter(wanted | Q(pk__gte=start)).order_by().values_list("pk", flat=True)
    return np.fromiter(rows.iterator(chunk_size=10_000), np.int64)
