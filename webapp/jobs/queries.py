"""Reads about jobs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from webapp.accounts.viewer import Viewer
from webapp.jobs.models import MAX_KEPT_ERRORS, Job, JobError
from webapp.privacy import public_id
from webapp.privacy.refusals import NotFound


def job(viewer: Viewer, job_id: str) -> Job:
    pk = public_id.decode("job", job_id)
    found = Job.objects.visible_to(viewer).filter(pk=pk).first() if pk is not None else None
    if found is None:
        raise NotFound(f"There is no job {job_id[:60]!r} that you may see.")
    return found


def jobs(
    viewer: Viewer,
    *,
    dataset_pk: int | None = None,
    kinds: Sequence[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    with_completed: bool = True,
    limit: int = 100,
) -> list[Job]:
    """The newest jobs first; `since` and `until` bound the creation time, both inclusive; `before` is a key."""
    found = Job.objects.visible_to(viewer).order_by("-id")
    if dataset_pk is not None:
        found = found.filter(dataset_pk=dataset_pk)
    if kinds:
        found = found.filter(kind__in=kinds)
    if since is not None:
        found = found.filter(created_at__gte=since)
    if until is not None:
        found = found.filter(created_at__lte=until)
    if before is not None:
        found = found.filter(pk__lt=before)
    if not with_completed:
        found = found.exclude(state=Job.State.COMPLETED)
    return list(found[:limit])


def job_of_request(viewer: Viewer, dataset_pk: int, request_key: str) -> Job | None:
    """The job that was made for this request, of whatever kind; None when there is none yet."""
    found: Job | None = Job.objects.visible_to(viewer).filter(dataset_pk=dataset_pk, request_key=request_key).first()
    return found


def errors(viewer: Viewer, found: Job, *, limit: int = MAX_KEPT_ERRORS) -> list[JobError]:
    """The newest refused rows, newest first."""
    visible = Job.objects.visible_to(viewer).filter(pk=found.pk)
    return list(JobError.objects.filter(job__in=visible).order_by("-id")[:limit])
