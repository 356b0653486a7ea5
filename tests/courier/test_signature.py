"""What a file is and how large, told from its bytes: real files, awkward ones, and any bytes at all."""

import io
import struct
import warnings
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.shared_data import SHARED_DATA, shared
from webapp.courier.dimensions import Malformed, Size, dimensions
from webapp.courier.limits import LIMITS, MediaKind
from webapp.courier.signature import HEAD_BYTES, KIND_OF, MediaType, NotMedia, media_type

LIMIT = LIMITS[MediaKind.IMAGE]
FORMATS = {one: one for one in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")} | {"MPO": "JPEG"}
REFUSED = {
    *("animated.avif", "script.svg", "no_size.svg", "text_named.jpg", "zero_byte.jpg", "zero_byte.mp4"),
    *("h264_in_mkv.mkv", "mjpeg.avi", "expected.json"),
}
# A header and nothing (or less) after it, and one that claims too much.
WITHOUT_SIZE = {"huge_30000x20000.png", "lying_header.png"}


def type_of(data: bytes) -> MediaType | None:
    for kind in MediaKind:
        try:
            return media_type(data[:HEAD_BYTES], kind)
        except NotMedia:
            continue
    return None


def size_of(data: bytes) -> Size | None:
    found = type_of(data)
    assert found is not None
    return dimensions(io.BytesIO(data), found, LIMIT)


def reference(data: bytes) -> tuple[str, Size] | None:
    """What Pillow says, None when it does not know."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=list(FORMATS)) as image:
                return FORMATS[str(image.format)], Size(*image.size)
    except Exception:
        return None


def awkward() -> list[Path]:
    return sorted((SHARED_DATA / "awkward").glob("*")) if SHARED_DATA.exists() else []


def drawn(format: str, **how: object) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").resize((123, 45)).save(out, format, **how)
    return out.getvalue()


DRAWN = {
    "jpeg": drawn("JPEG"),
    "progressive": drawn("JPEG", progressive=True),
    "jpeg with exif": drawn("JPEG", exif=b"Exif\0\0" + bytes(60_000)),
    "png": drawn("PNG"),
    "webp": drawn("WEBP"),
    "lossless webp": drawn("WEBP", lossless=True),
    "webp with exif": drawn("WEBP", exif=b"Exif\0\0" + bytes(99)),
    "gif": drawn("GIF"),
    "bmp": drawn("BMP"),
    "tiff": drawn("TIFF"),
    "packed tiff": drawn("TIFF", compression="tiff_lzw"),
    "avif": drawn("AVIF"),
}


@pytest.mark.parametrize("name", DRAWN)
def test_dimensions_of_every_format_are_read_from_its_header(name: str) -> None:
    assert size_of(DRAWN[name]) == Size(123, 45)


@pytest.mark.parametrize("path", awkward(), ids=lambda path: path.name)
def test_awkward_file_is_told_as_the_reference_reader_tells_it(path: Path) -> None:
    data = path.read_bytes()
    found = type_of(data)
    if path.name in REFUSED:
        assert found is None
        return
    assert found is not None
    if KIND_OF[found] is MediaKind.VIDEO:
        assert size_of(data) is None
        return
    said = reference(data)
    if path.name in WITHOUT_SIZE:
        with pytest.raises(Malformed):
            size_of(data)
    else:
        # Of a file that stops after its header the reference says nothing.
        assert said in (None, (found.name, size_of(data)))


def test_photographs_are_told_as_the_reference_reader_tells_them() -> None:
    for path in sorted(shared("images/coco_cc/images").glob("*.jpg")):
        data = path.read_bytes()
        assert reference(data) == ("JPEG", size_of(data)), path.name


@settings(deadline=None)
@given(st.data())
def test_damaged_picture_is_refused_or_told_as_the_reference_reader_tells_it(data: st.DataObject) -> None:
    original = DRAWN[data.draw(st.sampled_from(sorted(DRAWN)))]
    damaged = bytearray(original[: data.draw(st.integers(0, len(original)))])
    for _ in range(data.draw(st.integers(0, 3)) if damaged else 0):
        damaged[data.draw(st.integers(0, min(len(damaged), 400) - 1))] = data.draw(st.integers(0, 255))
    found = type_of(bytes(damaged))
    if found is None or KIND_OF[found] is not MediaKind.IMAGE:
        return
    try:
        size = dimensions(io.BytesIO(bytes(damaged)), found, LIMIT)
    except Malformed:
        return
    said = reference(bytes(damaged))
    # Decoders refuse for more reasons than dimensions; where one is content, it sees what was told, or less.
    if said is not None and said[0] == found.name:
        assert size is not None
        assert max(said[1].width, said[1].height) <= LIMIT.max_side_px
        assert said[1] == size


@given(st.binary(max_size=600), st.sampled_from(list(MediaType)))
def test_no_bytes_make_a_reader_do_anything_but_answer_or_refuse(data: bytes, claimed: MediaType) -> None:
    try:
        size = dimensions(io.BytesIO(data), claimed, LIMIT)
    except Malformed:
        return
    if size is not None:
        assert 1 <= size.width * size.height <= LIMIT.max_pixels


def test_picture_of_two_and_a_half_gigapixels_is_refused_by_its_header() -> None:
    claimed = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBB", 13, b"IHDR", 50_000, 50_000, 8, 2, 0, 0, 0)
    with pytest.raises(Malformed, match="50000 x 50000"):
        size_of(claimed)


def test_gif_is_as_large_as_its_first_picture_whatever_its_screen_says() -> None:
    gif = bytearray(DRAWN["gif"])
    gif[6:10] = bytes([1, 0, 1, 0])
    assert size_of(bytes(gif)) == Size(123, 45)
    at = gif.index(b"\x2c\0\0\0\0\x7b\0\x2d\0")
    gif[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    with pytest.raises(Malformed, match="65535 x 65535"):
        size_of(bytes(gif))


def test_side_of_65536_pixels_is_one_too_many() -> None:
    def png(width: int) -> bytes:
        return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBB", 13, b"IHDR", width, 2, 8, 2, 0, 0, 0)

    assert size_of(png(65_535)) == Size(65_535, 2)
    with pytest.raises(Malformed):
        size_of(png(65_536))


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"", "empty"),
        (b"<!doctype html><title>Sign in</title>", "HTML"),
        (b"\xef\xbb\xbf  <html>", "HTML"),
        (b"\n<svg xmlns='http://www.w3.org/2000/svg'>", "SVG"),
        (b"<?xml version='1.0'?>", "XML"),
        (b"\xff\xfe<\x00s\x00v\x00g\x00", "SVG"),
        (b"%PDF-1.7", "PDF"),
        (b"junk before\n%PDF-1.4", "PDF"),
        (b"BM is how this letter begins, dear reader", "not of a type"),
        (b"PK\x03\x04", "not of a type"),
        (b"\x7fELF", "not of a type"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "not of a type"),
        (b"\x00\x00\x00\x1cftypheic\0\0\0\0mif1heic", "Safari"),
        (b"\x00\x00\x00\x1cftypavis\0\0\0\0avifmif1", "still pictures"),
    ],
)
def test_what_is_no_media_is_refused_by_what_it_looks_like(head: bytes, words: str) -> None:
    for kind in MediaKind:
        with pytest.raises(NotMedia, match=words):
            media_type(head, kind)


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"LASF\x00\x00", MediaType.LAS),
        (b"ply\nformat binary_little_endian 1.0\nelement vertex 3\n", MediaType.PLY),
        (b"ply\r\nformat ascii 1.0\r\n", MediaType.PLY),
        (b"# .PCD v0.7 - Point Cloud Data file format\nVERSION 0.7\nFIELDS x y z\n", MediaType.PCD),
        (b"VERSION .7\nFIELDS x y z\n", MediaType.PCD),
    ],
)
def test_point_cloud_is_known_by_its_header(head: bytes, found: MediaType) -> None:
    assert media_type(head, MediaKind.POINT_CLOUD) is found
    with pytest.raises(NotMedia, match="declared as image"):
        media_type(head, MediaKind.IMAGE)
