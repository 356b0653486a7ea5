"""How large an AVIF is, from its boxes: real ones, and every way of lying about it."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from webapp.courier.dimensions import Malformed, Size, dimensions
from webapp.courier.limits import LIMITS, MediaKind
from webapp.courier.signature import MediaType, media_type

FTYP = b"\x00\x00\x00\x1cftypavif\0\0\0\0avifmif1miaf"


def drawn(**how: object) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").convert("RGBA").resize((123, 45)).save(out, "AVIF", **how)
    return out.getvalue()


def turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return drawn(exif=exif)


REAL = drawn()


def size_of(data: bytes) -> Size | None:
    assert media_type(data[:512], MediaKind.IMAGE) is MediaType.AVIF
    return dimensions(io.BytesIO(data), MediaType.AVIF, LIMITS[MediaKind.IMAGE])


def box(name: bytes, *body: bytes, is_full: bool = False) -> bytes:
    inner = (bytes(4) if is_full else b"") + b"".join(body)
    return struct.pack(">I4s", 8 + len(inner), name) + inner


def ispe(width: int, height: int) -> bytes:
    return box(b"ispe", struct.pack(">II", width, height), is_full=True)


def ipma(*entries: tuple[int, list[int]], version: int = 0, is_wide: bool = False) -> bytes:
    form = ">I" if version else ">H"
    rows = [
        struct.pack(form, item)
        + bytes([len(places)])
        + b"".join(struct.pack(">H" if is_wide else ">B", place) for place in places)
        for item, places in entries
    ]
    return box(b"ipma", bytes([version, 0, 0, is_wide]), struct.pack(">I", len(rows)), *rows)


PITM = box(b"pitm", struct.pack(">H", 1), is_full=True)
MDAT = box(b"mdat", b"av01")
THUMBNAIL, PICTURE, TURN = ispe(4000, 4000), ispe(64, 48), box(b"irot", b"\x01")
PROPERTIES = box(b"ipco", THUMBNAIL, PICTURE, TURN)


def avif(*meta: bytes, data: bytes = MDAT) -> bytes:
    return FTYP + box(b"meta", *meta, is_full=True) + data


def of(*tables: bytes, properties: bytes = PROPERTIES) -> bytes:
    return avif(PITM, box(b"iprp", properties, *tables))


def test_the_extent_of_a_real_picture_is_read_and_a_rotation_counts() -> None:
    assert size_of(REAL) == Size(123, 45)
    assert size_of(turned()) == Size(45, 123)


def test_a_real_picture_that_ends_anywhere_is_refused_with_a_sentence() -> None:
    for end in range(40, len(REAL)):
        with pytest.raises(Malformed) as refused:
            size_of(REAL[:end])
        assert refused.value.sentence.endswith(".")


@given(st.dictionaries(st.integers(40, 400), st.integers(0, 255), min_size=1, max_size=4))
def test_changed_bytes_are_answered_or_refused_and_nothing_else(changes: dict[int, int]) -> None:
    data = bytearray(REAL)
    for at, byte in changes.items():
        data[at % len(data)] = byte
    try:
        size = dimensions(io.BytesIO(bytes(data)), MediaType.AVIF, LIMITS[MediaKind.IMAGE])
    except Malformed:
        return
    assert size is not None
    assert size.width * size.height <= LIMITS[MediaKind.IMAGE].max_pixels


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (of(ipma((2, [1]), (1, [2]))), Size(64, 48)),
        (of(ipma((1, [0x82, 0x83]))), Size(48, 64)),
        (of(ipma((1, [0x8002, 0]), version=1, is_wide=True)), Size(64, 48)),
        (of(ipma((2, [1])), ipma((1, [2]), version=1)), Size(64, 48)),
        (MDAT.join([FTYP, avif(PITM, box(b"iprp", PROPERTIES, ipma((1, [2]))), data=b"")[len(FTYP) :]]), Size(64, 48)),
    ],
    ids=["not the thumbnail's", "turned", "wide places", "two tables", "data first"],
)
def test_what_counts_is_the_item_that_is_shown(data: bytes, size: Size) -> None:
    assert size_of(data) == size


@pytest.mark.parametrize(
    "data",
    [
        of(ipma((2, [2]))),
        of(ipma((1, [1, 2]))),
        of(ipma((1, [1])), ipma((1, [2]), version=1)),
        of(ipma((1, [9]))),
        of(ipma((1, [2, 3, 3]))),
        of(),
        avif(PITM, PITM, box(b"iprp", PROPERTIES, ipma((1, [2])))),
        avif(PITM, *[box(b"iprp", PROPERTIES, ipma((1, [2])))] * 2),
        avif(box(b"iprp", PROPERTIES, ipma((1, [2])))),
        of(ipma((1, [1])), properties=box(b"ipco", box(b"ispe", bytes(9), is_full=True))),
        of(ipma((1, [1])), properties=box(b"ipco", PICTURE, b"\0\0\0\x01ispe")),
        of(ipma((1, [1])), properties=box(b"ipco", *[PICTURE] * 4097)),
        avif(PITM, *[box(b"free")] * 65, box(b"iprp", PROPERTIES, ipma((1, [2])))),
        avif(PITM, box(b"free", bytes(1024 * 1024)), box(b"iprp", PROPERTIES, ipma((1, [2])))),
        FTYP + box(b"free") * 80 + of(ipma((1, [2])))[len(FTYP) :],
        of(ipma((1, [2]))).removesuffix(MDAT),
        of(ipma((1, [2])))[:-1],
        of(ipma((1, [1])), properties=box(b"ipco", ispe(0, 48))),
        of(ipma((1, [1])), properties=box(b"ipco", ispe(60_000, 60_000))),
    ],
)
def test_what_says_no_extent_or_more_than_one_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        size_of(data)
