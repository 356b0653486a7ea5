"""What goes with items, scenes and datasets: rooms to the right register it here, and the deletion verbs call it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from webapp.datasets.models import Dataset


@dataclass(frozen=True, slots=True)
class Departure:
    """What one room removes before the rows that its own rows point to.

    `items` and `scenes` are called with a locked dataset and the keys of what is about to go; for a scene, `items`
    has been called with its frames. `dataset` removes at most so many rows of a hidden dataset and says whether any
    may be left. `names_file` says whether a row names a stored file, by its key.
    """

    items: Callable[[Dataset, Sequence[int]], None]
    scenes: Callable[[Dataset, Sequence[int]], None]
    dataset: Callable[[int, int], bool]
    names_file: Callable[[int], bool]


DEPARTURES: list[Departure] = []


def register_departure(departure: Departure) -> None:
    """Take part in every deletion from now on; rooms call it in AppConfig.ready."""
    DEPARTURES.append(departure)


def before_items_go(dataset: Dataset, pks: Sequence[int]) -> None:
    for departure in DEPARTURES:
        departure.items(dataset, pks)


def before_scenes_go(dataset: Dataset, pks: Sequence[int]) -> None:
    for departure in DEPARTURES:
        departure.scenes(dataset, pks)


def is_file_named(pk: int) -> bool:
    """Whether a room to the right names the stored file."""
    return any(departure.names_file(pk) for departure in DEPARTURES)
