"""Deleting annotations: asked for here, done by a job (job_kinds.py)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from webapp.accounts.audit import record
from webapp.accounts.viewer import Viewer
from webapp.datasets.actions.locking import locked_dataset
from webapp.datasets.drafts import checked_reference_id
from webapp.datasets.models import Dataset
from webapp.jobs.actions import enqueue
from webapp.jobs.models import Job
from webapp.privacy.refusals import Invalid

MAX_REFERENCES = 100_000


@transaction.atomic
def delete_annotations(viewer: Viewer, dataset: Dataset, reference_ids: Sequence[str]) -> Job:
    """The job that removes all annotations of these items and scenes; of the whole dataset when none is named."""
    dataset = locked_dataset(viewer, dataset)
    if len(reference_ids) > MAX_REFERENCES:
        raise Invalid(f"{len(reference_ids)} reference ids in one call; at most {MAX_REFERENCES} are accepted.")
    names = list(dict.fromkeys(checked_reference_id(one) for one in reference_ids))
    record(viewer, "annotations.delete", subject=dataset.public_id, named=len(names))
    return enqueue(
        viewer,
        "deleteAnnotations",
        dataset_pk=dataset.pk,
        params={"reference_ids": names},
        total_steps=len(names),
    )
