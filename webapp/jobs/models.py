"""A job is a row with a lease. What its kinds do lives in the rooms that own the effects."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils import timezone

from webapp.accounts.models import ApiKey, Team, User
from webapp.accounts.viewer import Permission, Viewer
from webapp.privacy import public_id
from webapp.privacy.visibility import GuardedManager

# More refused rows than this are counted, not kept.
MAX_KEPT_ERRORS = 10_000


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, viewer: Viewer) -> Self:
        if not viewer.may(Permission.SEE_PRIVATE):
            return self.none()
        return self.filter(team_id=viewer.team_id)


class Job(models.Model):
    """`dataset_pk` is a plain number because datasets stand to the right of jobs; None where a job has no dataset.

    `request_key` makes enqueuing idempotent per kind; None means every call makes a new job. `cursor` is where a
    new worker goes on; it is saved in the transaction of the effects before it. No worker takes a waiting job before
    `ready_at`, None meaning at once.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "waiting"
        RUNNING = "running", "running"
        COMPLETED = "completed", "completed"
        ERRORED = "errored", "failed"
        CANCELLED = "cancelled", "cancelled"

    LIVE = (State.QUEUED, State.RUNNING)

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    api_key = models.ForeignKey(ApiKey, on_delete=models.PROTECT, null=True, related_name="+")
    dataset_pk = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    request_key = models.CharField(max_length=80, null=True)

    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    cursor = models.JSONField(default=dict)
    done_steps = models.BigIntegerField(default=0)
    total_steps = models.BigIntegerField(default=0)
    error_count = models.BigIntegerField(default=0)
    message = models.JSONField(default=dict)

    worker = models.CharField(max_length=40, default="")
    attempt = models.IntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    cancel_requested = models.BooleanField(default=False)

    ready_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = GuardedManager.from_queryset(JobQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "request_key"], name="one_job_per_kind_and_request"),
        ]
        indexes = [
            models.Index(fields=["state", "lease_until"], name="jobs_to_claim"),
            models.Index(fields=["team", "-id"], name="jobs_by_team"),
            models.Index(fields=["dataset_pk", "-id"], name="jobs_by_dataset"),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.kind} {self.state}"

    @property
    def public_id(self) -> str:
        return public_id.encode("job", self.pk)

    @property
    def is_live(self) -> bool:
        return self.state in self.LIVE


class JobError(models.Model):
    """One refused row: its line in the upload (from 1, 0 for none), its reference id and the sentence."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="+", db_index=False)
    line = models.BigIntegerField()
    reference_id = models.TextField(default="")
    sentence = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["job", "id"], name="errors_of_a_job")]

    def __str__(self) -> str:
        return f"line {self.line}: {self.sentence}"
