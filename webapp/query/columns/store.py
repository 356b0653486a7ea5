"""Reading columns, and remembering those that were read, in each process for itself and up to a size."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from django.db.models import F
from numpy.typing import NDArray

from webapp.query.columns.building import MAX_STEPS, Path, path_name
from webapp.query.columns.column import NO_COUNTS, Column, at_keys, decoded, decoded_counts, decoded_keys
from webapp.query.columns.models import LABEL, ColumnChunk, ColumnSegment

KEYS = ""
MAX_CACHE_BYTES = 96 * 2**20


@dataclass(frozen=True, slots=True)
class Fresh:
    """A segment whose columns are as good as its rows."""

    pk: int
    number: int
    build: int
    row_count: int
    is_whole: bool
    level: str


class Asked(NamedTuple):
    """Fields of metadata, and classes of which annotations are counted, "" for all."""

    paths: Collection[Path]
    classes: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Segments:
    """The fresh segments in the order of their numbers, and how many rows the dataset has, in them or not.

    `labels` has by number those that count the annotations of the same rows, where these are fresh too.
    """

    fresh: Sequence[Fresh]
    row_count: int
    labels: Mapping[int, Fresh]


@dataclass(frozen=True, slots=True)
class Read:
    """Columns of a segment: None for a field that no row has; one that is not here is not known, as with `counts`."""

    keys: NDArray[np.int64]
    columns: Mapping[Path, Column | None]
    counts: Mapping[str, Column]


class Cache:
    """The decoded pieces used last, at most so many bytes of them; safe for threads."""

    def __init__(self, most: int) -> None:
        self.most, self.size, self.lock = most, 0, Lock()
        self.kept: OrderedDict[tuple[int, str], tuple[Any, int]] = OrderedDict()

    def get(self, key: tuple[int, str]) -> tuple[Any] | None:
        with self.lock:
            found = self.kept.get(key)
            if found is None:
                return None
            self.kept.move_to_end(key)
            return (found[0],)

    def put(self, key: tuple[int, str], value: Any, size: int) -> None:
        with self.lock:
            if key in self.kept:
                return
            self.kept[key] = (value, size)
            self.size += size
            while self.size > self.most:
                self.size -= self.kept.popitem(last=False)[1][1]


CACHE = Cache(MAX_CACHE_BYTES)


def segments(dataset_pk: int, level: str) -> Segments:
    """What columns there are, in one statement, so that all of it is of one moment."""
    levels = [level, LABEL] if level == "item" else [level]
    rows = ColumnSegment.objects.filter(dataset_id=dataset_pk, level__in=levels, built_version=F("version"))
    columns = rows.order_by("number").values_list(
        "pk", "number", "build", "row_count", "is_whole", "level", f"dataset__{level}_count"
    )
    read = list(columns)
    found = [Fresh(*row[:-1]) for row in read]
    labels = {one.number: one for one in found if one.level == LABEL}
    return Segments([one for one in found if one.level == level], read[0][-1] if read else 0, labels)


def read(chosen: Sequence[Fresh], asked: Asked, labels: Mapping[int, Fresh]) -> dict[int, Read]:
    """What is asked of the segments, by segment number, without those segments that were made anew meanwhile."""
    names = {path_name(path): path for path in asked.paths if len(path) <= MAX_STEPS}
    fields = pieces_of(chosen, names)
    of_class = {path_name((name,)) if name else KEYS: name for name in asked.classes}
    said = pieces_of([labels[one.number] for one in chosen if one.number in labels], of_class) if of_class else {}
    found = {}
    for one in chosen:
        if one.number not in fields:
            continue
        pieces, label = fields[one.number], labels.get(one.number)
        columns = {path: pieces[name] for name, path in names.items()}
        counts = {of_class[name]: piece for name, piece in said.get(one.number, {}).items() if name in of_class}
        found[one.number] = Read(
            pieces[KEYS],
            {path: each for path, each in columns.items() if one.is_whole or each is not None},
            {
                name: at_keys(each or NO_COUNTS, pieces[KEYS])
                for name, each in counts.items()
                if each is not None or (label is not None and label.is_whole)
            },
        )
    return found


def pieces_of(chosen: Sequence[Fresh], names: Iterable[str]) -> dict[int, dict[str, Any]]:
    """The pieces with these names and the keys, by segment number; None for one that there is not."""
    kept = {one.pk: {name: CACHE.get((one.build, name)) for name in (KEYS, *names)} for one in chosen}
    lacking = {one.pk: one for one in chosen if None in kept[one.pk].values()}
    fetched = fetch(lacking, names) if lacking else {}
    found = {}
    for one in chosen:
        if one.pk not in lacking:
            pieces = {name: box[0] for name, box in kept[one.pk].items() if box is not None}
        elif KEYS in fetched.get(one.pk, ()):
            pieces = fetched[one.pk]
        else:
            continue
        found[one.number] = pieces
    return found


def fetch(chosen: Mapping[int, Fresh], names: Iterable[str]) -> dict[int, dict[str, Any]]:
    """The pieces of segments by segment key and name, None for a field that has no chunk.

    The keys come with them each time: without these a missing chunk may be one that has just been replaced.
    """
    found: dict[int, dict[str, Any]] = {}
    rows = ColumnChunk.objects.filter(segment_id__in=list(chosen), path__in=[KEYS, *names])
    for segment_pk, build, name, blob in rows.values_list("segment_id", "build", "path", "blob"):
        one = chosen[segment_pk]
        if build == one.build:
            found.setdefault(segment_pk, {})[name] = opened(one, name, bytes(blob))
    for segment_pk, pieces in found.items():
        for name in names:
            if KEYS in pieces and name not in pieces:
                pieces[name] = None
                CACHE.put((chosen[segment_pk].build, name), None, 100)
    return found


def opened(one: Fresh, name: str, blob: bytes) -> Any:
    """The keys, or a column, also kept for the next who asks."""
    if one.level != LABEL and name == KEYS:
        keys = decoded_keys(one.number, blob)
        CACHE.put((one.build, name), keys, keys.nbytes)
        return keys
    column = decoded_counts(blob) if one.level == LABEL else decoded(blob)
    CACHE.put((one.build, name), column, column.byte_size)
    return column
