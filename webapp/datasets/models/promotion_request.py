"""A wish to share private items, as an append states it. Nothing here shares anything."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils import timezone

from webapp.accounts.models import ApiKey, User
from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.models.dataset import Dataset
from webapp.datasets.models.slice import no_keys
from webapp.privacy.visibility import GuardedManager


class PromotionRequestQuerySet(models.QuerySet["PromotionRequest"]):
    def visible_to(self, viewer: Viewer) -> Self:
        if not viewer.may(Permission.SEE_PRIVATE):
            return self.none()
        return self.filter(dataset__team_id=viewer.team_id, dataset__deleted_at=None)


class PromotionRequest(models.Model):
    """One per append with `update` that said `upload_to_scale: true` of private items; they stay private.

    `items` is a serialized roaring bitmap of item keys, `item_count` its size. `append_key` names the append, so
    that a resumed job adds to its own row.
    """

    class State(models.TextChoices):
        REQUESTED = "requested", "requested"

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="+")
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    api_key = models.ForeignKey(ApiKey, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=12, choices=State.choices, default=State.REQUESTED)
    append_key = models.CharField(max_length=80, unique=True)
    items = models.BinaryField(default=no_keys)
    item_count = models.BigIntegerField(default=0)
    requested_at = models.DateTimeField(default=timezone.now)

    objects = GuardedManager.from_queryset(PromotionRequestQuerySet)()

    def __str__(self) -> str:
        return f"{self.item_count} items asked for on {self.requested_at:%Y-%m-%d}"
