"""Verbs about jobs: enqueue, cancel."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from webapp.accounts.audit import record
from webapp.accounts.models import ApiKey, Membership
from webapp.accounts.queries import viewer_of_membership
from webapp.accounts.viewer import Permission, Role, Viewer
from webapp.jobs.kinds import CANCELS
from webapp.jobs.models import Job
from webapp.privacy.refusals import Conflict, NotAllowed


def enqueue(
    viewer: Viewer,
    kind: str,
    *,
    dataset_pk: int | None,
    params: dict[str, Any],
    request_key: str | None = None,
    total_steps: int = 0,
) -> Job:
    """A new waiting job, or the one already made for this kind and `request_key`."""
    try:
        with transaction.atomic():
            made: Job = Job.objects.unscoped().create(
                team_id=viewer.team_id,
                created_by_id=viewer.user_id,
                api_key_id=viewer.api_key_id,
                dataset_pk=dataset_pk,
                kind=kind,
                params=params,
                request_key=request_key,
                total_steps=total_steps,
            )
            return made
    except IntegrityError:
        if request_key is None:
            raise
    # Scoped on purpose: a request key of another team is not found, and says so as NotFound would.
    found: Job | None = (
        Job.objects.visible_to(viewer).filter(kind=kind, request_key=request_key, dataset_pk=dataset_pk).first()
    )
    if found is None:
        raise Conflict("This request id is taken; make a new one.")
    return found


def enqueue_later(kind: str, *, team_pk: int, user_pk: int, dataset_pk: int, after_s: float) -> None:
    """Have a dataset's upkeep done after so many seconds, unless a job for it waits already with time to spare.

    For what changes ask for by the way: one job does the work of all that came before it began. Its finished
    predecessors go.
    """
    now = timezone.now()
    of_dataset = Job.objects.unscoped().filter(kind=kind, dataset_pk=dataset_pk)
    # One that begins in a moment could miss what the present transaction has yet to commit.
    if of_dataset.filter(state=Job.State.QUEUED, ready_at__gt=now + timedelta(seconds=after_s / 2)).exists():
        return
    of_dataset.filter(state=Job.State.COMPLETED).delete()
    Job.objects.unscoped().create(
        team_id=team_pk,
        created_by_id=user_pk,
        dataset_pk=dataset_pk,
        kind=kind,
        ready_at=now + timedelta(seconds=after_s),
    )


def record_finished(
    viewer: Viewer, kind: str, *, dataset_pk: int | None, message: dict[str, Any], total_steps: int
) -> Job:
    """A completed job for work that was done in the request itself, for callers who expect a job to ask about."""
    now = timezone.now()
    job: Job = Job.objects.unscoped().create(
        team_id=viewer.team_id,
        created_by_id=viewer.user_id,
        api_key_id=viewer.api_key_id,
        dataset_pk=dataset_pk,
        kind=kind,
        state=Job.State.COMPLETED,
        message=message,
        done_steps=total_steps,
        total_steps=total_steps,
        started_at=now,
        finished_at=now,
    )
    return job


def open_job(viewer: Viewer, kind: str, *, dataset_pk: int | None, params: dict[str, Any], total_steps: int) -> Job:
    """A running job that no worker has or takes: it stands for what is done elsewhere, until `close_job` ends it."""
    job: Job = Job.objects.unscoped().create(
        team_id=viewer.team_id,
        created_by_id=viewer.user_id,
        api_key_id=viewer.api_key_id,
        dataset_pk=dataset_pk,
        kind=kind,
        params=params,
        state=Job.State.RUNNING,
        total_steps=total_steps,
        started_at=timezone.now(),
    )
    return job


def close_job(pk: int | None, state: Job.State, message: dict[str, Any], *, done_steps: int) -> bool:
    """End what `open_job` opened; False where it has ended already, or there is none.

    Called when all else of a transaction is locked, the audit record's head too.
    """
    changed = opened(pk).update(
        state=state, message=message, done_steps=done_steps, finished_at=timezone.now(), lease_until=None
    )
    return bool(changed)


def note_progress(pk: int | None, *, done_steps: int, total_steps: int) -> None:
    """Say how far what `open_job` opened is; nothing where it has ended."""
    opened(pk).update(done_steps=done_steps, total_steps=total_steps)


def opened(pk: int | None) -> QuerySet[Job]:
    rows = Job.objects.unscoped().filter(pk=pk) if pk is not None else Job.objects.unscoped().none()
    # A job that some worker leases is not ours to end.
    return rows.filter(state=Job.State.RUNNING, worker="")


def cancel(viewer: Viewer, job: Job) -> None:
    """Stop a job: a waiting one at once, a running one after the step it is in. What it did stays done.

    What an open job stands for is stopped by its room, which may refuse.
    """
    viewer.require(Permission.CURATE)
    if job.is_live and job.kind in CANCELS:
        CANCELS[job.kind](viewer, job)
        return
    jobs = Job.objects.visible_to(viewer).filter(pk=job.pk)
    with transaction.atomic():
        # First: a step that writes down an act locks its job's row after it.
        record(viewer, "job.cancel", subject=job.public_id)
        if jobs.filter(state=Job.State.QUEUED).update(state=Job.State.CANCELLED, finished_at=timezone.now()):
            pass
        elif not jobs.filter(state=Job.State.RUNNING).update(cancel_requested=True):
            raise Conflict("This job has ended already; there is nothing to stop.")


def viewer_of_job(job: Job) -> Viewer:
    """Whoever asked for the job, with the role they have *now*; raises NotAllowed when they left the team."""
    membership = (
        Membership.objects.select_related("user", "team").filter(user_id=job.created_by_id, team_id=job.team_id).first()
    )
    if membership is None or not membership.user.is_active:
        raise NotAllowed("Whoever asked for this job is no longer a member of the team.")
    viewer = viewer_of_membership(membership)
    if job.api_key_id is None:
        return viewer
    key = ApiKey.objects.get(pk=job.api_key_id)
    role = min(viewer.role, Role(key.role), key=lambda one: one.rank)
    return Viewer(
        user_id=viewer.user_id,
        email=viewer.email,
        team_id=viewer.team_id,
        team_name=viewer.team_name,
        role=role,
        api_key_id=key.pk,
    )
