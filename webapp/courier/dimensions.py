"""Width and height of a picture from its header, without a decoder, so that no picture can exhaust us or run code.

Each reader takes an open file, reads a bounded part of it, and raises Malformed for what it cannot follow.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Literal

from webapp.courier.avif_extent import NoExtent, extent
from webapp.courier.limits import Limits
from webapp.courier.signature import MediaType

MAX_JPEG_SEGMENTS = 4096
MAX_JPEG_FILL_BYTES = 65_536
MAX_TIFF_ENTRIES = 4096
MAX_GIF_BLOCKS = 4096

# All starts of frame; C4, C8 and CC are tables and an extension.
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_BARE_MARKERS = frozenset({0x01, *range(0xD0, 0xD9)})
_TIFF_WIDTH, _TIFF_HEIGHT = 256, 257
_TIFF_SHORT, _TIFF_LONG = 3, 4


@dataclass(frozen=True, slots=True)
class Size:
    """In pixels, as stored: an orientation that a viewer applies is not, but for AVIF, of which it is a part."""

    width: int
    height: int


class Malformed(Exception):
    """The header does not say the dimensions in the way of its format, or says impossible ones."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def dimensions(file: BinaryIO, media_type: MediaType, limits: Limits) -> Size | None:
    """Return the size of a picture, None for videos and point clouds; raises Malformed, also above the limits."""
    reader = _READERS.get(media_type)
    if reader is None:
        return None
    try:
        size = reader(file)
    except (struct.error, IndexError):
        raise Malformed("The file ends before its dimensions.") from None
    if size.width < 1 or size.height < 1:
        raise Malformed("The picture has no width or no height.")
    if max(size.width, size.height) > limits.max_side_px or size.width * size.height > limits.max_pixels:
        raise Malformed(
            f"The picture claims {size.width} x {size.height} pixels; at most {limits.max_side_px} a side"
            f" and {limits.max_pixels // 1_000_000} million in all are accepted."
        )
    return size


def _png(file: BinaryIO) -> Size:
    head = _at(file, 8, 16)
    length, name, width, height = struct.unpack(">I4sII", head)
    if (length, name) != (13, b"IHDR"):
        raise Malformed("The PNG does not begin with its header.")
    return Size(width, height)


def _gif(file: BinaryIO) -> Size:
    """Return the screen's size, widened to hold the first picture, as browsers do."""
    width, height, flags = struct.unpack("<HHB", _at(file, 6, 5))
    file.seek(13 + (3 << (flags & 7) + 1 if flags & 0x80 else 0))
    for _ in range(MAX_GIF_BLOCKS):
        introducer = file.read(1)[0]
        if introducer == 0x2C:
            left, top, picture_width, picture_height = struct.unpack("<HHHH", file.read(8))
            return Size(max(width, left + picture_width), max(height, top + picture_height))
        if introducer == 0x3B:
            break
        if introducer == 0x21:
            file.seek(1, 1)
            _skip_gif_blocks(file)
    raise Malformed("The GIF holds no picture.")


def _skip_gif_blocks(file: BinaryIO) -> None:
    for _ in range(MAX_GIF_BLOCKS):
        count = file.read(1)[0]
        if count == 0:
            return
        file.seek(count, 1)
    raise Malformed("The GIF holds an extension that does not end.")


def _bmp(file: BinaryIO) -> Size:
    header_bytes = struct.unpack("<I", _at(file, 14, 4))[0]
    if header_bytes == 12:
        return Size(*struct.unpack("<HH", _at(file, 18, 4)))
    width, height = struct.unpack("<ii", _at(file, 18, 8))
    # A negative height says that the rows run downwards.
    return Size(width, abs(height))


def _webp(file: BinaryIO) -> Size:
    name, body = _at(file, 12, 4), _at(file, 20, 10)
    if name == b"VP8X":
        return Size(1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little"))
    if name == b"VP8L" and body[0] == 0x2F:
        bits = int.from_bytes(body[1:5], "little")
        return Size(1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
    if name == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", body[6:10])
        return Size(width & 0x3FFF, height & 0x3FFF)
    raise Malformed("The WebP begins with no chunk that says its dimensions.")


def _jpeg(file: BinaryIO) -> Size:
    file.seek(2)
    for _ in range(MAX_JPEG_SEGMENTS):
        marker = _next_jpeg_marker(file)
        if marker in _JPEG_BARE_MARKERS:
            continue
        if marker in (0xD9, 0xDA):
            break
        length = struct.unpack(">H", file.read(2))[0]
        if length < 2:
            break
        if marker in _JPEG_FRAMES:
            _, height, width = struct.unpack(">BHH", file.read(5))
            return Size(width, height)
        file.seek(length - 2, 1)
    raise Malformed("The JPEG has no start of a frame before its data.")


def _next_jpeg_marker(file: BinaryIO) -> int:
    """Return the next marker, past fill bytes and what decoders skip as well: bytes that belong to no segment."""
    before = 0
    for _ in range(MAX_JPEG_FILL_BYTES):
        byte = file.read(1)[0]
        if before == 0xFF and byte not in (0x00, 0xFF):
            return byte
        before = byte
    raise Malformed("The JPEG has no marker where one should be.")


def _tiff(file: BinaryIO) -> Size:
    order: Literal["<", ">"] = "<" if _at(file, 0, 2) == b"II" else ">"
    (directory,) = struct.unpack(f"{order}I", _at(file, 4, 4))
    (count,) = struct.unpack(f"{order}H", _at(file, directory, 2))
    found: dict[int, int] = {}
    for _ in range(min(count, MAX_TIFF_ENTRIES)):
        tag, form, values, raw = struct.unpack(f"{order}HHI4s", file.read(12))
        # Decoders differ about which of two counts, so a second is refused.
        if tag in (_TIFF_WIDTH, _TIFF_HEIGHT):
            if tag in found or values != 1 or form not in (_TIFF_SHORT, _TIFF_LONG):
                break
            (found[tag],) = struct.unpack(f"{order}{'H2x' if form == _TIFF_SHORT else 'I'}", raw)
    else:
        if len(found) == 2:
            return Size(found[_TIFF_WIDTH], found[_TIFF_HEIGHT])
    raise Malformed("The TIFF does not say its width and height once each.")


def _avif(file: BinaryIO) -> Size:
    try:
        return Size(*extent(file))
    except NoExtent:
        raise Malformed("The AVIF does not say its width and height once, in its header.") from None


def _at(file: BinaryIO, offset: int, count: int) -> bytes:
    file.seek(offset)
    return file.read(count)


_READERS: dict[MediaType, Callable[[BinaryIO], Size]] = {
    MediaType.PNG: _png,
    MediaType.GIF: _gif,
    MediaType.BMP: _bmp,
    MediaType.WEBP: _webp,
    MediaType.JPEG: _jpeg,
    MediaType.TIFF: _tiff,
    MediaType.AVIF: _avif,
}
