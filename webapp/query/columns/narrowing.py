"""Which rows of a dataset can meet a query: the keys that columns leave, and the ranges of keys that only SQL knows.

The columns of a segment are as good as its rows in the moment they are read, and every row that a page shows has met
the query's own SQL besides. So a change that lands in between can make a page leave out a row that has only just come
to match, and never show one that does not; the next read has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from webapp.query.columns import store
from webapp.query.columns.evaluate import Evaluation, fields_of
from webapp.query.columns.models import SEGMENT_BITS
from webapp.query.expression import Matches
from webapp.query.scope import Subject

LEVELS = {Subject.ITEMS: "item", Subject.SCENES: "scene"}
LAST_KEY = 2**63 - 1
# Segments whose columns are read at once, so that a first page reads no more than it needs.
SEGMENTS_A_READ = 4
Keys = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Span:
    """Part of the keys, from `first` to `last`, both among them.

    `yes` are the keys of rows that match, `maybe` those that only SQL can tell, both ascending; None for both where
    there are no columns. `row_count` is how many rows there are, known only with columns.
    """

    first: int
    last: int
    yes: Keys | None = None
    maybe: Keys | None = None
    row_count: int = 0

    def candidates(self) -> Keys | None:
        """Every key that may match, ascending."""
        if self.yes is None or self.maybe is None or not len(self.maybe):
            return self.yes
        return np.sort(np.concatenate([self.yes, self.maybe]))


def spans(
    wanted: Matches, *, after: int = -1, before: int = LAST_KEY, is_descending: bool = False
) -> Iterator[Span] | None:
    """The spans between two keys, both exclusive, in key order or against it; None if columns can tell nothing."""
    level = LEVELS.get(wanted.scope.subject)
    paths = fields_of(wanted.tree, wanted.scope.subject)
    if level is None or not paths:
        return None
    known = store.segments(wanted.scope.dataset_pk, level)
    if not known.fresh:
        return None
    return between(known, wanted, after=after, before=before, is_descending=is_descending)


def between(known: store.Segments, wanted: Matches, *, after: int, before: int, is_descending: bool) -> Iterator[Span]:
    paths = fields_of(wanted.tree, wanted.scope.subject)
    asked = [one for one in pieces(known) if one[1] > after and one[0] < before]
    if is_descending:
        asked.reverse()
    for start in range(0, len(asked), SEGMENTS_A_READ):
        some = asked[start : start + SEGMENTS_A_READ]
        read = store.read([one for _, _, one in some if one is not None], paths)
        for first, last, one in some:
            first, last = max(first, after + 1), min(last, before - 1)
            columns = read.get(one.number) if one is not None else None
            yield Span(first, last) if columns is None else narrowed(wanted, columns, first, last)


def pieces(known: store.Segments) -> Iterator[tuple[int, int, store.Fresh | None]]:
    """The first and last key of each fresh segment, and of what lies between them where there may be rows."""
    start = 0
    for one in known.fresh:
        first = one.number << SEGMENT_BITS
        if first > start and not known.is_all:
            yield start, first - 1, None
        start = first + (1 << SEGMENT_BITS)
        yield first, start - 1, one
    if not known.is_all:
        yield start, LAST_KEY, None


def narrowed(wanted: Matches, read: store.Read, first: int, last: int) -> Span:
    yes, may = Evaluation(wanted.scope.subject, len(read.keys), read.columns).found(wanted.tree)
    inside = slice(*np.searchsorted(read.keys, [first, last + 1]))
    keys = read.keys[inside]
    sure = yes[inside]
    return Span(first, last, keys[sure], keys[may[inside] & ~sure], len(keys))


def keys_if_known(wanted: Matches) -> tuple[Keys, int] | None:
    """The keys of all rows that match and how many rows there are; None unless columns tell it of every row."""
    found = spans(wanted)
    if found is None:
        return None
    listed: list[Keys] = []
    total = 0
    for span in found:
        if span.yes is None or span.maybe is None or len(span.maybe):
            return None
        listed.append(span.yes)
        total += span.row_count
    return joined(listed), total


def joined(keys: Sequence[Keys]) -> Keys:
    return np.concatenate(keys) if keys else np.zeros(0, np.int64)
