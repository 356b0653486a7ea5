"""An edit: one thing that a person changed, with what takes it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from django.db import models
from django.utils import timezone

from webapp.accounts.models import ApiKey, User
from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.models.dataset import Dataset
from webapp.privacy import public_id
from webapp.privacy.visibility import GuardedManager

# After this an edit stays in the list and can no longer be taken back; a deleted slice is gone for good.
KEPT = timedelta(days=30)
MAX_SUMMARY = 300


class EditQuerySet(models.QuerySet["Edit"]):
    def visible_to(self, viewer: Viewer) -> Self:
        if not viewer.may(Permission.SEE_PRIVATE):
            return self.none()
        return self.filter(dataset__team_id=viewer.team_id, dataset__deleted_at=None)


class Edit(models.Model):
    """`place` names what was changed, so that later changes of the same are found: `metadata.<key>`, `dataset.tags`,
    `slice.<key>.members`. `touched` says which rows of it (see deltas.packed_keys), b"" where there is but one.

    `delta` is what takes it back (deltas.py), b"" once that is no longer kept. To take an edit back is an edit too:
    `undoes` is the key of the one taken back, `root` that of the first of such a chain, and `is_undo` tells whether
    the first one's change is undone by this or done again.
    """

    class Kind(models.TextChoices):
        METADATA = "metadata", "metadata"
        DATASET = "dataset", "dataset"
        SLICE = "slice", "slice"
        MEMBERS = "members", "slice members"
        LIFE = "life", "slice made or deleted"
        MEASURES = "measures", "measured sizes and lengths"

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    place = models.CharField(max_length=120)
    subject = models.CharField(max_length=40)
    summary = models.CharField(max_length=MAX_SUMMARY)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    api_key = models.ForeignKey(ApiKey, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    delta = models.BinaryField()
    touched = models.BinaryField(default=bytes)
    undoes = models.BigIntegerField(null=True)
    root = models.BigIntegerField(null=True)
    is_undo = models.BooleanField(default=False)
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    objects = GuardedManager.from_queryset(EditQuerySet)()

    class Meta:
        indexes = [
            models.Index(fields=["dataset", "-id"], name="edits_by_dataset"),
            models.Index(fields=["dataset", "place", "-id"], name="edits_by_place"),
        ]

    def __str__(self) -> str:
        return self.summary

    @property
    def public_id(self) -> str:
        return public_id.encode("edt", self.pk)

    @property
    def is_kept(self) -> bool:
        """Whether there still is what takes it back."""
        return bool(self.delta)
