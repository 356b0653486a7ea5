"""A taxonomy: the closed list of labels that the categories of one question may have."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils import timezone

from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.models import Dataset
from webapp.privacy.visibility import GuardedManager


class TaxonomyQuerySet(models.QuerySet["Taxonomy"]):
    def visible_to(self, viewer: Viewer) -> Self:
        if not viewer.may(Permission.SEE_PRIVATE):
            return self.none()
        return self.filter(dataset__team_id=viewer.team_id, dataset__deleted_at=None)


class Taxonomy(models.Model):
    """`labels` is a list of texts in the order in which they were given."""

    class Kind(models.TextChoices):
        CATEGORY = "category", "one label"
        MULTICATEGORY = "multicategory", "several labels"

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    labels = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)

    objects = GuardedManager.from_queryset(TaxonomyQuerySet)()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dataset", "name"], name="one_taxonomy_per_name")]

    def __str__(self) -> str:
        return self.name
