"""A slice: a named set of a dataset's items or scenes."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils import timezone
from pyroaring import BitMap64

from webapp.accounts.models import User
from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.models.dataset import Dataset
from webapp.privacy import public_id
from webapp.privacy.visibility import GuardedManager


def no_keys() -> bytes:
    """The serialized form of an empty set of keys."""
    return bytes(BitMap64().serialize())


class SliceQuerySet(models.QuerySet["Slice"]):
    def visible_to(self, viewer: Viewer) -> Self:
        if not viewer.may(Permission.SEE_PRIVATE):
            return self.none()
        return self.filter(dataset__team_id=viewer.team_id, dataset__deleted_at=None, deleted_at=None)


class Slice(models.Model):
    """`members` is a serialized roaring bitmap of item or scene keys (docs/decisions/0003-slices-are-bitmaps.md).

    `size` is kept beside it, so that lists need not read it. A slice is frozen: only its own verbs change it, which
    `changed_at` and `changed_by` remember; members that were deleted from the dataset leave, and `removed_count` counts
    them. `recipe` is how it was made, {} for a list of members: {"sample": {"size", "seed", "from", "by", "shares",
    "strata"}} (the last three of a stratified one), {"operation": "union", "of": [id, id]}, or of all that a grid
    showed {"query": {"text", "run", "predictions", "mode", "sort", "slice", "but", "is_redacted"}}, each where it was
    said: `run` is whose pictures alone were shown, `predictions` the run that this word meant, `but` how many rows were
    left out; `text` has fingerprints for media addresses where `is_redacted`. A deleted slice is hidden from everybody
    for as long as its deletion can be undone (edit.KEPT), then it goes.
    """

    class Kind(models.TextChoices):
        ITEMS = "dataset_item", "items"
        SCENES = "scene", "scenes"

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="+")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    description = models.TextField(default="")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    tags = models.JSONField(default=list)
    members = models.BinaryField(default=no_keys)
    size = models.BigIntegerField(default=0)
    removed_count = models.BigIntegerField(default=0)
    recipe = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(null=True)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    deleted_at = models.DateTimeField(null=True)

    objects = GuardedManager.from_queryset(SliceQuerySet)()

    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        return public_id.encode("slc", self.pk)

    def keys(self) -> BitMap64:
        """The members' keys in ascending order."""
        return BitMap64.deserialize(bytes(self.members))

    def hold(self, keys: BitMap64) -> None:
        """Take `keys` as the members; the caller saves `members` and `size` under a lock on this row."""
        self.members, self.size = keys.serialize(), len(keys)
