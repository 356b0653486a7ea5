"""Which dataset each prediction is for, where the address names none: by `item_id`, or by reference id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from webapp.accounts.viewer import Viewer
from webapp.datasets import queries
from webapp.datasets.drafts import RowRefused
from webapp.datasets.models import Dataset
from webapp.labels.drafts import LabelDraft
from webapp.privacy import public_id


@dataclass
class Targets:
    """The drafts by the key of their dataset, each in the order sent, and those that have none."""

    by_dataset: dict[int, list[LabelDraft]] = field(default_factory=dict)
    unknown: list[RowRefused] = field(default_factory=list)


def targets_of(viewer: Viewer, rows: Sequence[Any], drafts: Sequence[LabelDraft], known: Iterable[Dataset]) -> Targets:
    """`known` are the datasets that a reference id alone may mean; where none of them has it, any of the team's."""
    of_items = queries.datasets_of_items(viewer, {one.item_pk for one in drafts if one.item_pk})
    bare = {one.reference_id for row, one in zip(rows, drafts, strict=True) if is_bare(row, one)}
    of_names = queries.datasets_of_references(viewer, bare)
    among = {one.pk for one in known}
    found = Targets()
    for row, draft in zip(rows, drafts, strict=True):
        if draft.item_pk is not None:
            places = [of_items[draft.item_pk]] if draft.item_pk in of_items else []
        elif row.get("dataset_id") is not None:
            places = [public_id.decode("ds", str(row["dataset_id"])) or 0]
        else:
            places = of_names.get(draft.reference_id, [])
            places = [one for one in places if one in among] or places
        if len(places) == 1 and places[0]:
            found.by_dataset.setdefault(places[0], []).append(draft)
        else:
            text = sentence(draft.reference_id, len(places))
            found.unknown.append(RowRefused(text, line=draft.line, reference_id=draft.reference_id))
    return found


def is_bare(row: dict[str, Any], draft: LabelDraft) -> bool:
    return draft.item_pk is None and row.get("dataset_id") is None


def sentence(name: str, places: int) -> str:
    if places > 1:
        return f"Item with id {name} exists in {places} datasets; send its item_id, or the dataset_id with it."
    return f"Item with id {name} doesn't exist."
