"""An item: one image, known by its URL (private or linked) or held as a file (shared)."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils import timezone

from webapp.accounts.models import Team
from webapp.accounts.viewer import Permission, Viewer
from webapp.datasets.models.dataset import Dataset
from webapp.datasets.models.scene import Scene
from webapp.privacy import public_id
from webapp.privacy.fields import MediaUrlField, media_url_shape
from webapp.privacy.visibility import GuardedManager


class StoredFile(models.Model):
    """Bytes under their hash: uploaded to an ordinary dataset, or copied by the courier for an approved promotion.

    One row per team and content: two teams never share a file, so none can learn what the other holds. `place` says
    which store has the bytes; uploads are always local.
    """

    class Place(models.TextChoices):
        LOCAL = "local", "in the data folder"
        S3 = "s3", "in the bucket"

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    sha256 = models.CharField(max_length=64)
    byte_size = models.BigIntegerField()
    content_type = models.CharField(max_length=40)
    place = models.CharField(max_length=8, choices=Place.choices, default=Place.LOCAL)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "sha256"], name="one_stored_file_per_team_and_content")]

    def __str__(self) -> str:
        return self.sha256[:12]


class ItemQuerySet(models.QuerySet["Item"]):
    def visible_to(self, viewer: Viewer) -> Self:
        if not viewer.may(Permission.SEE_PRIVATE):
            return self.none()
        return self.filter(dataset__team_id=viewer.team_id, dataset__deleted_at=None)


class Item(models.Model):
    """`scene` and `frame_index` (from 0) are both set for a frame and both None otherwise.

    `width` and `height` are pixels, None until somebody told us or a browser measured them. `file` is an upload.
    `shared_at` and `promotion_pk` are set while there is a copy of what `url` names, by that approved promotion.
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="+", db_index=False)
    scene = models.ForeignKey(Scene, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    frame_index = models.IntegerField(null=True)
    reference_id = models.TextField()
    url = MediaUrlField(null=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    is_private = models.BooleanField()
    metadata = models.JSONField(default=dict)
    width = models.IntegerField(null=True)
    height = models.IntegerField(null=True)
    shared_at = models.DateTimeField(null=True)
    promotion_pk = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = GuardedManager.from_queryset(ItemQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset", "reference_id"], name="one_item_per_reference_id"),
            models.UniqueConstraint(
                fields=["scene", "frame_index"],
                condition=models.Q(scene__isnull=False),
                name="one_frame_per_scene_and_index",
            ),
            models.CheckConstraint(
                # A check that comes out as null passes, hence the plain "not null".
                condition=models.Q(scene__isnull=True, frame_index__isnull=True)
                | models.Q(scene__isnull=False, frame_index__isnull=False, frame_index__gte=0),
                name="a_frame_has_a_scene_and_an_index",
            ),
            models.CheckConstraint(
                condition=models.Q(url__isnull=False) | models.Q(file__isnull=False),
                name="an_item_has_a_url_or_a_file",
            ),
            models.CheckConstraint(
                condition=models.Q(is_private=False) | models.Q(file__isnull=True),
                name="a_private_item_has_no_copy_here",
            ),
            models.CheckConstraint(
                condition=models.Q(shared_at__isnull=True, promotion_pk__isnull=True)
                | models.Q(shared_at__isnull=False, promotion_pk__isnull=False),
                name="what_is_shared_was_approved",
            ),
            media_url_shape("url"),
        ]
        # SQLite sorts a whole dataset for a page unless this very index exists.
        indexes = [models.Index(fields=["dataset", "id"], name="items_by_dataset")]

    def __str__(self) -> str:
        return self.reference_id

    @property
    def public_id(self) -> str:
        return public_id.encode("di", self.pk)

    @property
    def privacy(self) -> str:
        """`shared`: we hold a copy. `private`, `linked`: we hold the URL only, by wish or for want of a file."""
        if self.file_id is not None or self.shared_at is not None:
            return "shared"
        return "private" if self.is_private else "linked"
