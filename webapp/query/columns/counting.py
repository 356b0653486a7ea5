"""What the rows of a query hold in one field, counted from columns: the same rows as the statements of facet_sql.py."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from webapp.datasets.models import Dataset
from webapp.query.columns.building import Path
from webapp.query.columns.column import FALSE, FIRST_NUMBER, MISSING, TRUE, UNREAD, Column
from webapp.query.columns.evaluate import DATE, WHOLE
from webapp.query.columns.narrowing import Part, whole
from webapp.query.expression import Matches
from webapp.query.facet_sql import BINS, DAY, HOUR, MAX_DRAWN, MAX_TEXT, MAX_VALUES, MIN_DRAWN, MONTH, YEAR
from webapp.query.sql import Kind

# As facet_sql.py has them.
STEPS = [(float(f"{n}e{max(power, 0)}"), float(f"1e{max(-power, 0)}")) for power in range(-22, 22) for n in (1, 2, 5)]
Answer = list[tuple[Any, ...]]


@dataclass
class Counts:
    """How many of `total` rows hold each value; the rest hold an object or a list that is not asked for."""

    total: int = 0
    missing: int = 0
    numbers: list[tuple[NDArray[np.float64], NDArray[np.int64]]] = field(default_factory=list)
    texts: Counter[str] = field(default_factory=Counter)
    truths: Counter[str] = field(default_factory=Counter)
    lists: Counter[str] = field(default_factory=Counter)

    def take(self, column: Column | None, matching: NDArray[np.bool_]) -> bool:
        """Count a segment's rows that match; False where only SQL can read one."""
        found = int(np.count_nonzero(matching))
        self.total += found
        if column is None:
            self.missing += found
            return True
        counts = np.bincount(column.codes[matching], minlength=column.size)
        self.missing += int(counts[MISSING])
        self.truths.update({"false": int(counts[FALSE]), "true": int(counts[TRUE])})
        self.numbers.append((column.numbers, counts[FIRST_NUMBER : column.first_text]))
        add(self.texts, column.texts, counts[column.first_text : column.first_list])
        add(self.lists, column.lists, counts[column.first_list :])
        return not counts[UNREAD]

    def prevailing(self) -> str:
        """The type that most rows have there."""
        counts = (
            (sum(int(count.sum()) for _, count in self.numbers), "number"),
            (self.texts.total(), "string"),
            (self.truths.total(), "boolean"),
            (self.lists.total(), "list"),
        )
        return max(counts, key=lambda one: one[0])[1]

    def number_answer(self) -> Answer:
        """Total, present, numbers, low, high, sum, whole ones, the fraction that is a bin, bin and count."""
        present = self.total - self.missing
        values = np.concatenate([np.zeros(0), *(values for values, _ in self.numbers)])
        counts = np.concatenate([np.zeros(0, np.int64), *(counts for _, counts in self.numbers)])
        is_drawn = (counts > 0) & (np.abs(values) <= float(MAX_DRAWN))
        values, counts = values[is_drawn], counts[is_drawn]
        values = np.where(np.abs(values) < float(MIN_DRAWN), 0.0, values)
        count = int(counts.sum())
        if not count:
            return [(self.total, present, 0, None, None, None, 0, None, None, None, None)]
        low, high, added = float(values.min()), float(values.max()), float((values * counts).sum())
        is_whole = (np.abs(values) <= WHOLE) & (values % 1 == 0)
        whole_count = int(counts[is_whole].sum())
        fitting = (
            (up, down)
            for up, down in sorted(STEPS, key=lambda step: step[0] / step[1])
            if up >= (high - low) / BINS * down and (down == 1 or whole_count < count)
        )
        up, down = next(fitting)
        head = (self.total, present, count, low, high, added, whole_count, up, down)
        bins = np.zeros(len(values), np.int64)
        if low < high:
            guess = np.trunc(values * down / up)
            bins = (guess - (values < guess * up / down) + (values >= (guess + 1) * up / down)).astype(np.int64)
        places, inverse = np.unique(bins, return_inverse=True)
        each = np.bincount(inverse, weights=counts)
        return [(*head, int(place), int(one)) for place, one in zip(places, each, strict=True)]

    def value_answer(self, kind: Kind) -> Answer:
        """Total, present, how many rows have a value of the kind, letters of a time, different values, value, count."""
        if kind is Kind.LIST:
            said: Counter[str] = Counter()
            for text, count in self.lists.items():
                for element in {one for one in msgspec.json.decode(text) if isinstance(one, str)}:
                    said[element] += count
            fitting = self.lists.total()
        else:
            said = +(self.truths if kind is Kind.TRUTH else self.texts)
            fitting = said.total()
        letters = letters_of(said)
        if letters:
            times: Counter[str] = Counter()
            for text, count in said.items():
                times[text[:letters]] += count
            said = times
        most = sorted(said.items(), key=lambda one: (-one[1], one[0]))[:MAX_VALUES]
        head = (self.total, self.total - self.missing, fitting, letters, len(said))
        return [(*head, text[: MAX_TEXT + 1], count) for text, count in most] or [(*head, None, None)]


def add(to: Counter[str], values: Sequence[str], counts: NDArray[np.int64]) -> None:
    for place in np.flatnonzero(counts).tolist():
        to[values[place]] += int(counts[place])


def letters_of(said: Mapping[str, int]) -> int:
    """How many letters of these texts a bar stands for if all begin with a date, else 0."""
    if not said or not all(DATE.match(text) for text in said):
        return 0
    low, high = min(said), max(said)
    parts = ((372, 0, 4), (31, 5, 7), (1, 8, 10))
    days = sum(factor * (int(high[start:end]) - int(low[start:end])) for factor, start, end in parts)
    if days <= 3 and min(map(len, said)) >= HOUR:
        return HOUR
    return DAY if days <= 93 else MONTH if days <= 372 * 8 else YEAR


def counts_of(
    dataset: Dataset, level: str, path: Path, wanted: Matches | None, within: NDArray[np.int64] | None = None
) -> Counts | None:
    """What the rows that match hold in a field; None where columns cannot tell, and SQL has to.

    With `within`, of the rows with these keys, which ascend.
    """
    parts = whole(dataset, level, [path], wanted)
    if parts is None:
        return None
    found = Counts()
    is_read = all(found.take(part.read.columns[path], chosen(part, within)) for part in parts)
    return found if is_read else None


def chosen(part: Part, within: NDArray[np.int64] | None) -> NDArray[np.bool_]:
    """Which rows of a segment match and are to be counted."""
    keys = part.read.keys
    if within is None or not len(keys):
        return part.found.yes
    some = within[np.searchsorted(within, keys[0]) : np.searchsorted(within, keys[-1], "right")]
    places = np.searchsorted(keys, some)
    held = np.zeros(len(keys), np.bool_)
    held[places[keys[places] == some]] = True
    return part.found.yes & held
