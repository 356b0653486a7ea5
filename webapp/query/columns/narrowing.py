"""Which rows of a dataset can meet a query, as far as columns tell.

The columns of a segment are as good as its rows in the moment they are read, and rows that are shown have met the
query's own SQL besides. So a change that lands in between can make a page leave out a row that has only just come to
match, and never show one that does not; the next read has it.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import Q, QuerySet
from numpy.typing import NDArray
from pyroaring import BitMap64

from webapp.datasets.models import Dataset
from webapp.query.columns import store
from webapp.query.columns.building import Path
from webapp.query.columns.evaluate import Evaluation, Found, asked_of
from webapp.query.columns.models import SEGMENT_BITS
from webapp.query.columns.upkeep import is_large
from webapp.query.expression import Among, Matches
from webapp.query.scope import Subject

LEVELS = {Subject.ITEMS: "item", Subject.SCENES: "scene"}
# Where columns cannot tell of more than this share of all rows, SQL alone is as fast.
MAX_UNKNOWN = 0.3
# Keys that a statement is given, when the first ones did not do.
MAX_PART = 20_000
# Above every key.
END = 2**63 - 1


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

    def parts(self, size: int) -> Iterator[list[int]]:
        """All keys, so many at a time."""
        return (self[start : start + size] for start in range(0, len(self), size))

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

    def keys(self) -> NDArray[np.int64]:
        """Of the rows that may match."""
        return self.read.keys[self.found.may]

    def unknown_count(self) -> int:
        """How many of them only SQL can tell."""
        if self.found.may is self.found.yes:
            return 0
        return int(np.count_nonzero(self.found.may)) - int(np.count_nonzero(self.found.yes))


@dataclass(frozen=True, slots=True)
class Span:
    """Rows from the key `first` to before `end`: the `keys` of those that may match, None where only SQL can tell."""

    first: int
    end: int
    keys: NDArray[np.int64] | None = None


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What columns know of a query, segment by segment; `old_count` rows are in no fresh one."""

    wanted: Matches
    known: store.Segments
    old_count: int

    @property
    def fresh(self) -> Sequence[store.Fresh]:
        return self.known.fresh

    def parts(self, chosen: Sequence[store.Fresh]) -> Iterator[tuple[store.Fresh, Part | None]]:
        """These segments, a few read at once and then more; None for one that was made anew meanwhile."""
        asked = asked_of(self.wanted.tree, self.wanted.scope.subject)
        start, size = 0, 1
        while start < len(chosen):
            some = chosen[start : start + size]
            found = store.read(some, asked, self.known.labels)
            for one in some:
                read = found.get(one.number)
                yield one, Part(read, evaluated(self.wanted, read)) if read is not None else None
            start, size = start + size, 2 * size

    def spans(self, low: int = 0, end: int = END, *, falls: bool = False) -> Iterator[Span]:
        """The rows from `low` to before `end` in the order of their keys, or the other way round."""
        bounds = ((one.number << SEGMENT_BITS, (one.number + 1) << SEGMENT_BITS) for one in self.fresh)
        within = [(one, *edges) for one, edges in zip(self.fresh, bounds, strict=True) if overlaps(*edges, low, end)]
        ordered = within[::-1] if falls else within
        reached = end if falls else low
        for (one, part), (_, first, last) in zip(self.parts([each[0] for each in ordered]), ordered, strict=True):
            yield from self.between(last, reached) if falls else self.between(reached, first)
            reached = first if falls else last
            yield span_of(one, part, max(low, first), min(end, last))
        yield from self.between(low, reached) if falls else self.between(reached, end)

    def between(self, first: int, end: int) -> Iterator[Span]:
        """Where there are no fresh segments, and rows that are in none."""
        if self.old_count and first < end:
            yield Span(first, end)

    def pieces(self, size: int, low: int = 0, end: int = END, *, falls: bool = False) -> Iterator[Among | Q]:
        """Conditions, each on the rows behind those of the one before: all rows that match meet one of them.

        Each is of so many keys first, and then of more; nothing is read for those that nobody takes.
        """
        waiting = np.zeros(0, np.int64)
        for span in self.spans(low, end, falls=falls):
            if span.keys is None:
                if len(waiting):
                    yield Among(waiting.tolist())
                    waiting = waiting[:0]
                yield Q(pk__gte=span.first, pk__lt=span.end)
                continue
            waiting = np.concatenate([waiting, span.keys[::-1] if falls else span.keys])
            while len(waiting) >= size:
                yield Among(waiting[:size].tolist())
                waiting, size = waiting[size:], min(2 * size, MAX_PART)
        if len(waiting):
            yield Among(waiting.tolist())

    def candidates(self, every: QuerySet[Any]) -> Candidates | None:
        """What is left of `every`, the rows that the query chooses from; None if columns are of no use to it."""
        # Those that were made anew between the two reads are as unknown as old ones.
        parts = {one.number: part for one, part in self.parts(self.fresh) if part is not None}
        old_count = self.known.row_count - sum(len(part.read.keys) for part in parts.values())
        unread = keys_outside(every, parts) if old_count else np.zeros(0, np.int64)
        maybe = len(unread) + sum(part.unknown_count() for part in parts.values())
        if maybe > MAX_UNKNOWN * self.known.row_count:
            return None
        keys = np.concatenate([*(part.keys() for part in parts.values()), unread])
        return Candidates(SortedKeys(np.sort(keys) if len(unread) else keys), not maybe, self.known.row_count)


def overlaps(first: int, last: int, low: int, end: int) -> bool:
    return first < end and last > low


def span_of(one: store.Fresh, part: Part | None, first: int, end: int) -> Span:
    """What a segment leaves to look at between two keys."""
    if part is None or part.unknown_count() > MAX_UNKNOWN * one.row_count:
        return Span(first, end)
    keys = part.keys()
    return Span(first, end, keys[np.searchsorted(keys, first) : np.searchsorted(keys, end)])


def narrowing(dataset: Dataset, wanted: Matches) -> Narrowing | None:
    """Where the rows that match can be; None if columns are of no use to the query, as far as that is seen at once."""
    level, asked = LEVELS.get(wanted.scope.subject), asked_of(wanted.tree, wanted.scope.subject)
    if level is None or not any(asked) or not is_large(dataset):
        return None
    known = store.segments(wanted.scope.dataset_pk, level)
    old_count = known.row_count - sum(one.row_count for one in known.fresh)
    if old_count > MAX_UNKNOWN * known.row_count or not known.fresh:
        return None
    return Narrowing(wanted, known, old_count)


def candidates(dataset: Dataset, every: QuerySet[Any], wanted: Matches) -> Candidates | None:
    """All rows of `every` that can match; None if columns are of no use to the query."""
    known = narrowing(dataset, wanted)
    return known.candidates(every) if known is not None else None


def whole(dataset: Dataset, level: str, paths: Iterable[Path], wanted: Matches | None) -> list[Part] | None:
    """All of a dataset's segments and the rows in them that match; None unless columns tell it of each row."""
    if not is_large(dataset):
        return None
    known = store.segments(dataset.pk, level)
    if not known.fresh or known.row_count != sum(one.row_count for one in known.fresh):
        return None
    paths = set(paths)
    asked = asked_of(wanted.tree, wanted.scope.subject) if wanted is not None else store.Asked(())
    asked = asked._replace(paths=paths.union(asked.paths))
    found = []
    for read in store.read(known.fresh, asked, known.labels).values():
        part = Part(read, all_of(read) if wanted is None else evaluated(wanted, read))
        if not paths <= set(read.columns) or part.unknown_count():
            return None
        found.append(part)
    return found if len(found) == len(known.fresh) else None


def evaluated(wanted: Matches, read: store.Read) -> Found:
    return Evaluation(wanted.scope.subject, len(read.keys), read.columns, read.counts).found(wanted.tree)


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
