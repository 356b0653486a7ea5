"""Merging metadata into items and scenes, and noting the sizes that browsers measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets import metadata as metadata_rules
from webapp.datasets.actions.locking import field_types, locked_dataset, save_change
from webapp.datasets.changes import SCENE, rows_changed
from webapp.datasets.drafts import RowRefused
from webapp.datasets.models import Dataset, Item, Scene
from webapp.datasets.rows import ItemChange, update_items
from webapp.privacy.refusals import Invalid


@dataclass(slots=True)
class MetadataChange:
    reference_id: str
    metadata: dict[str, Any]
    line: int = 0


@transaction.atomic
def change_metadata(
    viewer: Viewer, dataset: Dataset, changes: Sequence[MetadataChange], *, level: str, keep_refused: bool = False
) -> tuple[int, list[RowRefused]]:
    """Merge each change into its item's or scene's metadata, key by key, the new value winning.

    `level` is "item" or "scene". Says how many were changed, and which were refused; an unknown reference id is
    refused. Without `keep_refused` the first refused one raises and nothing is changed.
    """
    dataset = locked_dataset(viewer, dataset)
    types = field_types(dataset, level)
    table: Any = Item if level == "item" else Scene
    references = {change.reference_id for change in changes}
    stored = table.objects.unscoped().filter(dataset_id=dataset.pk, reference_id__in=references)
    merged: dict[str, dict[str, Any]] = dict(stored.values_list("reference_id", "metadata"))
    keys: dict[str, int] = dict(stored.values_list("reference_id", "pk"))
    refused: list[RowRefused] = []
    done = 0
    for change in changes:
        try:
            if change.reference_id not in merged:
                raise Invalid(f"there is no {level} with the reference_id {change.reference_id!r} in this dataset.")
            types.take(change.metadata)
            together = {**merged[change.reference_id], **change.metadata}
            metadata_rules.encode(together)
        except Invalid as refusal:
            row = RowRefused(refusal.sentence, line=change.line, reference_id=change.reference_id)
            if not keep_refused:
                raise row from None
            refused.append(row)
            continue
        merged[change.reference_id] = together
        done += 1
    save_merged(dataset.pk, level, {keys[reference]: merged[reference] for reference in keys})
    if done:
        save_change(dataset, types=[(level, types)])
    return done, refused


def save_merged(dataset_pk: int, level: str, metadata: dict[int, dict[str, Any]]) -> None:
    if level == "item":
        update_items(
            dataset_pk, [ItemChange(metadata_rules.encode(one), None, None, None, pk) for pk, one in metadata.items()]
        )
        return
    for pk, one in metadata.items():
        Scene.objects.unscoped().filter(pk=pk).update(metadata=one)
    rows_changed(dataset_pk, SCENE, list(metadata))


def note_measured_sizes(viewer: Viewer, dataset: Dataset, sizes: dict[int, tuple[int, int]]) -> int:
    """Fill in width and height, in pixels, where they are not known; never overwrites. Says how many were filled.

    Anybody who may see the pictures may do this: their browser has just measured what the server may not fetch.
    """
    viewer.require(Permission.SEE_PRIVATE)
    filled = 0
    for pk, (width, height) in sizes.items():
        unknown = Item.objects.visible_to(viewer).filter(dataset_id=dataset.pk, pk=pk, width=None, height=None)
        filled += unknown.update(width=width, height=height)
    return filled
