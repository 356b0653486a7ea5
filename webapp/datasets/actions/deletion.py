"""Deleting items and scenes, with their places in slices."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from pyroaring import BitMap64

from webapp.accounts.audit import record, record_notes
from webapp.accounts.viewer import Viewer
from webapp.datasets.actions.files import forget_unused_files
from webapp.datasets.actions.locking import locked_dataset, save_change
from webapp.datasets.departures import before_items_go, before_scenes_go
from webapp.datasets.models import Dataset, Item, Scene, Slice
from webapp.datasets.sharing import before_items_are_deleted
from webapp.privacy.refusals import Conflict, NotFound


@transaction.atomic
def delete_item(viewer: Viewer, dataset: Dataset, item: Item) -> None:
    """Remove one item for good. A frame is refused: its scene would have a hole."""
    dataset = locked_dataset(viewer, dataset)
    if item.scene_id is not None:
        raise Conflict("This item is a frame of a scene; delete the scene, or append it anew without the frame.")
    notes = before_items_are_deleted(dataset, [item.pk])
    before_items_go(dataset, [item.pk])
    gone, _ = Item.objects.unscoped().filter(pk=item.pk, dataset_id=dataset.pk).delete()
    if not gone:
        raise NotFound("This item is gone already.")
    leave_slices(dataset, Slice.Kind.ITEMS, [item.pk])
    if item.file_id is not None:
        forget_unused_files([item.file_id])
    save_change(dataset, items=-1)
    record_notes(viewer, notes)
    record(viewer, "item.delete", subject=item.public_id, dataset=dataset.public_id)


@transaction.atomic
def delete_scene(viewer: Viewer, dataset: Dataset, scene: Scene) -> None:
    """Remove a scene with its frames for good."""
    dataset = locked_dataset(viewer, dataset)
    if not Scene.objects.unscoped().filter(pk=scene.pk, dataset_id=dataset.pk).exists():
        raise NotFound("This scene is gone already.")
    frames = Item.objects.unscoped().filter(scene_id=scene.pk)
    pks = list(frames.values_list("pk", flat=True))
    notes = before_items_are_deleted(dataset, pks)
    before_items_go(dataset, pks)
    before_scenes_go(dataset, [scene.pk])
    leave_slices(dataset, Slice.Kind.ITEMS, pks)
    leave_slices(dataset, Slice.Kind.SCENES, [scene.pk])
    frames.delete()
    Scene.objects.unscoped().filter(pk=scene.pk).delete()
    save_change(dataset, items=-len(pks), scenes=-1)
    record_notes(viewer, notes)
    record(viewer, "scene.delete", subject=scene.public_id, dataset=dataset.public_id)


def leave_slices(dataset: Dataset, kind: Slice.Kind, pks: Iterable[int]) -> None:
    gone = BitMap64(pks)
    for slice_ in Slice.objects.unscoped().filter(dataset_id=dataset.pk, kind=kind).select_for_update():
        keys = slice_.keys()
        if leaving := keys.intersection_cardinality(gone):
            slice_.hold(keys - gone)
            slice_.removed_count += leaving
            slice_.save(update_fields=["members", "size", "removed_count"])
