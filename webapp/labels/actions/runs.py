"""Making, committing, joining and deleting runs of models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from webapp.accounts.audit import record
from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.actions.datasets import checked_name
from webapp.datasets.actions.locking import locked_dataset, save_change
from webapp.datasets.drafts import checked_metadata
from webapp.datasets.metadata import encode
from webapp.datasets.models import Dataset
from webapp.jobs.actions import enqueue
from webapp.jobs.models import Job
from webapp.labels.actions.models import locked_model
from webapp.labels.copying import copy_piece
from webapp.labels.models import Model, ModelRun, RunDataset
from webapp.privacy.refusals import Invalid, NotFound

MAX_MERGED = 100


@dataclass
class RunCopy:
    """What copy_from_run did: `skipped` exist in the model's runs already, `runs` are those it copied to."""

    copied: int = 0
    skipped: int = 0
    runs: list[ModelRun] = field(default_factory=list)


@transaction.atomic
def create_run(viewer: Viewer, model: Model, dataset: Dataset | None, *, name: str, metadata: Any = None) -> ModelRun:
    """A run without predictions; without a dataset it is of those that its predictions will name."""
    return made_run(viewer, locked_model(viewer, model), dataset, name=name, metadata=metadata)


def made_run(
    viewer: Viewer, model: Model, dataset: Dataset | None, *, name: str, metadata: Any, is_default: bool = False
) -> ModelRun:
    values = checked_metadata(metadata)
    encode(values)
    if dataset is not None and not Dataset.objects.visible_to(viewer).filter(pk=dataset.pk).exists():
        raise NotFound("This dataset is gone.")
    run: ModelRun = ModelRun.objects.unscoped().create(
        model=model, created_by_id=viewer.user_id, name=checked_name(name), metadata=values, is_default=is_default
    )
    if dataset is not None:
        RunDataset.objects.create(run=run, dataset_id=dataset.pk)
    record(viewer, "run.create", subject=run.public_id, model=model.public_id)
    return run


@transaction.atomic
def default_run(viewer: Viewer, model: Model, dataset: Dataset) -> ModelRun:
    """The run of uploads that name only a model and a dataset; made when it is first asked for."""
    model = locked_model(viewer, model)
    runs = ModelRun.objects.visible_to(viewer).filter(model_id=model.pk, is_default=True)
    of_dataset = RunDataset.objects.filter(dataset_id=dataset.pk, run__model_id=model.pk).values("run_id")
    found = runs.filter(pk__in=of_dataset).order_by("pk").first()
    return found or made_run(viewer, model, dataset, name=model.name, metadata=None, is_default=True)


@transaction.atomic
def commit_run(viewer: Viewer, run: ModelRun) -> None:
    """Note that the run is complete. Predictions may still be added, as they may in the SDK's own server."""
    run = locked_run(viewer, run)
    run.is_committed = True
    run.save(update_fields=["is_committed"])


@transaction.atomic
def delete_run(viewer: Viewer, run: ModelRun) -> Job:
    """Hide the run at once; a job then removes its predictions."""
    run = locked_run(viewer, run)
    run.deleted_at = timezone.now()
    run.save(update_fields=["deleted_at"])
    show_change([run.pk])
    record(viewer, "run.delete", subject=run.public_id)
    return enqueue(
        viewer, "deleteModelRun", dataset_pk=None, params={"run": run.pk}, request_key=f"delete-run-{run.pk}"
    )


@transaction.atomic
def merge_runs(
    viewer: Viewer, runs: Sequence[ModelRun], *, name: str | None = None, metadata: Any = None
) -> tuple[ModelRun, Job]:
    """A new run for all predictions of at least two runs of one model, and the job that copies them.

    A prediction whose identity another has already is copied under another annotation id.
    """
    found = [locked_run(viewer, run) for run in {run.pk: run for run in sorted(runs, key=lambda one: one.pk)}.values()]
    if not 2 <= len(found) <= MAX_MERGED:
        raise Invalid(f"model_run_ids names {len(found)} different runs; 2 to {MAX_MERGED} are accepted.")
    if len({run.model_id for run in found}) > 1:
        raise Invalid("model_run_ids names runs of different models; runs of one model can be merged.")
    model = locked_model(viewer, found[0].model)
    merged_from = {"merged_from_model_run_ids": [run.public_id for run in runs]}
    values = {**checked_metadata(metadata), **merged_from}
    run = made_run(viewer, model, None, name=name or model.name, metadata=values)
    rows = RunDataset.objects.filter(run_id__in=[one.pk for one in found]).values_list("dataset_id", flat=True)
    RunDataset.objects.bulk_create(RunDataset(run=run, dataset_id=pk) for pk in sorted(set(rows)))
    params = {"run": run.pk, "from": [one.pk for one in found]}
    job = enqueue(viewer, "mergeModelRuns", dataset_pk=None, params=params, request_key=f"merge-{run.pk}")
    return run, job


@transaction.atomic
def copy_from_run(viewer: Viewer, model: Model, run: ModelRun) -> RunCopy:
    """Copy a run's predictions to the model's default run of each of its datasets; the run stays as it is."""
    run = locked_run(viewer, run)
    outcome = RunCopy()
    for pk in RunDataset.objects.filter(run_id=run.pk).order_by("dataset_id").values_list("dataset_id", flat=True):
        dataset = Dataset.objects.visible_to(viewer).filter(pk=pk).first()
        if dataset is None:
            continue
        dataset = locked_dataset(viewer, dataset)
        target = default_run(viewer, model, dataset)
        outcome.runs.append(target)
        if target.pk != run.pk:
            copy_all(dataset, run, target, outcome)
    return outcome


def copy_all(dataset: Dataset, run: ModelRun, target: ModelRun, outcome: RunCopy) -> None:
    after: int | None = 0
    while after is not None:
        copy = copy_piece(run.pk, target.pk, dataset.pk, after=after, rename=False)
        outcome.copied += copy.copied
        outcome.skipped += copy.ignored
        after = copy.last
    save_change(dataset)


def show_change(run_pks: Sequence[int]) -> None:
    """Let the datasets of these runs be of a new version: what is shown of them changes."""
    rows = RunDataset.objects.filter(run_id__in=run_pks).values("dataset_id")
    Dataset.objects.unscoped().filter(pk__in=rows).update(version=F("version") + 1)


def locked_run(viewer: Viewer, run: ModelRun) -> ModelRun:
    """The run as it is now, locked until the transaction ends, for a viewer who may change it."""
    viewer.require(Permission.CURATE)
    rows = ModelRun.objects.visible_to(viewer).select_related("model")
    found = rows.select_for_update(of=("self",)).filter(pk=run.pk).first()
    if found is None:
        raise NotFound("This model run is gone.")
    return found
