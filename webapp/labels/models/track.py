"""A track: one thing of the world, followed through the frames of a scene."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils import timezone

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.models import Dataset, Scene
from webapp.privacy.visibility import GuardedManager


class TrackQuerySet(models.QuerySet["Track"]):
    def visible_to(self, viewer: Viewer) -> Self:
        if not viewer.may(Permission.SEE_PRIVATE):
            return self.none()
        return self.filter(dataset__team_id=viewer.team_id, dataset__deleted_at=None)


class Track(models.Model):
    """`scene` is the scene it was sent with; None for one that labels alone have named."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="+", db_index=False)
    scene = models.ForeignKey(Scene, on_delete=models.CASCADE, null=True, related_name="+")
    reference_id = models.TextField()
    metadata = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    objects = GuardedManager.from_queryset(TrackQuerySet)()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dataset", "reference_id"], name="one_track_per_reference_id")]

    def __str__(self) -> str:
        return self.reference_id
