"""A scene: a video as an ordered set of frames, an mp4, or both."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils import timezone

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.models.dataset import Dataset
from webapp.privacy import public_id
from webapp.privacy.fields import MediaUrlField, media_url_shape
from webapp.privacy.visibility import GuardedManager


class SceneQuerySet(models.QuerySet["Scene"]):
    def visible_to(self, viewer: Viewer) -> Self:
        if not viewer.may(Permission.SEE_PRIVATE):
            return self.none()
        return self.filter(dataset__team_id=viewer.team_id, dataset__deleted_at=None)


class Scene(models.Model):
    """`frame_rate` is in frames per second, None for an mp4 alone; `frame_count` is 0 for an mp4 alone."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="+", db_index=False)
    reference_id = models.TextField()
    video_url = MediaUrlField(null=True)
    frame_rate = models.FloatField(null=True)
    frame_count = models.IntegerField(default=0)
    is_private = models.BooleanField()
    metadata = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    objects = GuardedManager.from_queryset(SceneQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset", "reference_id"], name="one_scene_per_reference_id"),
            models.CheckConstraint(
                condition=models.Q(video_url__isnull=False) | models.Q(frame_count__gt=0),
                name="a_video_scene_has_frames_or_an_mp4",
            ),
            models.CheckConstraint(
                # A check that comes out as null passes, hence the plain "not null".
                condition=models.Q(frame_count=0) | models.Q(frame_rate__gt=0, frame_rate__isnull=False),
                name="frames_have_a_frame_rate",
            ),
            models.CheckConstraint(
                condition=models.Q(frame_count__gte=0, frame_count__lte=3000), name="at_most_3000_frames"
            ),
            media_url_shape("video_url"),
        ]
        indexes = [models.Index(fields=["dataset", "id"], name="scenes_by_dataset")]

    def __str__(self) -> str:
        return self.reference_id

    @property
    def public_id(self) -> str:
        return public_id.encode("scn", self.pk)

    @property
    def privacy(self) -> str:
        return "private" if self.is_private else "linked"
