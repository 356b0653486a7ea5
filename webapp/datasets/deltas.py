"""What an edit changed, small enough to keep: enough to take it back exactly. Pure: no database, no clock.

Metadata is kept as lines of JSON in one compressed stream, `[level, key of the row, before, after]`, written and read
piece by piece, so that an edit of a hundred thousand rows is never held at once. Everything else is one small value.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

import msgspec
from pyroaring import BitMap64

from webapp.privacy.refusals import Invalid

# An edit that needs more than this is not made: it could not be taken back.
MAX_DELTA_BYTES = 8 * 2**20
PIECE_BYTES = 64 * 1024
LINES_AT_ONCE = 1_000

# As a binary column gives it.
Stored = bytes | memoryview


class Held(NamedTuple):
    """A value that a metadata key has, and which key of the row it is, from 0 (-1: the last)."""

    value: Any
    position: int = -1


class Cell(NamedTuple):
    """What one row's key held before and after; None where the row had no such key."""

    level: str
    pk: int
    before: Held | None
    after: Held | None


class CellWriter:
    """Collects cells; raises Invalid for more than MAX_DELTA_BYTES."""

    def __init__(self) -> None:
        self.stream = zlib.compressobj()
        self.pieces: list[bytes] = []
        self.size = 0
        self.touched: dict[str, BitMap64] = {}

    def __len__(self) -> int:
        return sum(map(len, self.touched.values()))

    def add(self, cell: Cell) -> None:
        self.keep(self.stream.compress(msgspec.json.encode(cell) + b"\n"))
        self.touched.setdefault(cell.level, BitMap64()).add(cell.pk)

    def keep(self, piece: bytes) -> None:
        if not piece:
            return
        self.size += len(piece)
        if self.size > MAX_DELTA_BYTES:
            raise Invalid(
                f"To undo this, more than {MAX_DELTA_BYTES // 2**20} MiB would have to be kept; change fewer at once."
            )
        self.pieces.append(piece)

    def finish(self) -> bytes:
        self.keep(self.stream.flush())
        return b"".join(self.pieces)


def pieces_of(delta: Stored) -> Iterator[list[Cell]]:
    """The cells of a finished writer in their order, some at a time."""
    cells = (msgspec.json.decode(line, type=Cell) for line in lines_of(delta))
    while piece := list(islice(cells, LINES_AT_ONCE)):
        yield piece


def lines_of(delta: Stored) -> Iterator[bytes]:
    stream, rest = zlib.decompressobj(), b""
    data = bytes(delta)
    while data:
        *lines, rest = (rest + stream.decompress(data, PIECE_BYTES)).split(b"\n")
        yield from lines
        data = stream.unconsumed_tail
    *lines, _ = (rest + stream.flush()).split(b"\n")
    yield from lines


def packed(value: Any) -> bytes:
    """A small value to keep; sets of keys as bytes."""
    return zlib.compress(msgspec.msgpack.encode(value))


def unpacked(delta: Stored) -> Any:
    return msgspec.msgpack.decode(zlib.decompress(bytes(delta)))


def packed_keys(touched: Mapping[str, Iterable[int]]) -> bytes:
    """Which rows were touched, by level; read back by `unpacked_keys`."""
    return packed({level: bytes(BitMap64(keys).serialize()) for level, keys in touched.items()})


def unpacked_keys(data: Stored) -> dict[str, BitMap64]:
    return {level: BitMap64.deserialize(keys) for level, keys in unpacked(data).items()} if data else {}


def held(metadata: dict[str, Any], key: str) -> Held | None:
    """What the key holds now, and where it stands."""
    return Held(metadata[key], list(metadata).index(key)) if key in metadata else None


def with_held(metadata: dict[str, Any], key: str, wanted: Held | None) -> dict[str, Any]:
    """The metadata with that in the key: a key that is there keeps its place, another comes where it is said to."""
    if wanted is None:
        return {name: value for name, value in metadata.items() if name != key}
    if key in metadata or wanted.position < 0:
        return {**metadata, key: wanted.value}
    pairs = list(metadata.items())
    pairs.insert(wanted.position, (key, wanted.value))
    return dict(pairs)


def is_same(one: Held | None, other: Held | None) -> bool:
    """Whether two keys hold the same, wherever they stand: 1 and 1.0 are one number, 1 and true are not."""
    if one is None or other is None:
        return one is other
    return are_equal(one.value, other.value)


def are_equal(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(are_equal(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(are_equal, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)
