"""Taking the one row that serializes all changes of a dataset."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F
from django.utils import timezone

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.metadata import FieldTypes
from webapp.datasets.models import Dataset
from webapp.privacy.refusals import Invalid, NotFound


def locked_dataset(viewer: Viewer, dataset: Dataset) -> Dataset:
    """The dataset as it is now, locked until the transaction ends, for a viewer who may change it.

    Must run inside a transaction. Raises NotAllowed, or NotFound when it is gone.
    """
    viewer.require(Permission.CURATE)
    found = Dataset.objects.visible_to(viewer).select_for_update(of=("self",)).filter(pk=dataset.pk).first()
    if found is None:
        raise NotFound("This dataset is gone.")
    return found


def field_types(dataset: Dataset, level: str) -> FieldTypes:
    """The metadata types at `level` "item", "scene", "annotation" or "prediction"; a declared schema comes first."""
    schemas = {"item": dataset.item_metadata_schema, "annotation": dataset.annotation_metadata_schema}
    return FieldTypes(dataset.field_types.get(level, {}), schemas.get(level))


def save_change(
    dataset: Dataset, *, items: int = 0, scenes: int = 0, types: Iterable[tuple[str, FieldTypes]] = ()
) -> None:
    """Save what a change did to a locked dataset: its counts, its learned types, and one step of its version."""
    for level, learned in types:
        if learned.is_changed:
            dataset.field_types = {**dataset.field_types, level: learned.known}
    Dataset.objects.unscoped().filter(pk=dataset.pk).update(
        item_count=F("item_count") + items,
        scene_count=F("scene_count") + scenes,
        version=F("version") + 1,
        field_types=dataset.field_types,
        updated_at=timezone.now(),
    )


def require_items(dataset: Dataset) -> None:
    if dataset.is_scene:
        raise Invalid(
            "This is a dataset of scenes, and takes no single items. Append scenes (nucleus.VideoScene), or make a"
            " dataset without is_scene."
        )


def require_scenes(dataset: Dataset) -> None:
    if not dataset.is_scene:
        raise Invalid(
            "This is a dataset of items, and takes no scenes. Append items, or make a dataset with is_scene=True."
        )
