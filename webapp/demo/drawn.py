"""The drawn library as a demo: two datasets, and slices that a curator might have made."""

from __future__ import annotations

from collections.abc import Callable

from webapp.demo.contents import DatasetEntry, ImageEntry, LabelEntry, SceneEntry, SliceEntry
from webapp.demo.drawing.film import Metadata
from webapp.demo.drawing.library import Drawn, DrawnFilm, Library


def datasets_of_library(library: Library) -> tuple[DatasetEntry, ...]:
    stills = tuple(_still(drawn) for drawn in library.stills)
    slices = (
        _slice(
            "Rain or snow in the dark", stills, lambda facts: facts["weather"] in ("rain", "snow") and _is_dark(facts)
        ),
        _slice("Busy streets", stills, lambda facts: int(facts["cars"]) + int(facts["pedestrians"]) >= 7),
    )
    return (
        DatasetEntry("dusk-stills", images=stills, slices=tuple(one for one in slices if one.reference_ids)),
        DatasetEntry("dusk-driving", scenes=tuple(_scene(film) for film in library.films)),
    )


def _still(drawn: Drawn) -> ImageEntry:
    name = drawn.path.rpartition("/")[2].removesuffix(".jpg")
    return ImageEntry(name, drawn.path, drawn.width, drawn.height, drawn.metadata, _labels(drawn, scene=""))


def _scene(film: DrawnFilm) -> SceneEntry:
    frames = tuple(
        ImageEntry(
            f"{film.name}/{index:04d}",
            frame.path,
            frame.width,
            frame.height,
            frame.metadata,
            _labels(frame, scene=film.name),
        )
        for index, frame in enumerate(film.frames)
    )
    return SceneEntry(film.name, film.path, film.frame_rate if frames else None, frames, film.metadata)


def _labels(drawn: Drawn, *, scene: str) -> tuple[LabelEntry, ...]:
    """What is to be seen, as an annotator would have boxed it; in a film each thing is a track of the scene."""
    return tuple(
        LabelEntry(
            one.label,
            one.x,
            one.y,
            one.width,
            one.height,
            f"{scene}/{one.name}" if scene else "",
            {"distance_m": one.distance_m},
        )
        for one in drawn.things
    )


def _slice(name: str, stills: tuple[ImageEntry, ...], holds: Callable[[Metadata], bool]) -> SliceEntry:
    return SliceEntry(name, tuple(still.reference_id for still in stills if holds(still.metadata)))


def _is_dark(facts: Metadata) -> bool:
    return facts["time_of_day"] in ("dusk", "night")
