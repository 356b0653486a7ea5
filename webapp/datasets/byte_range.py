"""The Range header of RFC 9110 section 14, for one range of bytes."""

import re
from dataclasses import dataclass

_ONE_RANGE = re.compile(r"bytes=[ \t]*(\d*)-(\d*)[ \t]*", re.ASCII)
# Longer numbers name no byte of any file, and int() is slow on very long ones.
_MOST_DIGITS = 18


class RangeNotSatisfiable(Exception):
    """A well-formed range that names no byte of the file."""


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes `start` (inclusive) to `stop` (exclusive)."""

    start: int
    stop: int

    @property
    def length(self) -> int:
        return self.stop - self.start

    def content_range(self, size: int) -> str:
        return f"bytes {self.start}-{self.stop - 1}/{size}"


def parse_range(header: str | None, size: int) -> ByteRange | None:
    """The range asked for, cut to a file of `size` bytes.

    None means "send the whole file": no header, another unit, several ranges (a server may decline
    those) or a malformed one. Raises RangeNotSatisfiable when it lies outside the file.
    """
    asked = _ONE_RANGE.fullmatch(header or "")
    if asked is None or asked.group(1) == asked.group(2) == "":
        return None
    first, last = (_number(text) for text in asked.groups())
    if first is None:
        return _suffix(last or 0, size)
    if last is not None and last < first:
        return None
    if first >= size:
        raise RangeNotSatisfiable
    return ByteRange(first, size if last is None else min(last + 1, size))


def _suffix(length: int, size: int) -> ByteRange:
    if length == 0 or size == 0:
        raise RangeNotSatisfiable
    return ByteRange(max(0, size - length), size)


def _number(text: str) -> int | None:
    if len(text) > _MOST_DIGITS:
        return int("9" * _MOST_DIGITS)
    return int(text) if text else None
