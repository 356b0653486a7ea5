"""What goes with items, scenes and datasets: rooms to the right register it here, and the deletion verbs call it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from webapp.datasets.models import Dataset


@dataclass(frozen=True, slots=True)
class Departure:
    """What one room removes before the rows that its own rows point to.

    `items` and `scenes` are called with a locked dataset and the keys of what is about to go; for a scene, `items`
    has been called with its frames. `dataset` removes at most so many rows of a hidden dataset and says whether any
    may be left. `named_files` says which of these stored files, by key, a row names.
    """

    items: Callable[[Dataset, Sequence[int]], None]
    scenes: Callable[[Dataset, Sequence[int]], None]
    dataset: Callable[[int, int], bool]
    named_files: Callable[[Collection[int]], set[int]]


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


def files_named(pks: Collection[int]) -> set[int]:
    """Which of these stored files a room to the right names."""
    return {pk for departure in DEPARTURES for pk in departure.named_files(pks)}
