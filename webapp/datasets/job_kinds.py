"""The jobs of datasets. Uploads are read by the wire room, which knows the sender's words."""

from __future__ import annotations

from typing import Any

from webapp.datasets.actions.files import forget_unused_files
from webapp.datasets.actions.move_steps import run_back, run_move
from webapp.datasets.actions.moves import MOVE, TAKE_BACK
from webapp.datasets.departures import DEPARTURES, Departure
from webapp.datasets.models import Dataset, Edit, Item, Scene, Slice
from webapp.jobs.kinds import job_kind
from webapp.jobs.lease import Lease
from webapp.privacy.refusals import Refused

ROWS_A_STEP = 5_000


@job_kind(MOVE)
def move_addresses(lease: Lease) -> dict[str, Any]:
    return run_move(lease)


@job_kind(TAKE_BACK)
def take_move_back(lease: Lease) -> dict[str, Any]:
    return run_back(lease)


@job_kind("deleteDataset")
def delete_dataset_rows(lease: Lease) -> dict[str, Any]:
    """Remove a hidden dataset's rows for good, some thousand a step."""
    dataset_pk = lease.job.dataset_pk
    if dataset_pk is None:
        raise Refused("This job names no dataset.")
    for departure in DEPARTURES:
        while let_go(lease, departure, dataset_pk):
            pass
    for table in (Item, Scene):
        while delete_some(lease, table, dataset_pk):
            pass
    with lease.step() as step:
        Edit.objects.unscoped().filter(dataset_id=dataset_pk).delete()
        Slice.objects.unscoped().filter(dataset_id=dataset_pk).delete()
        Dataset.objects.unscoped().filter(pk=dataset_pk).delete()
        step.done = step.total = max(step.total, step.done)
    return {"deleted": lease.job.done_steps}


def let_go(lease: Lease, departure: Departure, dataset_pk: int) -> bool:
    """Let another room remove one step's worth of what goes with the dataset; False when nothing is left."""
    with lease.step():
        return departure.dataset(dataset_pk, ROWS_A_STEP)


def delete_some(lease: Lease, table: Any, dataset_pk: int) -> bool:
    """Delete one step's worth of rows; False when none is left."""
    with lease.step() as step:
        rows = table.objects.unscoped().filter(dataset_id=dataset_pk).order_by("pk")
        pks = list(rows.values_list("pk", flat=True)[:ROWS_A_STEP])
        chosen = table.objects.unscoped().filter(pk__in=pks)
        files = set(chosen.exclude(file=None).values_list("file_id", flat=True)) if table is Item else set()
        chosen.delete()
        forget_unused_files(files)
        step.done += len(pks)
    return len(pks) == ROWS_A_STEP
