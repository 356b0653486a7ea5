"""Columns from rows of JSON. Pure, but for how the database reads a number, which it is asked."""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from webapp.query.columns.column import FALSE, FIRST_NUMBER, OTHER, TRUE, UNREAD, Codes, Column, encoded_counts

Path = tuple[str, ...]
# How many fields of a segment are kept, those that most rows have, and of how many it is learned which those are.
MAX_FIELDS, MAX_DRAFTS = 200, 2_000
# Below so many objects fields are found.
MAX_STEPS = 4
# A field whose different texts are longer than this together stays in the rows alone.
MAX_TEXT_BYTES = 4_000_000
# How the database reads these numbers of JSON, None where no float holds one.
ReadNumbers = Callable[[Sequence[float]], Sequence[float | None]]
CONSTANTS = {True: TRUE, False: FALSE}


class ColumnDraft:
    """A field while its rows are read: where something is, and as which code in order of appearance."""

    def __init__(self) -> None:
        self.places, self.codes = array("H"), array("I")
        self.numbers: dict[float, int] = {}
        self.texts: dict[str, int] = {}
        self.lists: dict[str, int] = {}
        self.code_count = FIRST_NUMBER
        self.text_bytes = 0
        self.is_too_long = False

    def add(self, place: int, code: int) -> None:
        self.places.append(place)
        self.codes.append(code)

    def take(self, place: int, value: Any) -> None:
        """A value that is no object and not null."""
        if self.is_too_long:
            return
        if isinstance(value, bool):
            self.add(place, CONSTANTS[value])
        elif isinstance(value, int | float):
            self.add(place, self.code(self.numbers, value))
        elif isinstance(value, str):
            self.add(place, self.code(self.texts, value))
        else:
            self.add(place, self.code(self.lists, json.dumps(value, ensure_ascii=False)))

    def code(self, known: dict[Any, int], value: Any) -> int:
        found = known.get(value)
        if found is None:
            found = known[value] = self.code_count
            self.code_count += 1
            self.text_bytes += len(value) if isinstance(value, str) else 0
            if self.text_bytes > MAX_TEXT_BYTES:
                self.is_too_long = True
                self.texts.clear()
                self.lists.clear()
        return found

    def column(self, row_count: int, read_numbers: ReadNumbers) -> Column:
        sent = list(self.numbers)
        read = dict(zip(sent, read_numbers(sent), strict=True))
        numbers = sorted((value for value in sent if read[value] is not None), key=lambda value: read[value] or 0.0)
        texts, lists = sorted(self.texts), sorted(self.lists)
        final = np.arange(self.code_count, dtype=np.uint32)
        final[[code for value, code in self.numbers.items() if read[value] is None]] = UNREAD
        in_order = [self.numbers[one] for one in numbers] + [self.texts[one] for one in texts]
        in_order += [self.lists[one] for one in lists]
        final[in_order] = np.arange(FIRST_NUMBER, FIRST_NUMBER + len(in_order), dtype=np.uint32)
        codes: Codes = np.zeros(row_count, np.uint32)
        codes[np.array(self.places, np.int64)] = final[np.array(self.codes, np.int64)]
        return Column(codes, np.array([read[one] for one in numbers], np.float64), texts, lists)


class Drafts:
    """The fields of a segment; not `is_whole` when some were left out."""

    def __init__(self) -> None:
        self.by_path: dict[Path, ColumnDraft] = {}
        self.is_whole = True

    def take(self, place: int, fields: dict[str, Any], above: Path = ()) -> None:
        for name, value in fields.items():
            if value is None:
                continue
            path = (*above, name)
            draft = self.by_path.get(path)
            if draft is None:
                if len(self.by_path) == MAX_DRAFTS:
                    self.is_whole = False
                    continue
                draft = self.by_path[path] = ColumnDraft()
            if not isinstance(value, dict):
                draft.take(place, value)
                continue
            draft.add(place, OTHER)
            if len(path) < MAX_STEPS:
                self.take(place, value, path)

    def kept(self) -> Iterator[tuple[Path, ColumnDraft]]:
        """The fields worth keeping; says afterwards by `is_whole` whether these are all."""
        most = sorted(self.by_path.items(), key=lambda one: (-len(one[1].places), one[0]))
        for place, (path, draft) in enumerate(most):
            if place < MAX_FIELDS and not draft.is_too_long:
                yield path, draft
            else:
                self.is_whole = False


def columns_of(
    rows: Iterable[tuple[int, str]], read_numbers: ReadNumbers
) -> tuple[NDArray[np.int64], dict[Path, Column], bool]:
    """Of rows, as keys with metadata: the keys, the columns, and whether a field without one is missing in all."""
    drafts, keys = Drafts(), array("q")
    decode = msgspec.json.Decoder(dict[str, Any]).decode
    for place, (key, text) in enumerate(rows):
        keys.append(key)
        drafts.take(place, decode(text))
    columns = {path: draft.column(len(keys), read_numbers) for path, draft in drafts.kept()}
    return np.array(keys, np.int64), columns, drafts.is_whole


def counts_of(rows: Iterable[tuple[int, str, int]]) -> tuple[dict[str, bytes], bool]:
    """Of rows of an item's key, a class and a count: the counts by class, "" for all, and whether none is left out.

    A label with several classes, which has "" for one, is counted by SQL alone, and so are all classes beside it.
    """
    total: Counter[int] = Counter()
    by_class: dict[str, tuple[array[int], array[int]]] = {}
    is_whole = True
    for key, name, count in rows:
        place = key & (2**16 - 1)
        total[place] += count
        if name == "":
            is_whole = False
        elif is_whole:
            places, counts = by_class.setdefault(name, (array("H"), array("I")))
            places.append(place)
            counts.append(count)
    most = sorted(by_class, key=lambda name: (-len(by_class[name][0]), name))[:MAX_FIELDS] if is_whole else []
    chunks = {path_name((name,)): encoded_counts(*by_class[name]) for name in most}
    chunks[""] = encoded_counts(list(total), list(total.values()))
    return chunks, is_whole and len(most) == len(by_class)


def path_name(path: Path) -> str:
    """As it is stored: keys may hold dots."""
    return msgspec.json.encode(path).decode()
