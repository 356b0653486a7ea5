"""The order of all rows by a field, as webapp/query/ordering.py defines it: numbers, texts, truths, the rest, none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from webapp.datasets.models import Dataset
from webapp.query.columns.building import Path
from webapp.query.columns.column import FALSE, FIRST_NUMBER, MISSING, TRUE, UNREAD, Column
from webapp.query.columns.narrowing import Part, whole
from webapp.query.expression import Matches

POSITION_BITS = 32


@dataclass(frozen=True, slots=True)
class Sorted:
    """All rows of a dataset by a field, those that match in order.

    `keys` and `ranks` are of all rows in the order of their keys; `order` has rank and position, in one number, of
    those that match, ascending.
    """

    keys: NDArray[np.int64]
    ranks: NDArray[np.int64]
    order: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.order)

    def place(self, key: int, *, is_behind: bool) -> int | None:
        """Where a row stands, or would; with `is_behind` the place after it. None for a row that is not known."""
        position = int(np.searchsorted(self.keys, key))
        if position == len(self.keys) or self.keys[position] != key:
            return None
        own = (self.ranks[position] << POSITION_BITS) | position
        return int(np.searchsorted(self.order, own, "right" if is_behind else "left"))

    def chosen(self, places: slice) -> list[int]:
        """The keys at these places."""
        found: list[int] = self.keys[self.order[places] & ((1 << POSITION_BITS) - 1)].tolist()
        return found


def sorted_rows(
    dataset: Dataset, level: str, path: Path, wanted: Matches | None, *, is_falling: bool, within: Any = None
) -> Sorted | None:
    """The rows that match, all for None, in the order of a field; `within` are keys to choose from.

    None where columns cannot tell, and SQL has to.
    """
    parts = whole(dataset, level, [path], wanted)
    if parts is None:
        return None
    columns = [part.read.columns[path] for part in parts]
    if any(column is not None and bool((column.codes == UNREAD).any()) for column in columns):
        return None
    keys = np.concatenate([part.read.keys for part in parts])
    ranks = np.concatenate(ranked(columns, [len(part.read.keys) for part in parts], is_falling=is_falling))
    order = (ranks << POSITION_BITS) | np.arange(len(keys), dtype=np.int64)
    chosen = matching(parts)
    if within is not None:
        chosen &= np.isin(keys, np.fromiter(within, np.int64, len(within)), assume_unique=True)
    return Sorted(keys, ranks, np.sort(order[chosen]))


def matching(parts: Sequence[Part]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = np.concatenate([part.found.yes for part in parts])
    return found


def ranked(columns: Sequence[Column | None], sizes: Sequence[int], *, is_falling: bool) -> list[NDArray[np.int64]]:
    """The rank of each row, by segment; rows that are alike have one."""
    known = [column for column in columns if column is not None]
    numbers = np.unique(np.concatenate([column.numbers for column in known])) if known else np.zeros(0)
    texts = sorted({text for column in known for text in column.texts}, reverse=is_falling)
    place_of_text = {text: place for place, text in enumerate(texts, len(numbers))}
    truth = len(numbers) + len(texts)
    rest, missing = truth + 2, truth + 3
    found = []
    for column, size in zip(columns, sizes, strict=True):
        if column is None:
            found.append(np.full(size, missing, np.int64))
            continue
        ranks = np.full(column.size, rest, np.int64)
        ranks[MISSING] = missing
        ranks[FALSE], ranks[TRUE] = truth + is_falling, truth + (not is_falling)
        places = np.searchsorted(numbers, column.numbers)
        ranks[FIRST_NUMBER : column.first_text] = len(numbers) - 1 - places if is_falling else places
        ranks[column.first_text : column.first_list] = [place_of_text[text] for text in column.texts]
        found.append(ranks[column.codes])
    return found
