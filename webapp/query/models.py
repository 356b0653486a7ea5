"""A saved query: what a team asks of a dataset again and again, by name; one of them may be listed as a live slice."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils import timezone

from webapp.accounts.models import User
from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.models import Dataset
from webapp.privacy import public_id
from webapp.privacy.visibility import GuardedManager


class SavedQueryQuerySet(models.QuerySet["SavedQuery"]):
    def visible_to(self, viewer: Viewer) -> Self:
        if not viewer.may(Permission.SEE_PRIVATE):
            return self.none()
        return self.filter(dataset__team_id=viewer.team_id, dataset__deleted_at=None)


class SavedQuery(models.Model):
    """`text` is as it was typed; `mode` is "" or "objects", `sort` a grid's, both as an address has them.

    `run_name` is the run whose pictures it is about, "" for all; a name, so that it may be another run tomorrow.
    `is_live` lists it among the slices: as a slice it holds what matches at the moment one looks.
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    text = models.TextField()
    mode = models.CharField(max_length=16, default="")
    sort = models.CharField(max_length=500, default="")
    run_name = models.CharField(max_length=500, default="")
    is_live = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    changed_at = models.DateTimeField(null=True)

    objects = GuardedManager.from_queryset(SavedQueryQuerySet)()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dataset", "name"], name="one_saved_query_per_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        return public_id.encode("qry", self.pk)
