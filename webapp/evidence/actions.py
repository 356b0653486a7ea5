"""Asking for the record to be recomputed."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from webapp.accounts.audit import ACTS
from webapp.accounts.audit_check import stored_head
from webapp.accounts.viewer import Permission, Viewer
from webapp.courier.egress_log import CONNECTIONS
from webapp.jobs.actions import enqueue
from webapp.jobs.models import Job

KIND = "checkRecord"


@transaction.atomic
def ask_for_check(viewer: Viewer) -> Job:
    """The job that recomputes the team's record: the one that runs or waits, or a new one. For who decides."""
    viewer.require(Permission.DECIDE)
    running: Job | None = live(viewer).order_by("-pk").first()
    rows = sum(stored_head(table, viewer.team_id).length for table in (ACTS, CONNECTIONS))
    return running or enqueue(viewer, KIND, dataset_pk=None, params={}, total_steps=rows)


def is_being_checked(viewer: Viewer) -> bool:
    """Whether such a job waits or runs."""
    return bool(live(viewer).exists())


def live(viewer: Viewer) -> QuerySet[Job]:
    return Job.objects.visible_to(viewer).filter(kind=KIND, state__in=Job.LIVE)
