"""Cancelling the job that a request was answered with: it withdraws the request."""

from __future__ import annotations

from webapp.accounts.viewer import Viewer
from webapp.jobs.kinds import register_cancel
from webapp.jobs.models import Job
from webapp.privacy.refusals import NotFound
from webapp.promotions.actions.moving import JOB_KIND
from webapp.promotions.actions.withdraw import withdraw
from webapp.promotions.models import Promotion


def register() -> None:
    register_cancel(JOB_KIND, cancel_job)


def cancel_job(viewer: Viewer, job: Job) -> None:
    found = Promotion.objects.visible_to(viewer).filter(job_pk=job.pk).first()
    if found is None:
        raise NotFound("There is no such request.")
    withdraw(viewer, found)
