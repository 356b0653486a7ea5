"""Width and height of an AVIF from the boxes of its header (ISO BMFF, HEIF), strictly and without a decoder.

Decoders show one item of the file, the primary one, and so it is the only one that counts: `pitm` names it, `ipma` says
which of the properties in `ipco` it has, and among those are its extent, `ispe`, and its rotation, `irot`.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from typing import BinaryIO

MAX_BOXES = 64
MAX_PROPERTIES = 4096
MAX_META_BYTES = 1024 * 1024
_NO_SIZE = struct.Struct(">I4s")


class NoExtent(Exception):
    """The boxes do not say the extent of the primary item once, in the way of the format."""


def extent(file: BinaryIO) -> tuple[int, int]:
    """Width and height in pixels, as shown: turned by a quarter where the file says so.

    Raises NoExtent; struct.error or IndexError where the file ends too early.
    """
    meta, has_data = b"", False
    for name, start, end in _boxes_of_file(file):
        has_data = has_data or name == b"mdat"
        if name == b"meta":
            if meta or end - start > MAX_META_BYTES:
                raise NoExtent
            file.seek(start)
            meta = file.read(end - start)
        if meta and has_data:
            return _extent_of(meta)
    # Also where it ends between its header and its picture.
    raise NoExtent


def _boxes_of_file(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end of what is in each box that begins the file; struct.error where one does not end in it."""
    size, at = file.seek(0, os.SEEK_END), 0
    for _ in range(MAX_BOXES):
        file.seek(at)
        head = file.read(16)
        length, name = _NO_SIZE.unpack(head[:8])
        start = at + 8
        if length == 1:
            (length,), start = struct.unpack(">Q", head[8:]), at + 16
        end = size if length == 0 else at + length
        if end < start:
            raise NoExtent
        if end > size:
            raise struct.error("the box ends after the file")
        yield name, start, end
        at = end
    raise NoExtent


def _boxes(body: bytes, most: int) -> Iterator[tuple[bytes, bytes]]:
    """The boxes that fill a body, with what is in each."""
    at = 0
    for _ in range(most + 1):
        if at == len(body):
            return
        length, name = _NO_SIZE.unpack(body[at : at + 8])
        if not 8 <= length <= len(body) - at:
            raise NoExtent
        yield name, body[at + 8 : at + length]
        at += length
    raise NoExtent


def _extent_of(meta: bytes) -> tuple[int, int]:
    if meta[:4] != bytes(4):
        raise NoExtent
    primary = _primary(_only(b"pitm", _boxes(meta[4:], MAX_BOXES)))
    parts = list(_boxes(_only(b"iprp", _boxes(meta[4:], MAX_BOXES)), MAX_BOXES))
    properties = list(_boxes(_only(b"ipco", iter(parts)), MAX_PROPERTIES))
    chosen = [place for name, body in parts if name == b"ipma" for place in _places(body, primary)]
    if any(place > len(properties) for place in chosen):
        raise NoExtent
    # A place of 0 means that there is none.
    mine = [properties[place - 1] for place in chosen if place]
    spatial = _only(b"ispe", iter(mine))
    if len(spatial) != 12 or spatial[:4] != bytes(4):
        raise NoExtent
    width, height = struct.unpack(">II", spatial[4:])
    turns = [body[0] & 3 for name, body in mine if name == b"irot"]
    if len(turns) > 1:
        raise NoExtent
    return (height, width) if turns and turns[0] % 2 else (width, height)


def _only(name: bytes, boxes: Iterator[tuple[bytes, bytes]]) -> bytes:
    """What is in the one box of this name."""
    found = [body for one, body in boxes if one == name]
    if len(found) != 1:
        raise NoExtent
    return found[0]


def _primary(body: bytes) -> int:
    """The number of the item that is shown."""
    (number,) = struct.unpack(">H" if body[0] == 0 else ">I", body[4:])
    return int(number)


def _places(body: bytes, item: int) -> list[int]:
    """The places in `ipco`, from 1, of an item's properties; none where this table does not name it."""
    is_long, is_wide = body[0] > 0, body[3] & 1
    item_form, place_form, mask = (">I" if is_long else ">H"), (">H" if is_wide else ">B"), 0x7FFF if is_wide else 0x7F
    (count,) = struct.unpack(">I", body[4:8])
    at, found = 8, []
    for _ in range(count):
        # Each takes some bytes, so there are no more of them than the body holds, whatever is claimed.
        number, places = struct.unpack_from(item_form, body, at)[0], body[at + struct.calcsize(item_form)]
        at += struct.calcsize(item_form) + 1
        step = struct.calcsize(place_form)
        if number == item:
            found += [struct.unpack_from(place_form, body, at + step * one)[0] & mask for one in range(places)]
        at += step * places
    return found
