"""The films: the same every time, and frame i of the mp4 is frame i."""

from dataclasses import replace
from pathlib import Path

import av
import pytest
from PIL import Image, ImageChops, ImageStat

from webapp.demo.drawing.film import FILMS, GROUP_OF_PICTURES, HEIGHT, WIDTH, Film, paint_frame, write_mp4
from webapp.demo.drawing.marks import read_number

COUNT = 36


@pytest.fixture(scope="module")
def film() -> Film:
    return replace(FILMS[0], frame_count=COUNT)


@pytest.fixture(scope="module")
def frames(film: Film) -> list[Image.Image]:
    return [paint_frame(film, index).image for index in range(COUNT)]


@pytest.fixture(scope="module")
def mp4(frames: list[Image.Image], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    write_mp4(path, frames, width=WIDTH, height=HEIGHT, frame_rate=30)
    return path


def error_between(one: Image.Image, other: Image.Image) -> float:
    """The mean squared difference of two pictures."""
    channels = ImageStat.Stat(ImageChops.difference(one, other)).sum2
    return sum(channels) / (3 * one.width * one.height)


def test_frame_of_the_mp4_is_the_frame_of_the_same_index(mp4: Path, frames: list[Image.Image]) -> None:
    with av.open(str(mp4)) as container:
        decoded = [frame.to_image() for frame in container.decode(video=0)]
    assert [read_number(image) for image in decoded] == list(range(COUNT))
    for index, image in enumerate(decoded):
        own = error_between(image, frames[index])
        neighbors = [error_between(image, frames[near]) for near in (index - 1, index + 1) if 0 <= near < COUNT]
        # PSNR above 30 dB, and at least 3 dB above that of the frames beside it.
        assert own < 65
        assert own * 2 < min(neighbors)


def test_mp4_is_what_browsers_play_and_can_seek(mp4: Path) -> None:
    with av.open(str(mp4)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (stream.average_rate, stream.frames) == (30, COUNT)
        assert container.streams.audio == ()
        packets = [packet for packet in container.demux(stream) if packet.size]
    times = [packet.pts for packet in packets if packet.pts is not None and packet.time_base is not None]
    assert [float(time * packets[0].time_base * 30) for time in times] == list(range(COUNT))
    assert [index for index, packet in enumerate(packets) if packet.is_keyframe] == [0, GROUP_OF_PICTURES]
    head = mp4.read_bytes()
    assert head.index(b"moov") < head.index(b"mdat")


def test_frame_is_the_same_whenever_it_is_painted(film: Film, frames: list[Image.Image]) -> None:
    assert paint_frame(film, 7).image.tobytes() == frames[7].tobytes()
    assert frames[7].tobytes() != frames[8].tobytes()


def test_metadata_of_frames_move_with_the_car(film: Film) -> None:
    first, last = paint_frame(film, 0).metadata, paint_frame(film, COUNT - 1).metadata
    assert (first["frame"], last["frame"]) == (0, COUNT - 1)
    assert str(last["captured_at"]) > str(first["captured_at"])
    assert float(last["lat"]) > float(first["lat"])
    assert 10 < float(first["speed_kmh"]) < 60
