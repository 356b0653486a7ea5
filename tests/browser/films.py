"""Films whose frames carry their numbers in their own pixels, so that a picture on screen can be held to its word."""

from __future__ import annotations

import colorsys
import functools
import io
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from PIL import Image, ImageDraw

from tests.shared_data import shared
from webapp.demo.drawing.marks import BAR_HEIGHT, BITS, paint_marks

LIT = 115


@dataclass(frozen=True, slots=True)
class Strip:
    """Where a picture carries its number: equal blocks over the whole width, the highest bit first, lit is one.

    `row` is the middle of the blocks as a fraction of the picture's height.
    """

    blocks: int
    row: float

    def read(self, image: Image.Image) -> int:
        """The number in a picture of any size, or in a clip of it."""
        gray = image.convert("L")
        row = min(gray.height - 1, int(gray.height * self.row))
        number = 0
        for block in range(self.blocks):
            column = int((block + 0.5) * gray.width / self.blocks)
            middle = gray.crop((max(0, column - 1), row, column + 2, row + 1))
            number = number * 2 + (sum(middle.get_flattened_data()) / middle.width > LIT)
        return number


@dataclass(frozen=True, slots=True)
class Film:
    """The same pictures twice: `stills` as encoded images, and as an mp4. `rate_hz` is in frames a second."""

    stills: tuple[bytes, ...]
    mp4: bytes
    rate_hz: float
    strip: Strip


DRAWN_STRIP = Strip(BITS, 1 - BAR_HEIGHT / 2)
# Twenty rows of 540, as data/scripts/read_frame_strip.py of the shared data reads them.
CUTOUT_STRIP = Strip(16, 1 - 10 / 540)


@functools.cache
def draw_film(count: int, *, rate_hz: int = 30, size: tuple[int, int] = (480, 270), group: int = 30) -> Film:
    """`count` frames with their numbers, every two of them different all over; a key frame each `group` frames."""
    pictures = [draw_frame(index, size) for index in range(count)]
    stills = tuple(encode_still(picture) for picture in pictures)
    return Film(stills, encode_mp4(pictures, rate_hz=rate_hz, group=group), rate_hz, DRAWN_STRIP)


def draw_stills(count: int) -> list[bytes]:
    """The first `count` frames as pictures; each is drawn once a run."""
    return [_draw_still(index) for index in range(count)]


@functools.cache
def _draw_still(index: int) -> bytes:
    return encode_still(draw_frame(index))


def draw_frame(index: int, size: tuple[int, int] = (480, 270)) -> Image.Image:
    red, green, blue = (round(200 * part) for part in colorsys.hsv_to_rgb(index * 0.381966 % 1, 0.6, 0.8))
    picture = Image.new("RGB", size, (red, green, blue))
    place = index * 7 % (size[0] - 60)
    ImageDraw.Draw(picture).ellipse((place, size[1] // 3, place + 60, size[1] // 3 + 60), fill=(240, 240, 236))
    return paint_marks(picture, index, "")


def encode_still(picture: Image.Image, format: str = "JPEG") -> bytes:
    out = io.BytesIO()
    picture.save(out, format)
    return out.getvalue()


def encode_mp4(pictures: Iterable[Image.Image], *, rate_hz: int, group: int = 30, codec: str = "libx264") -> bytes:
    """An mp4 with its index in front and two B-frames between the others, as encoders make by default."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "film.mp4"
        _write_mp4(file, pictures, rate_hz=rate_hz, group=group, codec=codec)
        return file.read_bytes()


def _write_mp4(file: Path, pictures: Iterable[Image.Image], *, rate_hz: int, group: int, codec: str) -> None:
    with av.open(str(file), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream(codec, rate=rate_hz)
        stream.pix_fmt = "yuv420p"
        stream.codec_context.gop_size = group
        stream.options = {"preset": "superfast", "crf": "21", "bf": "2"}
        if codec == "libx265":
            stream.options = {"preset": "ultrafast", "x265-params": "log-level=none"}
        for index, picture in enumerate(pictures):
            if index == 0:
                stream.width, stream.height = picture.size
            frame = av.VideoFrame.from_image(picture)
            frame.pts, frame.time_base = index, Fraction(1, rate_hz)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def cutout_film() -> Film:
    """150 real frames with their numbers; skips the test where the shared data are not there."""
    folder = shared("video/cutout_tracking")
    stills = tuple(path.read_bytes() for path in sorted((folder / "frames").glob("*.jpg")))
    return Film(stills, (folder / "video.mp4").read_bytes(), 25, CUTOUT_STRIP)
