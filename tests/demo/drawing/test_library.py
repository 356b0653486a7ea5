"""Drawing everything: once, whole, and in the same bytes everywhere."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from webapp.demo.drawing.film import FILMS
from webapp.demo.drawing.library import MANIFEST, Library, Plan, draw_library, read_library
from webapp.demo.drawing.marks import read_number
from webapp.demo.drawing.stills import planned_stills


@pytest.fixture(scope="module")
def plan() -> Plan:
    films = replace(FILMS[0], frame_count=3), replace(FILMS[1], frame_count=2)
    return Plan(films=films, stills=planned_stills()[:2])


@pytest.fixture(scope="module")
def folder(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("media")
    draw_library(folder, lambda done, total: None, plan)
    return folder


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_manifest_names_every_file_with_its_size(folder: Path) -> None:
    library = read_library(folder)
    assert isinstance(library, Library)
    assert set(library.paths) | {MANIFEST} == set(digests(folder))
    for drawn in (*library.stills, *library.films[0].frames):
        with Image.open(folder / drawn.path) as image:
            assert image.size == (drawn.width, drawn.height)


def test_frames_carry_their_numbers_and_the_second_film_is_an_mp4_alone(folder: Path) -> None:
    library = read_library(folder)
    assert library is not None
    with_frames, alone = library.films
    assert [read_number(Image.open(folder / frame.path)) for frame in with_frames.frames] == [0, 1, 2]
    assert (alone.frames, alone.frame_count) == ((), 2)


def test_what_is_seen_lies_in_its_picture_and_keeps_its_name_from_frame_to_frame(folder: Path) -> None:
    library = read_library(folder)
    assert library is not None
    frames = library.films[0].frames
    for drawn in (*library.stills, *frames):
        for one in drawn.things:
            assert 0 <= one.x < one.x + one.width <= drawn.width
            assert 0 <= one.y < one.y + one.height <= drawn.height
    leading = [next(one for one in frame.things if one.name == "vehicle-00") for frame in frames]
    assert {one.label for one in leading} == {"car"}
    assert len({(one.x, one.y, one.width) for one in leading}) > 1


def test_drawing_again_draws_nothing(folder: Path, plan: Plan) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    steps: list[int] = []
    draw_library(folder, lambda done, total: steps.append(done), plan)
    assert steps == []
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_missing_file_is_drawn_again_in_the_same_bytes(folder: Path, plan: Plan) -> None:
    before = digests(folder)
    (folder / "stills" / "still-001.jpg").unlink()
    assert read_library(folder) is None
    steps: list[tuple[int, int]] = []
    draw_library(folder, lambda done, total: steps.append((done, total)), plan)
    assert digests(folder) == before
    assert steps == [(step, 7) for step in range(1, 8)]


@pytest.mark.parametrize("manifest", [b"", b"{", b'{"version":1}', b'{"version":0,"stills":[],"films":[]}'])
def test_manifest_that_is_damaged_or_old_counts_as_none(tmp_path: Path, manifest: bytes) -> None:
    (tmp_path / MANIFEST).write_bytes(manifest)
    assert read_library(tmp_path) is None
