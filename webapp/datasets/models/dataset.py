"""A dataset of items or of scenes."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils import timezone

from webapp.accounts.models import Team, User
from webapp.accounts.viewer import Permission, Viewer
from webapp.privacy import public_id
from webapp.privacy.visibility import GuardedManager


class DatasetQuerySet(models.QuerySet["Dataset"]):
    def visible_to(self, viewer: Viewer) -> Self:
        if not viewer.may(Permission.SEE_PRIVATE):
            return self.none()
        return self.filter(team_id=viewer.team_id, deleted_at=None)


class Dataset(models.Model):
    """`item_count` and `scene_count` are kept by the verbs that change them; `version` grows with every change.

    `field_types` is what the metadata keys were found to be: {"item": {"weather": "string"}, "scene": {...}}.
    `deleted_at` is set when deletion was asked for; a job then removes the rows.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    is_scene = models.BooleanField(default=False)
    use_privacy_mode = models.BooleanField(default=False)
    item_metadata_schema = models.JSONField(null=True)
    annotation_metadata_schema = models.JSONField(null=True)
    field_types = models.JSONField(default=dict)
    tags = models.JSONField(default=list)
    item_count = models.BigIntegerField(default=0)
    scene_count = models.BigIntegerField(default=0)
    version = models.BigIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True)

    objects = GuardedManager.from_queryset(DatasetQuerySet)()

    class Meta:
        indexes = [models.Index(fields=["team", "-id"], name="datasets_by_team")]

    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        return public_id.encode("ds", self.pk)
