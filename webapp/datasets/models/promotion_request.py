"""A wish to share private items, as a person or an append states it. Nothing here shares anything."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils import timezone
from pyroaring import BitMap64

from webapp.accounts.models import ApiKey, User
from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.models.dataset import Dataset
from webapp.datasets.models.slice import Slice, no_keys
from webapp.privacy import public_id
from webapp.privacy.visibility import GuardedManager


class PromotionRequestQuerySet(models.QuerySet["PromotionRequest"]):
    def visible_to(self, viewer: Viewer) -> Self:
        if not viewer.may(Permission.SEE_PRIVATE):
            return self.none()
        return self.filter(dataset__team_id=viewer.team_id, dataset__deleted_at=None)


class PromotionRequest(models.Model):
    """Private items that somebody wants labelled by people outside; they stay private until somebody else decides.

    `items` is a serialized roaring bitmap of item keys, frozen when it was asked, and `item_count` its size. A person
    gives a `reason`, the `project` that shall label them and, in days, for how long (None: until it is revoked);
    `slice` is where they asked, None for a selection. An append with `update` that said `upload_to_scale: true` has
    no reason; `append_key` names it, so that a resumed job adds to its own row.
    """

    class State(models.TextChoices):
        REQUESTED = "requested", "requested"
        WITHDRAWN = "withdrawn", "withdrawn"

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="+")
    slice = models.ForeignKey(Slice, on_delete=models.SET_NULL, null=True, related_name="+")
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    api_key = models.ForeignKey(ApiKey, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=12, choices=State.choices, default=State.REQUESTED)
    append_key = models.CharField(max_length=80, unique=True, null=True)
    reason = models.TextField(default="")
    project = models.CharField(max_length=200, default="")
    for_days = models.PositiveIntegerField(null=True)
    items = models.BinaryField(default=no_keys)
    item_count = models.BigIntegerField(default=0)
    requested_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)

    objects = GuardedManager.from_queryset(PromotionRequestQuerySet)()

    def __str__(self) -> str:
        return f"{self.item_count} items asked for on {self.requested_at:%Y-%m-%d}"

    @property
    def public_id(self) -> str:
        return public_id.encode("prq", self.pk)

    def keys(self) -> BitMap64:
        """The keys of the items asked for."""
        return BitMap64.deserialize(bytes(self.items))
