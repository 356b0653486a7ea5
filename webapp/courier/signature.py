"""Telling what a file is from its first bytes, whatever its host and its name call it. Pure, and no decoder.

The type that is stored and later served is the one found here.
"""

from __future__ import annotations

import re
from enum import StrEnum

from webapp.courier.limits import MediaKind

HEAD_BYTES = 512

_PICTURE_BRANDS = frozenset({b"avif", b"avis", b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"crx "})
_BMP_HEADERS = frozenset({12, 40, 52, 56, 64, 108, 124})
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:[!?/]|[A-Za-z])")
_PLY = re.compile(rb"ply\r?\n(?:(?:comment|obj_info)[^\n]*\n)*format (?:ascii|binary_(?:little|big)_endian) 1\.0\r?\n")
_PCD = re.compile(rb"(?:#[^\n]*\n)*VERSION (?:0\.|\.)[0-9]")
# The document type of EBML, with its length of 4 in the spellings that writers use.
_WEBM = re.compile(rb"\x42\x82(?:\x84|\x40\x04|\x20\x00\x04|\x10\x00\x00\x04|\x01\x00{6}\x04)webm")


class MediaType(StrEnum):
    """What we recognize; the value is what it is served as."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    GIF = "image/gif"
    BMP = "image/bmp"
    TIFF = "image/tiff"
    AVIF = "image/avif"
    MP4 = "video/mp4"
    WEBM = "video/webm"
    PCD = "application/x-pcd"
    PLY = "application/x-ply"
    LAS = "application/vnd.las"


KIND_OF: dict[MediaType, MediaKind] = {
    MediaType.MP4: MediaKind.VIDEO,
    MediaType.WEBM: MediaKind.VIDEO,
    MediaType.PCD: MediaKind.POINT_CLOUD,
    MediaType.PLY: MediaKind.POINT_CLOUD,
    MediaType.LAS: MediaKind.POINT_CLOUD,
} | dict.fromkeys(
    (
        MediaType.JPEG,
        MediaType.PNG,
        MediaType.WEBP,
        MediaType.GIF,
        MediaType.BMP,
        MediaType.TIFF,
        MediaType.AVIF,
    ),
    MediaKind.IMAGE,
)


class NotMedia(Exception):
    """The bytes are not of a type we take; `sentence` says what they look like."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def media_type(head: bytes, declared: MediaKind) -> MediaType:
    """Return the type of a file that begins with `head` (512 bytes, or all of a shorter one).

    Raises NotMedia for anything that is not recognized, and for what is not of the `declared` kind.
    """
    found = _recognized(head)
    if found is None:
        raise NotMedia(_what_else(head))
    if KIND_OF[found] is not declared:
        raise NotMedia(f"The file is {found.value}, and the item was declared as {declared.value}.")
    return found


def _recognized(head: bytes) -> MediaType | None:
    for start, found in (
        (b"\xff\xd8\xff", MediaType.JPEG),
        (b"\x89PNG\r\n\x1a\n", MediaType.PNG),
        (b"GIF87a", MediaType.GIF),
        (b"GIF89a", MediaType.GIF),
        (b"II*\x00", MediaType.TIFF),
        (b"MM\x00*", MediaType.TIFF),
        (b"LASF", MediaType.LAS),
    ):
        if head.startswith(start):
            return found
    return _recognized_by_structure(head)


def _recognized_by_structure(head: bytes) -> MediaType | None:
    for matches, found in (
        (head[:4] == b"RIFF" and head[8:12] == b"WEBP", MediaType.WEBP),
        (_is_bmp(head), MediaType.BMP),
        (_brands(head) & {b"avif", b"avis"} == {b"avif"}, MediaType.AVIF),
        (_is_mp4(head), MediaType.MP4),
        (head[:4] == b"\x1a\x45\xdf\xa3" and _WEBM.search(head[:64]) is not None, MediaType.WEBM),
        (_PLY.match(head) is not None, MediaType.PLY),
        (_PCD.match(head) is not None, MediaType.PCD),
    ):
        if matches:
            return found
    return None


def _is_bmp(head: bytes) -> bool:
    # Two letters alone begin many a text.
    return (
        head[:2] == b"BM" and head[6:10] == bytes(4) and int.from_bytes(head[14:18], "little") in _BMP_HEADERS
    ) and len(head) > 18


def _is_mp4(head: bytes) -> bool:
    return _has_brands(head) and head[8:12] not in _PICTURE_BRANDS


def _has_brands(head: bytes) -> bool:
    # A box of a sensible size, so that the letters in the middle of a text are none.
    size = int.from_bytes(head[:4], "big")
    return head[4:8] == b"ftyp" and 16 <= size <= 4096 and size % 4 == 0


def _brands(head: bytes) -> set[bytes]:
    """What the file says of itself where its first brand is a picture's, else nothing."""
    if not _has_brands(head) or head[8:12] not in _PICTURE_BRANDS:
        return set()
    end = min(int.from_bytes(head[:4], "big"), len(head))
    return {head[8:12], *(head[at : at + 4] for at in range(16, end, 4))}


def _what_else(head: bytes) -> str:
    if not head:
        return "The file is empty."
    if _MARKUP.match(head) or head.startswith((b"\xff\xfe<\x00", b"\xfe\xff\x00<")):
        return "The file is HTML, SVG or other XML (perhaps a sign-in page), which can carry script."
    if b"%PDF-" in head:
        return "The file is a PDF, which can carry script."
    if b"avis" in _brands(head):
        return "The file is an animated AVIF; of AVIF, still pictures are accepted."
    if head[4:8] == b"ftyp" and head[8:12] in _PICTURE_BRANDS:
        return "The file is HEIC or another HEIF, which no browser but Safari shows."
    return (
        "The file is not of a type that is recognized:"
        " JPEG, PNG, WebP, AVIF, GIF, BMP, TIFF, MP4, WebM, PCD, PLY or LAS."
    )
