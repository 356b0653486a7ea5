"""Reading columns, and remembering those that were read, in each process for itself and up to a size."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
from django.db.models import F
from numpy.typing import NDArray

from webapp.query.columns.building import MAX_STEPS, Path, path_name
from webapp.query.columns.column import Column, decoded, decoded_keys
from webapp.query.columns.models import ColumnChunk, ColumnSegment

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


@dataclass(frozen=True, slots=True)
class Segments:
    """The fresh segments in the order of their numbers, and how many rows the dataset has, in them or not."""

    fresh: Sequence[Fresh]
    row_count: int


@dataclass(frozen=True, slots=True)
class Read:
    """Columns of a segment: None for a field that no row has; one that is not here is not known."""

    keys: NDArray[np.int64]
    columns: Mapping[Path, Column | None]


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
    rows = ColumnSegment.objects.filter(dataset_id=dataset_pk, level=level, built_version=F("version"))
    columns = rows.order_by("number").values_list(
        "pk", "number", "build", "row_count", "is_whole", f"dataset__{level}_count"
    )
    found = list(columns)
    return Segments([Fresh(*row[:5]) for row in found], found[0][5] if found else 0)


def read(chosen: Sequence[Fresh], paths: Iterable[Path]) -> dict[int, Read]:
    """These fields of the segments, by segment number, without those segments that were made anew meanwhile."""
    names = {path_name(path): path for path in paths if len(path) <= MAX_STEPS}
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
        columns = {path: pieces.get(name) for name, path in names.items()}
        found[one.number] = Read(
            pieces[KEYS], {path: each for path, each in columns.items() if one.is_whole or each is not None}
        )
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
    value: Any = decoded_keys(one.number, blob) if name == KEYS else decoded(blob)
    CACHE.put((one.build, name), value, value.nbytes if name == KEYS else value.byte_size)
    return value
