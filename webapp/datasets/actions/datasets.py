"""Making, renaming, tagging and deleting a dataset."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from webapp.accounts.audit import record, record_notes
from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.actions.edit_log import keep_words_edit
from webapp.datasets.actions.locking import locked_dataset
from webapp.datasets.metadata import check_schema
from webapp.datasets.models import Dataset
from webapp.datasets.sharing import before_dataset_is_hidden
from webapp.jobs.actions import enqueue
from webapp.jobs.models import Job
from webapp.privacy.refusals import Invalid

MAX_NAME = 200
MAX_TAGS = 100


@transaction.atomic
def create_dataset(
    viewer: Viewer,
    *,
    name: str,
    is_scene: bool,
    use_privacy_mode: bool,
    item_metadata_schema: Any = None,
    annotation_metadata_schema: Any = None,
) -> Dataset:
    """An empty dataset of the viewer's team. Names need not be unique."""
    viewer.require(Permission.CURATE)
    dataset: Dataset = Dataset.objects.unscoped().create(
        team_id=viewer.team_id,
        created_by_id=viewer.user_id,
        name=checked_name(name),
        is_scene=is_scene,
        use_privacy_mode=use_privacy_mode,
        item_metadata_schema=check_schema(item_metadata_schema, "item_metadata_schema"),
        annotation_metadata_schema=check_schema(annotation_metadata_schema, "annotation_metadata_schema"),
    )
    record(viewer, "dataset.create", subject=dataset.public_id, privacy=use_privacy_mode)
    return dataset


def checked_name(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= MAX_NAME:
        raise Invalid(f"name has {len(name)} characters; 1 to {MAX_NAME} are accepted.")
    if any(ord(one) < 32 for one in name):
        raise Invalid("name holds a control character; plain text is accepted.")
    return name


@transaction.atomic
def rename_dataset(viewer: Viewer, dataset: Dataset, name: str) -> None:
    dataset = locked_dataset(viewer, dataset)
    before, dataset.name = dataset.name, checked_name(name)
    dataset.save(update_fields=["name"])
    record(viewer, "dataset.rename", subject=dataset.public_id)
    summary = f"Renamed the dataset {before} to {dataset.name}"
    keep_words_edit(viewer, dataset, "name", {"name": before}, {"name": dataset.name}, summary=summary)


@transaction.atomic
def delete_dataset(viewer: Viewer, dataset: Dataset) -> Job:
    """Hide the dataset at once; a job then removes its rows for good."""
    dataset = locked_dataset(viewer, dataset)
    notes = before_dataset_is_hidden(dataset)
    dataset.deleted_at = timezone.now()
    dataset.save(update_fields=["deleted_at"])
    record_notes(viewer, notes)
    record(viewer, "dataset.delete", subject=dataset.public_id)
    return enqueue(
        viewer,
        "deleteDataset",
        dataset_pk=dataset.pk,
        params={},
        request_key=f"delete-{dataset.pk}",
        total_steps=dataset.item_count + dataset.scene_count,
    )


@transaction.atomic
def change_tags(viewer: Viewer, dataset: Dataset, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> list[str]:
    """The dataset's tags after adding and removing; both ignore what is so already."""
    dataset = locked_dataset(viewer, dataset)
    before, tags = dataset.tags, changed_tags(dataset.tags, add=add, remove=remove)
    dataset.tags = tags
    dataset.save(update_fields=["tags"])
    summary = f"{tags_in_words(before, tags)} the dataset"
    keep_words_edit(viewer, dataset, "tags", {"tags": before}, {"tags": tags}, summary=summary)
    return tags


def tags_in_words(before: Sequence[str], after: Sequence[str]) -> str:
    """`Added the tags a, b to`, `Removed the tag c from`, `Changed the tags of`; the thing's name follows."""
    added = [tag for tag in after if tag not in before]
    gone = [tag for tag in before if tag not in after]
    if bool(added) == bool(gone):
        return "Changed the tags of"
    named = ", ".join(added or gone)[:120]
    noun = "tag" if len(added or gone) == 1 else "tags"
    return f"Added the {noun} {named} to" if added else f"Removed the {noun} {named} from"


def changed_tags(tags: list[str], *, add: Sequence[str], remove: Sequence[str]) -> list[str]:
    for tag in add:
        if not 1 <= len(tag) <= MAX_NAME:
            raise Invalid(f"a tag takes 1 to {MAX_NAME} characters.")
        if "\0" in tag:
            raise Invalid("a tag holds a NUL character; plain text is accepted.")
    changed = [tag for tag in dict.fromkeys([*tags, *add]) if tag not in set(remove)]
    if len(changed) > MAX_TAGS:
        raise Invalid(f"at most {MAX_TAGS} tags are kept.")
    return changed
