"""The jobs of labels: deleting annotations, runs and models, and merging runs, some thousand rows a step."""

from __future__ import annotations

from typing import Any

import msgspec
from django.db.models import Sum

from webapp.accounts.viewer import Viewer
from webapp.datasets.actions.files import forget_unused_files
from webapp.datasets.actions.locking import locked_dataset, save_change
from webapp.datasets.models import Dataset
from webapp.jobs.actions import viewer_of_job
from webapp.jobs.kinds import job_kind
from webapp.jobs.lease import Lease
from webapp.labels.copying import copy_piece
from webapp.labels.models import LabelCount, Model, ModelRun, RunDataset
from webapp.labels.places import items_named, scenes_named
from webapp.labels.removal import drop_piece, remove_piece
from webapp.labels.rows import ANNOTATIONS, PREDICTIONS, ids
from webapp.privacy.refusals import Refused

ROWS_A_STEP = 10_000
NAMES_A_STEP = 500


@job_kind("deleteAnnotations")
def delete_annotations(lease: Lease) -> dict[str, Any]:
    """Remove the annotations of the items and scenes that the job names, or all of the dataset."""
    names = lease.job.params["reference_ids"]
    while not lease.cursor.get("is_done"):
        viewer = viewer_of_job(lease.job)
        if names:
            delete_named(lease, viewer, names)
        else:
            delete_all(lease, viewer)
    return {"annotations_deleted": lease.cursor.get("gone", 0)}


def delete_all(lease: Lease, viewer: Viewer) -> None:
    with lease.step() as step:
        dataset = locked_dataset(viewer, Dataset(pk=lease.job.dataset_pk))
        if not step.total:
            counted = LabelCount.objects.filter(dataset_id=dataset.pk, run=None)
            step.total = counted.aggregate(total=Sum("count"))["total"] or 0
        gone, files = remove_piece(ANNOTATIONS, dataset.pk, "dataset_id = %s", [dataset.pk], limit=ROWS_A_STEP)
        forget_unused_files(files)
        step.cursor["gone"] = step.cursor.get("gone", 0) + gone
        step.cursor["is_done"] = gone < ROWS_A_STEP
        step.done = min(step.total, step.cursor["gone"])
        if gone:
            save_change(dataset)


def delete_named(lease: Lease, viewer: Viewer, names: list[str]) -> None:
    with lease.step() as step:
        dataset = locked_dataset(viewer, Dataset(pk=lease.job.dataset_pk))
        start = step.cursor.get("at", 0)
        chosen = names[start : start + NAMES_A_STEP]
        items, scenes = items_named(dataset, chosen), scenes_named(dataset, chosen)
        gone = left = 0
        for column, places in (("item_id", items), ("scene_id", scenes)):
            keys = msgspec.json.encode([place.pk for place in places.values()]).decode()
            where = f"{column} IN (SELECT given.pk FROM {ids('pk')} AS given)"
            more, files = remove_piece(ANNOTATIONS, dataset.pk, where, [keys], limit=ROWS_A_STEP)
            forget_unused_files(files)
            gone, left = gone + more, left or more == ROWS_A_STEP
        step.cursor["gone"] = step.cursor.get("gone", 0) + gone
        if not left:
            for line, name in enumerate(chosen, start + 1):
                if name not in items and name not in scenes:
                    step.refuse(line, name[:200], "There is no item or scene with this reference_id in this dataset.")
            step.cursor["at"] = step.done = start + len(chosen)
            step.cursor["is_done"] = step.done >= len(names)
        if gone:
            save_change(dataset)


@job_kind("deleteModelRun")
def delete_run_rows(lease: Lease) -> dict[str, Any]:
    """Remove a hidden run's predictions and the run."""
    remove_run(lease, lease.job.params["run"])
    return {"predictions_deleted": lease.job.done_steps}


@job_kind("deleteModel")
def delete_model_rows(lease: Lease) -> dict[str, Any]:
    """Remove a hidden model with its runs and their predictions."""
    model_pk = lease.job.params["model"]
    for run_pk in ModelRun.objects.unscoped().filter(model_id=model_pk).values_list("pk", flat=True):
        remove_run(lease, run_pk)
    with lease.step():
        Model.objects.unscoped().filter(pk=model_pk).delete()
    return {"predictions_deleted": lease.job.done_steps}


def remove_run(lease: Lease, run_pk: int) -> None:
    gone = ROWS_A_STEP
    while gone == ROWS_A_STEP:
        with lease.step() as step:
            # The run is hidden: its counts go first, and nothing has to keep them in step with what is left.
            LabelCount.objects.filter(run_id=run_pk).delete()
            gone, files = drop_piece(PREDICTIONS, "run_id = %s", [run_pk], limit=ROWS_A_STEP)
            forget_unused_files(files)
            step.done += gone
            step.total = max(step.total, step.done)
            if gone < ROWS_A_STEP:
                ModelRun.objects.unscoped().filter(pk=run_pk).delete()


@job_kind("mergeModelRuns")
def merge_runs(lease: Lease) -> dict[str, Any]:
    """Copy the predictions of several runs to one, run by run and dataset by dataset."""
    sources, target = lease.job.params["from"], lease.job.params["run"]
    rows = RunDataset.objects.filter(run_id__in=sources).order_by("run_id", "dataset_id")
    pairs = list(rows.values_list("run_id", "dataset_id"))
    while (at := lease.cursor.get("at", 0)) < len(pairs):
        source, dataset_pk = pairs[at]
        merge_piece(lease, source, dataset_pk, target)
    counts = ("predictions_copied", "predictions_ignored", "annotation_ids_rewritten")
    return {name: lease.cursor.get(name, 0) for name in counts}


def merge_piece(lease: Lease, source_pk: int, dataset_pk: int, target_pk: int) -> None:
    viewer = viewer_of_job(lease.job)
    with lease.step() as step:
        if not ModelRun.objects.visible_to(viewer).filter(pk=target_pk).exists():
            raise Refused("The merged run was deleted while this job ran.")
        is_gone = not Dataset.objects.visible_to(viewer).filter(pk=dataset_pk).exists()
        after = step.cursor.get("after", 0)
        last = None
        if not is_gone:
            dataset = locked_dataset(viewer, Dataset(pk=dataset_pk))
            copy = copy_piece(source_pk, target_pk, dataset.pk, after=after, rename=True)
            last = copy.last
            add(step.cursor, "predictions_copied", copy.copied)
            add(step.cursor, "predictions_ignored", copy.ignored)
            add(step.cursor, "annotation_ids_rewritten", copy.renamed)
            step.done += copy.copied + copy.ignored
            step.total = max(step.total, step.done)
            if copy.copied:
                save_change(dataset)
        step.cursor["after"] = last or 0
        if last is None:
            add(step.cursor, "at", 1)


def add(cursor: dict[str, Any], name: str, number: int) -> None:
    cursor[name] = cursor.get(name, 0) + number
