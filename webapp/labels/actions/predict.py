"""Taking in what a run of a model says."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from webapp.accounts.viewer import Viewer
from webapp.datasets.actions.locking import locked_dataset
from webapp.datasets.models import Dataset
from webapp.labels.actions.storing import LabelOutcome, Target, store
from webapp.labels.drafts import LabelDraft
from webapp.labels.models import ModelRun, RunDataset
from webapp.privacy.refusals import NotFound


@transaction.atomic
def predict(
    viewer: Viewer,
    run: ModelRun,
    dataset: Dataset,
    drafts: Sequence[LabelDraft],
    *,
    update: bool,
    keep_refused: bool = False,
) -> LabelOutcome:
    """Store a batch of a run's predictions on a dataset, as annotate does annotations; the run is then of it."""
    dataset = locked_dataset(viewer, dataset)
    if not ModelRun.objects.visible_to(viewer).filter(pk=run.pk).exists():
        raise NotFound("This model run is gone.")
    RunDataset.objects.get_or_create(run_id=run.pk, dataset_id=dataset.pk)
    return store(viewer, Target(dataset, run.pk), drafts, update=update, keep_refused=keep_refused)
