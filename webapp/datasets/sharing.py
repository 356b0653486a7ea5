"""What promotions do when items are deleted, lead elsewhere, or are asked for by an append.

The room of promotions stands to the right and registers itself here; the verbs of datasets call it under a dataset's
lock, before they lock anything but it, and record the notes they get with their own act.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from webapp.accounts.audit import Note
from webapp.accounts.viewer import Viewer
from webapp.datasets.models import Dataset
from webapp.privacy.media_url import MediaUrl


@dataclass(frozen=True, slots=True)
class Sharing:
    """`delete`: items of a locked dataset are about to go, with the copies of them. `lead`: they are about to have
    these addresses, by their keys; a copy of another address goes. `close`: the whole dataset is about to be hidden.
    `ask`: an append, known by its key, said `upload_to_scale: true` of these items; their addresses are stored.
    """

    delete: Callable[[Dataset, Sequence[int]], list[Note]]
    lead: Callable[[Dataset, Mapping[int, MediaUrl]], list[Note]]
    close: Callable[[Dataset], list[Note]]
    ask: Callable[[Viewer, Dataset, Sequence[int], str], list[Note]]


SHARINGS: list[Sharing] = []


def register_sharing(sharing: Sharing) -> None:
    """Take part from now on; called in AppConfig.ready."""
    SHARINGS.append(sharing)


def before_items_are_deleted(dataset: Dataset, pks: Sequence[int]) -> list[Note]:
    return [note for one in SHARINGS for note in one.delete(dataset, pks)] if pks else []


def before_items_lead_to(dataset: Dataset, addresses: Mapping[int, MediaUrl]) -> list[Note]:
    return [note for one in SHARINGS for note in one.lead(dataset, addresses)] if addresses else []


def before_dataset_is_hidden(dataset: Dataset) -> list[Note]:
    return [note for one in SHARINGS for note in one.close(dataset)]


def append_asks(viewer: Viewer, dataset: Dataset, pks: Sequence[int], append_key: str) -> list[Note]:
    return [note for one in SHARINGS for note in one.ask(viewer, dataset, pks, append_key)] if pks else []
