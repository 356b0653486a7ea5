"""Who keeps something beside the rows of items and scenes is told here which rows changed, in the same transaction.

Deletions are told by departures.py. Whoever writes metadata or adds rows under a dataset's lock calls `rows_added` or
`rows_changed` before the transaction ends; rows.py does it for items.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

ITEM, SCENE = "item", "scene"


@dataclass(frozen=True, slots=True)
class Listener:
    """Both take a dataset's key and a level, "item" or "scene".

    `added`: rows with this key or a higher one are new. Keys ascend within a dataset, for its lock is held. `changed`:
    the metadata of the rows with these keys is another now, or the rows are back.
    """

    added: Callable[[int, str, int], None]
    changed: Callable[[int, str, Sequence[int]], None]


LISTENERS: list[Listener] = []


def register_listener(listener: Listener) -> None:
    """Hear of every change from now on; rooms call it in AppConfig.ready."""
    LISTENERS.append(listener)


def rows_added(dataset_pk: int, level: str, first: int) -> None:
    for listener in LISTENERS:
        listener.added(dataset_pk, level, first)


def rows_changed(dataset_pk: int, level: str, pks: Sequence[int]) -> None:
    if not pks:
        return
    for listener in LISTENERS:
        listener.changed(dataset_pk, level, pks)
