"""The lease of one worker on one job: claiming, stepping, finishing.

Effects, cursor, progress and the renewed lease are saved in one transaction, guarded by the worker's name and
attempt. A worker that lost its lease (it slept, or was thought dead) therefore cannot change anything any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from webapp.jobs.models import MAX_KEPT_ERRORS, Job, JobError


class LeaseLost(Exception):
    """Another worker holds this job now."""


class JobCancelled(Exception):
    """Somebody asked for the job to stop."""


@dataclass
class Step:
    """What one step will save: change `cursor` and `done`, and refuse rows that cannot be taken."""

    cursor: dict[str, Any]
    done: int
    total: int
    refused: list[tuple[int, str, str]] = field(default_factory=list)

    def refuse(self, line: int, reference_id: str, sentence: str) -> None:
        self.refused.append((line, reference_id, sentence))


class Lease:
    def __init__(self, job: Job, worker: str) -> None:
        self.job = job
        self.worker = worker
        self.cursor: dict[str, Any] = dict(job.cursor)

    @contextmanager
    def step(self) -> Iterator[Step]:
        """One transaction of effects.

        Raises LeaseLost (nothing is saved) when another worker took over, JobCancelled (the step is saved, and is
        the last) when somebody asked to stop.
        """
        with transaction.atomic():
            step = Step(dict(self.cursor), self.job.done_steps, self.job.total_steps)
            yield step
            kept = self.keep_errors(step)
            cancel = self.save(step)
        self.cursor = step.cursor
        self.job.cursor, self.job.done_steps, self.job.total_steps = step.cursor, step.done, step.total
        self.job.error_count += kept
        if cancel:
            raise JobCancelled

    def keep_errors(self, step: Step) -> int:
        room = max(0, MAX_KEPT_ERRORS - self.job.error_count)
        JobError.objects.bulk_create(
            JobError(job_id=self.job.pk, line=line, reference_id=reference_id, sentence=sentence)
            for line, reference_id, sentence in step.refused[:room]
        )
        return len(step.refused)

    def save(self, step: Step) -> bool:
        mine = Job.objects.unscoped().filter(
            pk=self.job.pk, worker=self.worker, attempt=self.job.attempt, state=Job.State.RUNNING
        )
        changed = mine.update(
            cursor=step.cursor,
            done_steps=step.done,
            total_steps=step.total,
            error_count=self.job.error_count + len(step.refused),
            lease_until=lease_end(),
        )
        if not changed:
            raise LeaseLost
        return bool(mine.values_list("cancel_requested", flat=True).get())

    def finish(self, state: Job.State, message: dict[str, Any]) -> bool:
        """End the job in `state`; False when it was no longer ours to end."""
        changes: dict[str, Any] = {"state": state, "message": message, "finished_at": timezone.now()}
        if state == Job.State.COMPLETED:
            changes["done_steps"] = changes["total_steps"] = max(self.job.done_steps, self.job.total_steps, 1)
        mine = Job.objects.unscoped().filter(
            pk=self.job.pk, worker=self.worker, attempt=self.job.attempt, state=Job.State.RUNNING
        )
        return bool(mine.update(lease_until=None, **changes))

    def release(self, *, after_s: float) -> None:
        """Give the job back for another try, not before `after_s` seconds have passed."""
        Job.objects.unscoped().filter(pk=self.job.pk, worker=self.worker, attempt=self.job.attempt).update(
            lease_until=timezone.now() + timedelta(seconds=after_s)
        )


def lease_end() -> datetime:
    return timezone.now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)


def claim(worker: str) -> Lease | None:
    """The oldest job that waits or whose worker went silent, now held by `worker`; None when there is none."""
    skip = "FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
    # Raw SQL: sqlite3's own way to write a time is another than Django's, and deprecated from Python 3.12 on.
    now, until = (connection.ops.adapt_datetimefield_value(at) for at in (timezone.now(), lease_end()))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE jobs_job SET state = 'running', worker = %s, lease_until = %s, attempt = attempt + 1,
                   started_at = COALESCE(started_at, %s)
            WHERE id = (
                SELECT id FROM jobs_job
                WHERE (state = 'queued' AND (ready_at IS NULL OR ready_at <= %s))
                   OR (state = 'running' AND lease_until < %s)
                ORDER BY id LIMIT 1 {skip})
            RETURNING id
            """,
            [worker, until, now, now, now],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    return Lease(Job.objects.unscoped().get(pk=row[0]), worker)
