"""A column: what one field holds in the rows of a segment, as codes of its different values, sorted. Pure.

Numbers, texts, true and false, lists, and what only is there are kept apart as sql.py reads them: null is missing,
numbers are 64-bit floats, texts are in the order of their code points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.unsignedinteger[Any]]
Floats = NDArray[np.float64]
# The first codes: nothing there; an object; a number that no float holds, which only SQL can tell; and the truths.
MISSING, OTHER, UNREAD, FALSE, TRUE, FIRST_NUMBER = range(6)


@dataclass(frozen=True, slots=True)
class Column:
    """`codes` has one of each row. Behind the first ones the codes are `numbers`, `texts` and `lists`, each ascending.

    A list is its JSON text.
    """

    codes: Codes
    numbers: Floats
    texts: Sequence[str]
    lists: Sequence[str]

    @property
    def first_text(self) -> int:
        return FIRST_NUMBER + len(self.numbers)

    @property
    def first_list(self) -> int:
        return self.first_text + len(self.texts)

    @property
    def size(self) -> int:
        """How many codes there are."""
        return self.first_list + len(self.lists)

    @property
    def byte_size(self) -> int:
        """About what it takes in memory."""
        words = sum(map(len, self.texts)) + sum(map(len, self.lists))
        return int(self.codes.nbytes + self.numbers.nbytes + words + 60 * (len(self.texts) + len(self.lists)) + 500)


class Stored(msgspec.Struct, array_like=True, frozen=True):
    """How a column is written."""

    width: int
    codes: bytes
    numbers: bytes
    texts: list[str]
    lists: list[str]


encoder = msgspec.msgpack.Encoder()
decoder = msgspec.msgpack.Decoder(Stored)


def encoded(column: Column) -> bytes:
    width = 1 if column.size <= 2**8 else 2 if column.size <= 2**16 else 4
    codes = column.codes.astype(f"<u{width}").tobytes()
    numbers = column.numbers.astype("<f8").tobytes()
    return encoder.encode(Stored(width, codes, numbers, list(column.texts), list(column.lists)))


def decoded(blob: bytes) -> Column:
    stored = decoder.decode(blob)
    codes = np.frombuffer(stored.codes, f"<u{stored.width}")
    return Column(codes, np.frombuffer(stored.numbers, "<f8"), stored.texts, stored.lists)


class StoredCounts(msgspec.Struct, array_like=True, frozen=True):
    """How counts are written: those that are not 0, by the lowest 16 bits of their items' keys."""

    places: bytes
    counts: bytes


counts_decoder = msgspec.msgpack.Decoder(StoredCounts)


def encoded_counts(places: Sequence[int], counts: Sequence[int]) -> bytes:
    return encoder.encode(StoredCounts(np.array(places, "<u2").tobytes(), np.array(counts, "<u4").tobytes()))


def decoded_counts(blob: bytes) -> Column:
    """A column of all keys that there may be in a segment, 0 where there is no count."""
    stored = counts_decoder.decode(blob)
    numbers, places = np.unique(np.append(np.frombuffer(stored.counts, "<u4"), 0), return_inverse=True)
    width = np.uint8 if len(numbers) + FIRST_NUMBER <= 2**8 else np.uint32
    codes: Codes = np.full(2**16, FIRST_NUMBER, width)
    codes[np.frombuffer(stored.places, "<u2")] = places[:-1] + FIRST_NUMBER
    return Column(codes, numbers.astype(np.float64), (), ())


NO_COUNTS = decoded_counts(encoded_counts([], []))


def at_keys(column: Column, keys: NDArray[np.int64]) -> Column:
    """Of a column of all keys that there may be those that there are."""
    places = keys & (2**16 - 1)
    if len(places) and places[-1] - places[0] + 1 == len(places):
        return replace(column, codes=column.codes[places[0] : places[-1] + 1])
    return replace(column, codes=column.codes[places])


def encoded_keys(keys: NDArray[np.int64]) -> bytes:
    """The keys of a segment's rows, a bit for each there may be."""
    bits = np.zeros(2**16, np.bool_)
    bits[keys & (2**16 - 1)] = True
    return np.packbits(bits).tobytes()


def decoded_keys(number: int, blob: bytes) -> NDArray[np.int64]:
    """In ascending order."""
    places: NDArray[np.int64] = np.flatnonzero(np.unpackbits(np.frombuffer(blob, np.uint8))).astype(np.int64)
    return places + (number << 16)
