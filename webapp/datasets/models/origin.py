"""Media origins: a team's one list of places its media may come from, and which dataset uses which."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from webapp.accounts.models import Team, User
from webapp.datasets.models.dataset import Dataset
from webapp.privacy.origins import Origin


class MediaOrigin(models.Model):
    """`origin` is `scheme://host[:port]`; `declared_via` says where it came from: an append, or the settings page."""

    class Via(models.TextChoices):
        APPEND = "append", "named by an append"
        SETTINGS = "settings", "added in the settings"

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    origin = models.CharField(max_length=300)
    declared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    declared_via = models.CharField(max_length=10, choices=Via.choices)
    declared_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "origin"], name="one_media_origin_per_team")]

    def __str__(self) -> str:
        return self.origin

    @property
    def value(self) -> Origin:
        return Origin.parse(self.origin)


class DatasetOrigin(models.Model):
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="+")
    origin = models.ForeignKey(MediaOrigin, on_delete=models.CASCADE, related_name="+")
    attached_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    attached_via = models.CharField(max_length=10, choices=MediaOrigin.Via.choices)
    attached_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dataset", "origin"], name="an_origin_is_attached_once")]

    def __str__(self) -> str:
        return f"{self.origin} of {self.dataset}"
