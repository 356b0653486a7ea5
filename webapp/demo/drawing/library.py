"""All of the demo's own media: drawn once into a folder, with a manifest that says what is there.

The manifest is written last and at once, so a folder with a manifest is complete; it is drawn anew
when the drawing has changed or a file is missing.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from math import ceil, floor
from multiprocessing.pool import Pool
from pathlib import Path

import msgspec
from PIL import Image

from webapp.demo.drawing.easel import Sighting
from webapp.demo.drawing.film import FILMS, HEIGHT, WIDTH, Film, Frame, Metadata, paint_frame, write_mp4
from webapp.demo.drawing.stills import Still, paint_still, planned_stills

# To be raised whenever the pictures change.
DRAWING_VERSION = 2
JPEG_QUALITY = 80
MANIFEST = "manifest.json"

Progress = Callable[[int, int], None]


class DrawnThing(msgspec.Struct, frozen=True):
    """Something in a picture: what an annotator would call it, its box in whole pixels, and which one it is."""

    label: str
    x: int
    y: int
    width: int
    height: int
    name: str
    distance_m: float


class Drawn(msgspec.Struct, frozen=True):
    """One picture: its path below the folder, its size in pixels, and what is in it."""

    path: str
    width: int
    height: int
    metadata: Metadata
    things: tuple[DrawnThing, ...]


class DrawnFilm(msgspec.Struct, frozen=True):
    """`path` is the mp4; `frames` is empty for a film that exists as an mp4 alone."""

    name: str
    path: str
    frame_rate: int
    frame_count: int
    frames: tuple[Drawn, ...]
    metadata: Metadata


class Library(msgspec.Struct, frozen=True):
    version: int
    stills: tuple[Drawn, ...]
    films: tuple[DrawnFilm, ...]

    @property
    def paths(self) -> Iterator[str]:
        yield from (still.path for still in self.stills)
        for film in self.films:
            yield film.path
            yield from (frame.path for frame in film.frames)


def read_library(folder: Path) -> Library | None:
    """What was drawn there; None when it must be drawn (again)."""
    try:
        library = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Library)
    except (OSError, msgspec.DecodeError):
        return None
    is_current = library.version == DRAWING_VERSION and all((folder / path).is_file() for path in library.paths)
    return library if is_current else None


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be drawn."""

    films: tuple[Film, ...] = FILMS
    stills: tuple[Still, ...] = field(default_factory=planned_stills)

    @property
    def size(self) -> int:
        return len(self.stills) + sum(film.frame_count for film in self.films)


def draw_library(folder: Path, progress: Progress, plan: Plan | None = None) -> Library:
    """Draw everything into the folder, or return at once what is already there."""
    if (library := read_library(folder)) is not None:
        return library
    plan = plan or Plan()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    done = count(1)

    def step() -> None:
        progress(next(done), plan.size)

    # Spawned, not forked: the parent may hold a database connection. Ctrl-C is the parent's alone to handle.
    context = multiprocessing.get_context("spawn")
    with context.Pool(min(8, os.cpu_count() or 1), signal.signal, (signal.SIGINT, signal.SIG_IGN)) as pool:
        films = tuple(_draw_film(folder, film, pool, step) for film in plan.films)
        stills = tuple(_draw_stills(folder, plan.stills, pool, step))
    library = Library(DRAWING_VERSION, stills, films)
    part = folder / f"{MANIFEST}.part"
    part.write_bytes(msgspec.json.encode(library))
    part.replace(folder / MANIFEST)
    return library


def _draw_stills(folder: Path, stills: tuple[Still, ...], pool: Pool, step: Callable[[], None]) -> Iterator[Drawn]:
    for drawn in pool.imap(_draw_still, [(folder, still) for still in stills]):
        step()
        yield drawn


def _draw_film(folder: Path, film: Film, pool: Pool, step: Callable[[], None]) -> DrawnFilm:
    frames: list[Drawn] = []

    def painted() -> Iterator[Image.Image]:
        tasks = [(folder, film, index) for index in range(film.frame_count)]
        for drawn, pixels in pool.imap(_draw_frame, tasks, chunksize=4):
            frames.append(drawn)
            step()
            yield Image.frombytes("RGB", (WIDTH, HEIGHT), pixels)

    path = f"driving/{film.name}.mp4"
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    write_mp4(folder / path, painted(), width=WIDTH, height=HEIGHT, frame_rate=film.frame_rate)
    kept = tuple(frames) if film.has_frames else ()
    return DrawnFilm(film.name, path, film.frame_rate, film.frame_count, kept, film.metadata)


def _draw_frame(task: tuple[Path, Film, int]) -> tuple[Drawn, bytes]:
    """In a process of the pool: the frame's description and its pixels, for the mp4."""
    folder, film, index = task
    frame = paint_frame(film, index)
    path = f"driving/{film.name}/frame-{index:04d}.jpg"
    if film.has_frames:
        _save(frame.image, folder / path)
    return Drawn(path, WIDTH, HEIGHT, frame.metadata, _things(frame)), frame.image.tobytes()


def _draw_still(task: tuple[Path, Still]) -> Drawn:
    folder, still = task
    frame = paint_still(still)
    path = f"stills/still-{still.index + 1:03d}.jpg"
    _save(frame.image, folder / path)
    return Drawn(path, frame.image.width, frame.image.height, frame.metadata, _things(frame))


def _things(frame: Frame) -> tuple[DrawnThing, ...]:
    return tuple(_thing(one) for one in frame.seen)


def _thing(one: Sighting) -> DrawnThing:
    left, top = floor(one.left), floor(one.top)
    size = ceil(one.right) - left, ceil(one.bottom) - top
    return DrawnThing(one.label, left, top, *size, one.name, round(one.distance, 1))


def _save(image: Image.Image, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, "JPEG", quality=JPEG_QUALITY, optimize=True)
