"""Datasets in the Django admin, for the operator: read only, and without any media URL."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from webapp.accounts.admin import ReadOnly
from webapp.datasets.models import BucketCopy, Dataset, DatasetOrigin, MediaOrigin


@admin.register(Dataset)
class DatasetAdmin(ReadOnly):
    list_display = ["public_id", "name", "team", "is_scene", "use_privacy_mode", "item_count", "scene_count"]
    list_filter = ["team", "is_scene", "use_privacy_mode"]

    def get_queryset(self, _request: HttpRequest) -> QuerySet[Dataset]:
        rows: QuerySet[Dataset] = Dataset.objects.unscoped()
        return rows.select_related("team").order_by("-id")


@admin.register(MediaOrigin)
class MediaOriginAdmin(ReadOnly):
    list_display = ["origin", "team", "declared_via", "declared_by", "declared_at"]
    list_filter = ["team"]


@admin.register(DatasetOrigin)
class DatasetOriginAdmin(ReadOnly):
    list_display = ("dataset", "origin", "attached_via", "attached_by", "attached_at")
    # Named, so that Django does not first make a form that would choose among all datasets.
    fields = ("dataset", "origin", "attached_via", "attached_by", "attached_at")


@admin.register(BucketCopy)
class BucketCopyAdmin(ReadOnly):
    list_display = ("sha256", "team", "state", "changed_at", "tries", "sentence")
    list_filter = ("state", "team")
