"""Making, tagging and deleting models that were taught elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from webapp.accounts.audit import record
from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.actions.datasets import changed_tags, checked_name
from webapp.datasets.drafts import checked_metadata, checked_reference_id
from webapp.datasets.metadata import encode
from webapp.datasets.models import Dataset
from webapp.jobs.actions import enqueue
from webapp.jobs.models import Job
from webapp.labels.drafts import checked_text
from webapp.labels.models import Model, RunDataset
from webapp.privacy.refusals import Conflict, Invalid, NotFound

MAX_SLICES = 1_000
MAX_SLICE_ID = 200


@transaction.atomic
def create_model(
    viewer: Viewer,
    *,
    name: str,
    reference_id: str,
    metadata: Any = None,
    tags: Sequence[str] = (),
    trained_slice_ids: Sequence[str] = (),
) -> Model:
    """A model of the viewer's team; raises Conflict when one has this reference id."""
    viewer.require(Permission.CURATE)
    values = checked_metadata(metadata)
    encode(values)
    checked_reference_id(reference_id)
    if Model.objects.visible_to(viewer).filter(reference_id=reference_id).exists():
        raise Conflict(f"there is a model with the reference_id {reference_id[:200]!r}; each needs its own.")
    model: Model = Model.objects.unscoped().create(
        team_id=viewer.team_id,
        created_by_id=viewer.user_id,
        name=checked_name(name),
        reference_id=reference_id,
        metadata=values,
        tags=changed_tags([], add=tags, remove=()),
        trained_slice_ids=changed_slices([], add=trained_slice_ids, remove=()),
    )
    record(viewer, "model.create", subject=model.public_id)
    return model


@transaction.atomic
def delete_model(viewer: Viewer, model: Model) -> Job:
    """Hide the model with its runs at once; a job then removes their predictions."""
    model = locked_model(viewer, model)
    model.deleted_at = timezone.now()
    model.save(update_fields=["deleted_at"])
    of_model = RunDataset.objects.filter(run__model_id=model.pk).values("dataset_id")
    Dataset.objects.unscoped().filter(pk__in=of_model).update(version=F("version") + 1)
    record(viewer, "model.delete", subject=model.public_id)
    return enqueue(
        viewer, "deleteModel", dataset_pk=None, params={"model": model.pk}, request_key=f"delete-model-{model.pk}"
    )


@transaction.atomic
def tag_model(viewer: Viewer, model: Model, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> list[str]:
    """The model's tags after adding and removing; raises Invalid when none of those to remove is there."""
    model = locked_model(viewer, model)
    if remove and not set(remove) & set(model.tags):
        # Word for word what the SDK's users look for.
        raise Invalid("Deleted 0 tags from model. The specified tag(s) were not found.")
    tags = changed_tags(model.tags, add=add, remove=remove)
    model.tags = tags
    model.save(update_fields=["tags"])
    return tags


@transaction.atomic
def change_trained_slices(
    viewer: Viewer, model: Model, *, add: Sequence[str] = (), remove: Sequence[str] = ()
) -> list[str]:
    """The public ids of slices that the model was taught with, after adding and removing."""
    model = locked_model(viewer, model)
    ids = changed_slices(model.trained_slice_ids, add=add, remove=remove)
    model.trained_slice_ids = ids
    model.save(update_fields=["trained_slice_ids"])
    return ids


def changed_slices(ids: list[str], *, add: Sequence[str], remove: Sequence[str]) -> list[str]:
    for one in add:
        checked_text(one, "trained_slice_ids", MAX_SLICE_ID)
    changed = [one for one in dict.fromkeys([*ids, *add]) if one not in set(remove)]
    if len(changed) > MAX_SLICES:
        raise Invalid(f"trained_slice_ids holds {len(changed)} ids; at most {MAX_SLICES} are kept.")
    return changed


def locked_model(viewer: Viewer, model: Model) -> Model:
    """The model as it is now, locked until the transaction ends, for a viewer who may change it."""
    viewer.require(Permission.CURATE)
    found = Model.objects.visible_to(viewer).select_for_update(of=("self",)).filter(pk=model.pk).first()
    if found is None:
        raise NotFound("This model is gone.")
    return found
