"""Models that were taught elsewhere, and their runs over datasets."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils import timezone

from webapp.accounts.models import Team, User
from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.models import Dataset
from webapp.privacy import public_id
from webapp.privacy.visibility import GuardedManager


class ModelQuerySet(models.QuerySet["Model"]):
    def visible_to(self, viewer: Viewer) -> Self:
        if not viewer.may(Permission.SEE_PRIVATE):
            return self.none()
        return self.filter(team_id=viewer.team_id, deleted_at=None)


class Model(models.Model):
    """A model of the team. `trained_slice_ids` are public ids (`slc_…`) as they were sent.

    `deleted_at` is set when deletion was asked for; a job then removes its runs and their predictions.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+", db_index=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    reference_id = models.TextField()
    metadata = models.JSONField(default=dict)
    tags = models.JSONField(default=list)
    trained_slice_ids = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True)

    objects = GuardedManager.from_queryset(ModelQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "reference_id"],
                condition=models.Q(deleted_at=None),
                name="one_model_per_reference_id",
            )
        ]
        indexes = [models.Index(fields=["team", "-id"], name="models_by_team")]

    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        return public_id.encode("prj", self.pk)


class ModelRunQuerySet(models.QuerySet["ModelRun"]):
    def visible_to(self, viewer: Viewer) -> Self:
        if not viewer.may(Permission.SEE_PRIVATE):
            return self.none()
        return self.filter(model__team_id=viewer.team_id, model__deleted_at=None, deleted_at=None)


class ModelRun(models.Model):
    """One run of a model over one dataset or several (`RunDataset`), or over none yet.

    `is_default` marks the run that uploads naming only a model and a dataset go to.
    """

    model = models.ForeignKey(Model, on_delete=models.CASCADE, related_name="+")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    metadata = models.JSONField(default=dict)
    is_committed = models.BooleanField(default=False)
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True)

    objects = GuardedManager.from_queryset(ModelRunQuerySet)()

    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        return public_id.encode("run", self.pk)


class RunDataset(models.Model):
    """That a run has, or may have, predictions on a dataset."""

    run = models.ForeignKey(ModelRun, on_delete=models.CASCADE, related_name="+", db_index=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "dataset"], name="one_row_per_run_and_dataset")]

    def __str__(self) -> str:
        return f"run {self.run_id} on dataset {self.dataset_id}"
