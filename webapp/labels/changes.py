"""Who keeps something beside annotations is told here of which items they changed, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection

# Takes a dataset's key and the keys of items of which annotations came, went or are of another class now.
Listener = Callable[[int, Collection[int]], None]

LISTENERS: list[Listener] = []


def register_listener(listener: Listener) -> None:
    """Hear of every change from now on; rooms call it in AppConfig.ready."""
    LISTENERS.append(listener)


def annotations_changed(dataset_pk: int, item_pks: Collection[int]) -> None:
    """Whoever writes or removes annotations of a locked dataset calls it before the transaction ends."""
    if not item_pks:
        return
    for listener in LISTENERS:
        listener(dataset_pk, item_pks)
